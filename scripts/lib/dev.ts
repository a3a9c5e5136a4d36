/** `scripts/dev`: what runs is what is in the editor. See scripts/dev --help. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { boxOptions, fromCaller, readOptions } from './arguments.ts';
import { root } from './processes.ts';
import { type Stack, startStack } from './stack.ts';

const values = readOptions('dev', { ...boxOptions, verbose: { type: 'boolean', default: true } });

/** Changes within this time are one change, ms: editors write a file in several steps. */
const quietMs = 200;

const temporary = values.data === undefined ? mkdtempSync(join(tmpdir(), 'linegate-dev-')) : undefined;
const data = temporary ?? fromCaller(values.data!);
let stack: Stack | undefined;
let turn: Promise<void> = Promise.resolve();

async function begin(): Promise<void> {
  try {
    stack = await startStack({
      data,
      http: values.http,
      sip: values.sip,
      simulated: !values['no-sim'],
      verbose: values.verbose,
      fromSource: true,
      ...(values.config === undefined ? {} : { config: fromCaller(values.config) }),
    });
    const { http, sip, line, pid } = stack.daemon.ready;
    if (stack.simulator) console.error(`office: http://${stack.simulator.ready.http}/`);
    console.log(`ready http=${http} sip=${sip} line=${line} pid=${pid}`);
  } catch (error) {
    // A mistake in the sources: the next change is another chance.
    console.error((error as Error).message);
  }
}

async function rebuild(part: 'web-ui' | 'simulator'): Promise<void> {
  const build = spawn(process.execPath, ['--import=tsx', 'scripts/lib/build.ts', '--only', part], {
    cwd: root,
    stdio: 'inherit',
  });
  await new Promise((resolve) => build.on('exit', resolve));
}

/** Calls `work` a moment after the last of several changes below a folder. */
function follow(folder: string, work: () => Promise<void>): void {
  let timer: NodeJS.Timeout | undefined;
  watch(join(root, folder), { recursive: true }, (_event, name) => {
    if (name !== null && /(^|\/)(dist|node_modules)\//.test(name)) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      turn = turn.then(work);
    }, quietMs);
  });
}

const again = async (): Promise<void> => {
  await stack?.stop();
  stack = undefined;
  await begin();
};

await begin();
follow('daemon/src', again);
follow('web-ui/src', () => rebuild('web-ui'));
follow('hw/simulator', async () => {
  await rebuild('simulator');
  await again();
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    turn = turn.then(async () => {
      await stack?.stop();
      if (temporary) rmSync(temporary, { recursive: true, force: true });
      process.exit(0);
    });
  });
}
