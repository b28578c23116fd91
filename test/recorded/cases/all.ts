import type { Suite } from '../case.ts';
import { assemblyscriptSuite } from './assemblyscript.ts';
import { goSuite } from './go.ts';
import { groupSuite } from './groups.ts';
import { regoSuite } from './rego.ts';
import { rustSuite } from './rust.ts';

/** All suites that are recorded. */
export const suites: readonly Suite[] = [rustSuite, goSuite, regoSuite, assemblyscriptSuite, groupSuite];
