/**
 * Runs one file of drachtio-srf's test suite as it is: `run.ts FILE` in the environment of network.ts. The
 * development packages it asks for, which are not installed with it, are replaced; nothing else is.
 */
import Module, { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Any } from '../kit.ts';
import { SUBNET, SUITE } from './network.ts';
import { runAll, test, trouble } from './tape.ts';

const control = JSON.parse(process.env.SUITE_CONTROL!) as Record<string, object>;
const replaced: Record<string, unknown> = {
  tape: test,
  config: { get: (name: string) => control[name] },
};

const loader = Module as Any;
const load = loader._load;
loader._load = (request: string, ...rest: Any[]) => replaced[request] ?? load(request, ...rest);
// Containers' addresses stand in three places of the suite's sources.
const compile = loader.prototype._compile;
loader.prototype._compile = function (this: Any, source: string, file: string, ...rest: Any[]) {
  const text = file.startsWith(SUITE) ? source.replaceAll(SUBNET, process.env.SUITE_SUBNET!) : source;
  return compile.call(this, text, file, ...rest);
};
// The suite writes these down and goes on; here they are failures.
process.on('unhandledRejection', (reason) => trouble(`unhandled rejection: ${reason}`));

createRequire(import.meta.url)(join(SUITE, process.argv[2]!));
await runAll();
