import { CelScalar, celFunc, celMethod } from '@bufbuild/cel';
import { compareSemver, type Semver } from '../../text/index.ts';
import { normalizeVersion, parseVersion } from '../values/semver.ts';
import { opaqueType } from './opaque.ts';

const { BOOL, DYN, INT, STRING, TYPE } = CelScalar;

const type = opaqueType<Semver>('kubernetes.Semver', {
  equals: (a, b) => compareSemver(a, b) === 0,
  compare: compareSemver,
});

function read(text: string, isLoose = false): Semver | undefined {
  const full = isLoose ? normalizeVersion(text) : text;
  return full === undefined ? undefined : parseVersion(full);
}

function convert(text: string, isLoose = false) {
  const version = read(text, isLoose);
  if (version === undefined) throw new Error(`not a version: ${text}`);
  return type.wrap(version);
}

const parts = ['major', 'minor', 'patch'] as const;

/** Kubernetes' versions. */
export const versions = [
  celFunc('isSemver', [STRING], BOOL, (text) => read(text) !== undefined),
  celFunc('isSemver', [STRING, BOOL], BOOL, (text, isLoose) => read(text, isLoose) !== undefined),
  celFunc('semver', [STRING], DYN, (text) => convert(text)),
  celFunc('semver', [STRING, BOOL], DYN, convert),
  ...parts.map((name) =>
    celMethod(name, TYPE, [], INT, function () {
      // What does not fit into an int is negative there.
      return BigInt.asIntN(64, type.unwrap(this)[name]);
    }),
  ),
];
