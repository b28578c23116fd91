import { z } from 'zod';
import { AuditError, errorCodes } from '../domain/index.ts';
import { parseJson } from '../text/index.ts';
import { isOwnType, predicateType, type Statement, statementSchema, statementType } from './schema.ts';

const anyStatement = z.looseObject({ _type: z.string(), predicateType: z.string() });

/**
 * The statement that was signed. Throws an AuditError for what says something else than the result of an audit, in a version that is
 * known here. To be called once the signature holds.
 */
export function readStatement(path: string, payload: Uint8Array): Statement {
  const document = parseJson(payload);
  const statement = anyStatement.safeParse(document).data;
  if (statement?._type !== statementType)
    throw other(`${path} is signed, and holds no in-toto statement of version 1`);
  const type = statement.predicateType;
  if (type !== predicateType) {
    throw other(
      isOwnType(type)
        ? `${path} is evidence of a newer version of audit-scanner: ${type}`
        : `${path} is signed, and is evidence of something else: ${type.slice(0, 120)}`,
    );
  }
  const { data, error } = statementSchema.safeParse(document);
  if (error === undefined) return data;
  const [issue] = error.issues;
  throw other(
    `${path} is signed, and not as audit-scanner writes it: ${issue?.path.map(String).join('.') ?? ''} (${issue?.message ?? ''})`,
  );
}

function other(message: string): AuditError {
  return new AuditError(errorCodes.evidenceOfOther, message, {
    facts: [`This version reads ${predicateType}.`],
  });
}
