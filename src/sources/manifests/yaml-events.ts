import { EVENT_ID, type Event, getScalarValue, SCALAR_STYLE, type Schema } from 'js-yaml';

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

/** The keys of a document that stand in their mapping more than once, with the offset of the last one, in the order of offsets. */
export function findRepeatedKeys(
  parsed: Parsed,
  root: number,
  schema: Schema,
): readonly { readonly key: string; readonly offset: number }[] {
  const { events } = parsed;
  const found: { key: string; offset: number }[] = [];
  const end = nextSibling(events, root);
  for (let at = root; at < end; at += 1) {
    if (events[at]?.type !== EVENT_ID.MAPPING) continue;
    const keys = childrenOf(events, at).filter((_, index) => index % 2 === 0);
    const byName = Map.groupBy(keys, (key) => keyNameOf(events[key], parsed.source, schema));
    for (const [key, same] of byName) {
      const last = events[same.at(-1) ?? at];
      if (key !== undefined && same.length > 1) found.push({ key, offset: startOf(last) });
    }
  }
  return found.sort((a, b) => a.offset - b.offset);
}

/** What a key is called once it is read: 1 and 0x1 are the same one. */
function keyNameOf(event: Event | undefined, source: string, schema: Schema): string | undefined {
  if (event?.type !== EVENT_ID.SCALAR) return undefined;
  const text = getScalarValue(source, event);
  return event.style === SCALAR_STYLE.PLAIN ? String(schema.resolveImplicitScalarTag(text).value) : text;
}

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
