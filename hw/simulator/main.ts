#!/usr/bin/env node
/** The simulated office as a program; `--help` tells the rest. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startControl } from './control/server.ts';
import { checkLayout } from './office/layout.ts';
import { startSimulator } from './simulator.ts';

const HELP = `Usage: simulator [options]
A line card with telephones, an old PBX and city lines in software.

  --link PATH       keep a symlink to the pty here, also after unplugging and plugging back
  --tcp HOST:PORT   listen for the daemon on TCP as well
  --no-pty          TCP only
  --http HOST:PORT  control API and page (default 127.0.0.1:0)
  --layout FILE     the office as JSON (default: the demo office of eight ports)
  --page DIR        folder of the built page (default: dist/page beside this file)
  --help

Prints one line when ready: ready line=PATH http=HOST:PORT pid=PID`;

/** Splits HOST:PORT; a bare PORT is on 127.0.0.1. @throws Error if there is no port in it. */
function address(text: string): { host: string; port: number } {
  const match = /^(?:(.*):)?(\d+)$/.exec(text);
  if (!match) throw new Error(`'${text}' is not HOST:PORT`);
  return { host: match[1] || '127.0.0.1', port: Number(match[2]) };
}

/**
 * Builds the page where it has not been built, when run from the sources. The builder is found by its path, so that it and
 * esbuild stay out of the bundled program.
 */
async function ensurePage(): Promise<void> {
  const builder = new URL('./build-page.ts', import.meta.url);
  const page = fileURLToPath(new URL('../dist/page', import.meta.url));
  if (!existsSync(builder) || existsSync(page)) return;
  const { buildPage } = (await import(builder.href)) as { buildPage(outdir: string): Promise<void> };
  await buildPage(page);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      link: { type: 'string' },
      tcp: { type: 'string' },
      'no-pty': { type: 'boolean', default: false },
      http: { type: 'string', default: '127.0.0.1:0' },
      layout: { type: 'string' },
      page: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const simulator = await startSimulator({
    pty: !values['no-pty'],
    ...(values.layout ? { layout: checkLayout(JSON.parse(readFileSync(values.layout, 'utf8'))) } : {}),
    ...(values.link ? { link: values.link } : {}),
    ...(values.tcp ? { tcp: address(values.tcp) } : {}),
  });
  if (!values.page) await ensurePage();
  const control = await startControl(simulator, {
    ...address(values.http),
    ...(values.page ? { page: values.page } : {}),
  });
  console.log(
    `ready line=${simulator.path ?? simulator.tcpAddress ?? '-'} http=${control.address} pid=${process.pid}`,
  );
  const stop = async () => {
    await control.close();
    await simulator.stop();
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.once('disconnect', stop);
}

main().catch((error: unknown) => {
  console.error(`simulator: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});
