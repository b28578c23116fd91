import { AuditError, errorCodes } from '../../domain/index.ts';
import { describeSystemError, readRegularFile } from '../../system/index.ts';
import { type IdentityToken, readIdentityToken } from './identity-token.ts';
import { ask, notSigned, type ServiceTerms } from './service.ts';

/** Where identity tokens come from. */
export type TokenSource = {
  /** Rejects with an AuditError where there is none to be used; asks nobody else. */
  readonly check: () => Promise<void>;
  /** As it is now: one that was read before a long scan may have ended. Rejects with `evidenceNotSigned`. */
  readonly read: () => Promise<IdentityToken>;
};

/** For whom authorities usually want it. */
const audience = 'sigstore';
const maxTokenBytes = 64 * 1024;

/** The file if one is named, else what GitLab and others set, else GitHub Actions. Throws an AuditError where there is nothing. */
export function findTokenSource(file: string | undefined, terms: TokenTerms): TokenSource {
  const { env } = terms;
  const variable = env['SIGSTORE_ID_TOKEN'];
  if (file !== undefined) return fromText(file, terms, () => readTokenFile(file));
  if (variable) return fromText('SIGSTORE_ID_TOKEN', terms, () => Promise.resolve(variable));
  const url = env['ACTIONS_ID_TOKEN_REQUEST_URL'];
  const bearer = env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'];
  if (url && bearer && URL.canParse(url)) return fromGitHub(url, bearer, terms);
  throw new AuditError(
    errorCodes.conflictingFlags,
    '--sigstore-signing-config needs an identity token, and there is none',
    {
      facts: ['Looked for: --attest-identity-token, SIGSTORE_ID_TOKEN, and the tokens of GitHub Actions.'],
      tries: [
        'name a file with one: --attest-identity-token /var/run/secrets/sigstore/token',
        'in GitHub Actions, permit it in the workflow: permissions: { id-token: write }',
        'in GitLab CI, declare it in the job: id_tokens: { SIGSTORE_ID_TOKEN: { aud: sigstore } }',
      ],
    },
  );
}

export type TokenTerms = ServiceTerms & { readonly now: () => number };

function fromText(name: string, { now }: TokenTerms, read: () => Promise<string>): TokenSource {
  const parse = async (): Promise<IdentityToken> => requireCurrent(readIdentityToken(await read()), now());
  return {
    check: async () => {
      await orRaise(
        parse,
        (why) =>
          new AuditError(
            errorCodes.keyUnusable,
            `the identity token of ${name} cannot be used for evidence: ${why}`,
          ),
      );
    },
    read: () =>
      orRaise(
        parse,
        (why) =>
          new AuditError(
            errorCodes.evidenceNotSigned,
            `the evidence could not be signed: the identity token of ${name}: ${why}`,
            { lasting: true },
          ),
      ),
  };
}

async function readTokenFile(path: string): Promise<string> {
  try {
    return (await readRegularFile(path, { maxBytes: maxTokenBytes })).toString();
  } catch (cause) {
    throw new Error(describeSystemError(cause), { cause });
  }
}

/** GitHub gives one for each request, which is valid for some minutes. */
function fromGitHub(requestUrl: string, bearer: string, terms: TokenTerms): TokenSource {
  const url = new URL(requestUrl);
  url.searchParams.set('audience', audience);
  const service = { what: 'the token service of GitHub Actions', url: url.href, secret: bearer };
  const headers = { accept: 'application/json', authorization: `Bearer ${bearer}` };
  return {
    check: () => Promise.resolve(),
    read: async () => {
      const answer = await ask(service, { method: 'GET', headers }, terms);
      const text =
        typeof answer === 'object' && answer !== null && 'value' in answer ? String(answer.value) : '';
      return orRaise(
        () => Promise.resolve(requireCurrent(readIdentityToken(text), terms.now())),
        (why) => notSigned(service, `its answer is not used: ${why}`),
      );
    },
  };
}

function requireCurrent(token: IdentityToken, now: number): IdentityToken {
  if (token.endsAt !== undefined && token.endsAt <= now)
    throw new Error(`it ended at ${new Date(token.endsAt).toISOString()}`);
  return token;
}

/** Without a cause, as it may have the token in it. */
async function orRaise<T>(work: () => Promise<T>, toError: (why: string) => AuditError): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw toError(thrown instanceof Error ? thrown.message : String(thrown));
  }
}
