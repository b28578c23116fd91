/*
 * What is shown of the findings, as the fragment of the address keeps it: `#severity=high&q=nginx&sort=-policy`. Opening a link
 * with such a fragment shows the same.
 */

/** Columns of which one value can be chosen. */
const facets = ['severity', 'result', 'baseline', 'policy', 'namespace', 'owner'];

/**
 * `wanted` has the chosen values by column; `sort` is the name of a column, with a `-` for the other way round, or empty for the order of
 * the page.
 * @typedef {{ readonly wanted: Readonly<Record<string, string>>, readonly text: string, readonly sort: string }} Filter
 */

/** @param {string} fragment @returns {Filter | undefined} nothing for a fragment that is the name of a section */
function parseFilter(fragment) {
  const text = fragment.replace(/^#/, '');
  if (text !== '' && !text.includes('=')) return undefined;
  return toFilter(new URLSearchParams(text));
}

/** @param {URLSearchParams} parameters @returns {Filter} */
function toFilter(parameters) {
  const chosen = facets.map((name) => [name, parameters.get(name) ?? '']);
  return {
    wanted: Object.fromEntries(chosen.filter(([, value]) => value !== '')),
    text: parameters.get('q') ?? '',
    sort: parameters.get('sort') ?? '',
  };
}

/** The inverse of `parseFilter`. @param {Filter} filter */
function formatFilter({ wanted, text, sort }) {
  const parameters = new URLSearchParams(wanted);
  if (text !== '') parameters.set('q', text);
  if (sort !== '') parameters.set('sort', sort);
  return `#${parameters}`;
}
