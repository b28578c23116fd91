/** `remote` has to be asked of the source as it stands; undefined where `matches` alone decides. */
export type FieldSelector = {
  readonly remote: string | undefined;
  readonly matches: (object: { readonly namespace: string | undefined; readonly name: string }) => boolean;
};

const everything: FieldSelector = { remote: undefined, matches: () => true };

/**
 * Reads a field selector in the API's text form, like `metadata.name=api,status.phase!=Running`. Name and namespace are looked at
 * here; which other fields a type has, its API server knows. Throws an Error for anything that is not a selector.
 */
export function readFieldSelector(text: string | undefined): FieldSelector {
  if (text === undefined || text === '') return everything;
  const terms = splitTerms(text).map((term) => readTerm(term, text));
  if (!terms.every(({ field }) => field === 'metadata.name' || field === 'metadata.namespace'))
    return { remote: text, matches: () => true };
  return {
    remote: undefined,
    matches: ({ namespace, name }) =>
      terms.every(({ field, negated, value }) => {
        const actual = field === 'metadata.name' ? name : (namespace ?? '');
        return (actual === value) !== negated;
      }),
  };
}

type Term = { readonly field: string; readonly negated: boolean; readonly value: string };

/** At commas that are not escaped. */
function splitTerms(text: string): readonly string[] {
  return (text.match(/(?:\\.|[^,\\]|\\$)+/g) ?? []).filter((term) => term !== '');
}

function readTerm(term: string, selector: string): Term {
  const [, field, sign, value] = /^([^=!]+)(==?|!=)((?:\\[\\,=]|[^\\,=])*)$/.exec(term) ?? [];
  if (field === undefined || value === undefined)
    throw new Error(`invalid field selector: '${selector}'; can't understand '${term}'`);
  return { field, negated: sign === '!=', value: value.replace(/\\([\\,=])/g, '$1') };
}
