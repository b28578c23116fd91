/* The part of the page that lists the findings: filter, order, and a page of rows at a time. */

/** As many as the page has without scripts. */
const rowsAtOnce = 500;
/** Characters; a longer message folds. */
const openMessage = 400;

/** @template {Element} T @param {string} selector @param {new () => T} type @param {ParentNode} within @returns {T} */
function find(selector, type, within = document) {
  const found = within.querySelector(selector);
  if (found instanceof type) return found;
  throw new Error(`the page has no ${selector}`);
}

/** @param {Element} element @param {string} fragment */
function link(element, fragment) {
  element.setAttribute('href', fragment);
}

class FindingList {
  constructor() {
    this.table = new FindingTable(JSON.parse(find('#finding-data', HTMLScriptElement).textContent));
    this.form = find('.filter', HTMLFormElement);
    this.body = find('.findings tbody', HTMLTableSectionElement);
    this.row = find('#finding', HTMLTemplateElement);
    this.status = find('#shown', HTMLElement);
    this.more = find('.more', HTMLButtonElement);
    /** @type {Filter} */
    this.filter = { wanted: {}, text: '', sort: '' };
    /** @type {readonly Row[]} */
    this.found = this.table.rows;
    this.shown = 0;
  }

  start() {
    for (const name of facets) this.offer(name);
    for (const head of document.querySelectorAll('.findings th[data-sort]')) this.makeSortable(head);
    this.form.hidden = false;
    this.form.addEventListener('submit', (event) => event.preventDefault());
    this.form.addEventListener('input', () => this.readForm());
    this.form.addEventListener('reset', () => setTimeout(() => this.readForm()));
    this.more.addEventListener('click', () => this.showMore());
    addEventListener('hashchange', () => this.follow());
    this.apply(parseFilter(location.hash) ?? this.filter);
    if (location.hash.includes('=')) this.goThere();
  }

  /** The values of a column, to choose one; a column with nothing to choose is not shown. @param {string} name */
  offer(name) {
    const select = find(`[name="${name}"]`, HTMLSelectElement, this.form);
    const counts = this.table.count(name);
    const ranks = this.table.ranksOf(name);
    const values = this.table.valuesOf(name);
    const ordered = [...values.keys()].sort((a, b) => (ranks[a] ?? 0) - (ranks[b] ?? 0));
    for (const position of ordered) {
      const value = values[position] ?? '';
      const count = counts.get(value) ?? 0;
      if (value !== '' && count > 0) select.add(new Option(`${value} (${count})`, value));
    }
    const label = select.closest('label');
    if (label !== null) label.hidden = select.options.length < 2;
  }

  /** @param {Element} head */
  makeSortable(head) {
    const name = head.getAttribute('data-sort') ?? '';
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    button.addEventListener('click', () => {
      const sort = this.filter.sort === name ? `-${name}` : name;
      this.change({ ...this.filter, sort });
    });
    head.setAttribute('aria-sort', 'none');
    head.append(button);
  }

  /** Somebody followed a link, or went back. */
  follow() {
    const filter = parseFilter(location.hash);
    if (filter === undefined) return;
    this.apply(filter);
    this.goThere();
  }

  goThere() {
    const heading = find('#findings h2', HTMLElement);
    heading.scrollIntoView();
    heading.focus({ preventScroll: true });
  }

  readForm() {
    const values = [...new FormData(this.form)].map(([name, value]) => [name, String(value)]);
    const { sort } = this.filter;
    this.change(toFilter(new URLSearchParams([...values, ['sort', sort]])));
  }

  /** @param {Filter} filter */
  change(filter) {
    history.replaceState(null, '', formatFilter(filter));
    this.apply(filter, { keepForm: true });
  }

  /** @param {Filter} filter */
  apply(filter, { keepForm = false } = {}) {
    this.filter = filter;
    if (!keepForm) this.fillForm(filter);
    const words = filter.text.split(/\s+/).filter((word) => word !== '');
    const found = this.table.select(filter.wanted, words);
    const [name, descending] = [filter.sort.replace(/^-/, ''), filter.sort.startsWith('-')];
    this.found = name === '' ? found : this.table.sort(found, name, descending);
    for (const head of document.querySelectorAll('.findings th[data-sort]')) {
      const isSorted = head.getAttribute('data-sort') === name;
      head.setAttribute('aria-sort', isSorted ? (descending ? 'descending' : 'ascending') : 'none');
    }
    this.shown = 0;
    this.body.replaceChildren();
    this.showMore();
  }

  /** @param {Filter} filter */
  fillForm({ wanted, text }) {
    for (const name of facets) {
      const select = find(`[name="${name}"]`, HTMLSelectElement, this.form);
      const value = wanted[name] ?? '';
      // A link may ask for what is not there any more, and that has to be seen to be undone.
      if (![...select.options].some((option) => option.value === value))
        select.add(new Option(`${value} (0)`, value));
      select.value = value;
    }
    find('[name="q"]', HTMLInputElement, this.form).value = text;
  }

  showMore() {
    const next = this.found.slice(this.shown, this.shown + rowsAtOnce);
    this.body.append(...next.map((row) => this.makeRow(this.table.read(row))));
    this.shown += next.length;
    const [shown, found, all] = [this.shown, this.found.length, this.table.rows.length].map((count) =>
      count.toLocaleString('en'),
    );
    const left = this.found.length - this.shown;
    const fitting = found === all ? '' : `; ${found} fit the filter`;
    this.status.textContent = `${shown} of ${all} findings are shown${fitting}.`;
    this.more.hidden = left === 0;
    this.more.textContent = `Show ${Math.min(left, rowsAtOnce)} more`;
  }

  /** @param {Record<string, string>} values */
  makeRow(values) {
    const row = /** @type {DocumentFragment} */ (this.row.content.cloneNode(true));
    for (const slot of row.querySelectorAll('[data-is]')) fillSlot(slot, values);
    const { severity = '', namespace = '', object = '', message = '' } = values;
    find('.tag', HTMLElement, row).classList.add(severity);
    link(find('[data-is="object"]', Element, row), toObjectLink(namespace, object));
    foldMessage(find('.message', HTMLElement, row), message);
    return row;
  }
}

/** Puts a value into its slot of a row, and hides an empty slot. @param {Element} slot @param {Record<string, string>} values */
function fillSlot(slot, values) {
  const name = slot.getAttribute('data-is') ?? '';
  const value = values[name] ?? '';
  slot.textContent = value;
  const isOwnOwner = name === 'owner' && value === values['object'];
  slot.closest('small, .members')?.toggleAttribute('hidden', value === '' || isOwnOwner);
  if (facets.includes(name) && slot.localName === 'a')
    link(slot, formatFilter({ wanted: { [name]: value }, text: '', sort: '' }));
}

/** @param {string} namespace @param {string} object */
function toObjectLink(namespace, object) {
  return formatFilter({ wanted: { namespace }, text: object, sort: '' });
}

/** Leaves a long message folded, and a short one as it is. @param {HTMLElement} cell @param {string} message */
function foldMessage(cell, message) {
  const folded = find('details', HTMLElement, cell);
  if (message.length <= openMessage) {
    folded.remove();
    return;
  }
  find('summary', HTMLElement, folded).textContent = `${message.slice(0, openMessage / 2)}…`;
  find('p', HTMLElement, folded).textContent = message;
  find('[data-is="message"]', HTMLElement, cell).remove();
}

for (const element of document.querySelectorAll('[data-filter]'))
  link(element, `#${element.getAttribute('data-filter')}`);
if (document.getElementById('finding-data') !== null) new FindingList().start();
