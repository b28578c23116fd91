import { celEnv } from '@bufbuild/cel';

/** CEL's own functions, for those here that go on with what CEL does. */
export const standard = celEnv({}).funcs;
