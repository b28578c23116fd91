import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { v8Flags } from '../../../../src/engine/threads/v8-flags.ts';
import { assemble } from '../../../fixtures/wasm/modules.ts';

const run = promisify(execFile);

it('V8 knows the flags that the engine sets, which it would pass over in silence', async () => {
  const { stdout } = await run(process.execPath, ['--v8-options']);
  const known = new Set([...stdout.matchAll(/^ {2}(--[\w-]+) \(/gm)].map(([, name]) => name));
  expect(known.size).toBeGreaterThan(500);
  for (const flag of v8Flags(4096)) expect(known).toContain(flag.replace(/=.*/, ''));
});

it('V8 takes their values', async () => {
  const { stdout } = await run(process.execPath, [...v8Flags(4096), '--v8-options']);
  for (const flag of v8Flags(4096)) expect(stdout).toContain(`default: ${flag}`);
});

it('V8 does not compile the way from a guest to its host, however often it is taken', async () => {
  const wasm = assemble(
    `(module
      (import "host" "call" (func $call (param i32) (result i32)))
      (export "call" (func $call))
      (func (export "run") (param $times i32)
        (loop $again
          (drop (call $call (local.get $times)))
          (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))))`,
    undefined,
  );
  const flags = new URL('../../../../src/engine/threads/v8-flags.ts', import.meta.url).href;
  const isGeneric = async (prepare: string): Promise<unknown> => {
    const program = `
      ${prepare}
      const module = new WebAssembly.Module(Buffer.from('${Buffer.from(wasm).toString('base64')}', 'base64'));
      const { exports } = new WebAssembly.Instance(module, { host: { call: (value) => value } });
      exports.run(100_000);
      console.log(%HasUnoptimizedWasmToJSWrapper(exports.call));`;
    const options = ['--no-warnings', '--allow-natives-syntax', '--input-type=module', '-e', program];
    return JSON.parse((await run(process.execPath, options)).stdout);
  };
  expect(await isGeneric('')).toBe(false);
  expect(await isGeneric(`import { setV8Flags } from '${flags}'; setV8Flags(4096);`)).toBe(true);
});
