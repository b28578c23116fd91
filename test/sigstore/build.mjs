// Builds the program beside this file from Sigstore's libraries for Go.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildGoCommand, GoUnavailable } from '../support/go-build.mjs';

/** There is no Go that could build it. */
export const SigstoreUnavailable = GoUnavailable;

/** @returns {Promise<string>} the path of a program that verifies and signs attestations */
export function buildSigstore() {
  return buildGoCommand({
    directory: dirname(fileURLToPath(import.meta.url)),
    cache: 'sigstore',
    announce: 'building a verifier of attestations with Go, once: this takes two minutes',
  });
}
