import { type CelList, CelScalar, celFunc, celList, celMethod } from '@bufbuild/cel';
import { undecidable } from '../trace.ts';
import { formats } from '../values/format.ts';
import { opaqueType } from './opaque.ts';
import { optional } from './optionals.ts';

const { DYN, STRING, TYPE } = CelScalar;

const type = opaqueType<string>('kubernetes.NamedFormat', { equals: (a, b) => a === b });

/** What is wrong can be counted; what the API server says of it is another text in every version. */
function messages(count: number): CelList {
  const unread: string[] = [];
  for (let index = 0; index < count; index += 1) {
    Object.defineProperty(unread, index, {
      enumerable: true,
      get: () => undecidable('reads what the API server says of a format'),
    });
  }
  return celList(unread);
}

/** Kubernetes' formats of names and the like. */
export const namedFormats = [
  ...Array.from(formats.keys(), (name) => celFunc(`format.${name}`, [], DYN, () => type.wrap(name))),
  celFunc('format.named', [STRING], DYN, (name) =>
    formats.has(name) ? optional(type.wrap(name)) : optional(),
  ),
  celMethod('validate', TYPE, [STRING], DYN, function (text) {
    const count = formats.get(type.unwrap(this))?.(text) ?? 0;
    return count === 0 ? optional() : optional(messages(count));
  }),
];
