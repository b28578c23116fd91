import { EVENT_ID, type Event, getScalarValue } from 'js-yaml';

/** The offset at which a node begins. */
export function startOf(event: Event | undefined): number {
  if (event?.type === EVENT_ID.SCALAR) return event.valueStart;
  if (event?.type === EVENT_ID.ALIAS) return event.anchorStart - 1;
  return event?.type === EVENT_ID.MAPPING || event?.type === EVENT_ID.SEQUENCE ? event.start : 0;
}

/** Where the elements of the sequence under the key `items` of a document's mapping start; empty where there is none. */
export function findItems(events: readonly Event[], root: number, source: string): readonly number[] {
  const { value } = findEntry({ events, source }, root, 'items');
  if (value === undefined || events[value]?.type !== EVENT_ID.SEQUENCE) return [];
  return childrenOf(events, value).map((child) => startOf(events[child]));
}

/** The offset of the key or element under a path of keys and indices, or of the last part of the path that is written. */
export function findOffset(parsed: Parsed, root: number, path: readonly PropertyKey[]): number {
  let node = root;
  let offset = startOf(parsed.events[root]);
  for (const step of path) {
    const { key, value } = findEntry(parsed, node, step);
    if (key === undefined || value === undefined) return offset;
    offset = startOf(parsed.events[key]);
    node = value;
  }
  return offset;
}

type Parsed = { readonly events: readonly Event[]; readonly source: string };

/** The nodes of a key and of its value in a mapping; of an element, twice the same, in a sequence. */
function findEntry(
  { events, source }: Parsed,
  parent: number,
  step: PropertyKey,
): { readonly key?: number | undefined; readonly value?: number | undefined } {
  const type = events[parent]?.type;
  if (type === EVENT_ID.SEQUENCE && typeof step === 'number') {
    const element = childrenOf(events, parent)[step];
    return { key: element, value: element };
  }
  if (type !== EVENT_ID.MAPPING) return {};
  const keysAndValues = childrenOf(events, parent);
  const at = keysAndValues.findIndex((key, index) => {
    const event = events[key];
    return index % 2 === 0 && event?.type === EVENT_ID.SCALAR && getScalarValue(source, event) === step;
  });
  return at === -1 ? {} : { key: keysAndValues[at], value: keysAndValues[at + 1] };
}

/** The indices of what a collection holds directly. */
function childrenOf(events: readonly Event[], parent: number): readonly number[] {
  const children: number[] = [];
  for (let at = parent + 1; events[at]?.type !== EVENT_ID.POP && at < events.length; ) {
    children.push(at);
    at = nextSibling(events, at);
  }
  return children;
}

/** The index after a node and everything in it. */
function nextSibling(events: readonly Event[], start: number): number {
  let depth = 0;
  let at = start;
  do {
    const type = events[at]?.type;
    if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) depth += 1;
    else if (type === EVENT_ID.POP) depth -= 1;
    at += 1;
  } while (depth > 0 && at < events.length);
  return at;
}
