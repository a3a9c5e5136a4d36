#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { systemClock } from './base/clock.ts';
import { CodedError, messageOf } from './base/error.ts';
import { LogTail } from './log/log-tail.ts';
import { createLogger } from './log/logger.ts';
import { textSink } from './log/text-sink.ts';
import { readArguments } from './main/arguments.ts';
import { Daemon, type Installation } from './main/daemon.ts';

/** The last words are given this long to leave before the process goes, ms. */
const stopPatienceMs = 5000;

async function main(): Promise<void> {
  const args = readArguments(process.argv.slice(2));
  const journal = process.env.JOURNAL_STREAM !== undefined;
  const tail = new LogTail();
  const sink = textSink({ write: (line) => void process.stderr.write(line), journal });
  const log = createLogger({ sink: tail.beside(sink) });
  // A log that nobody reads any more is no reason to end calls.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const die = (reason: string): void => {
    log.error(() => `fatal: ${reason}`);
    process.exit(1);
  };
  process.on('uncaughtException', (error) => die(error.stack ?? error.message));
  process.on('unhandledRejection', (reason) =>
    die(reason instanceof Error ? (reason.stack ?? '') : String(reason)),
  );

  const daemon = new Daemon(args, installation(args.webRoot), {
    ...{ clock: systemClock(), log, tail, fatal: die },
  });
  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    log.info(() => `${signal}: stopping`);
    setTimeout(() => process.exit(1), stopPatienceMs).unref();
    await daemon.stop();
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop('SIGTERM'));
  process.on('SIGINT', () => void stop('SIGINT'));
  // Started with a channel to its parent, as scripts do, it does not outlive the parent.
  process.on('disconnect', () => void stop('the parent is gone'));

  const { http, sip, line, claimCode } = await daemon.start();
  if (claimCode) log.info(() => `the box is not claimed yet; the code on its label: ${claimCode}`);
  const address = ({ host, port }: { host: string; port: number }): string =>
    host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  process.stdout.write(`ready http=${address(http)} sip=${address(sip)} line=${line} pid=${process.pid}\n`);
}

/** What lies beside this file: bundles in dist/, or sources. */
function installation(webRoot: string | undefined): Installation {
  const here = import.meta.dirname;
  const bundled = existsSync(join(here, 'media-worker.js'));
  return {
    version: packageJson.version,
    prompts: join(here, '../prompts'),
    webRoot: webRoot ?? join(here, '../../web-ui/dist'),
    ...(bundled
      ? {
          mediaWorker: new URL('./media-worker.js', import.meta.url),
          sipdWorker: new URL('./sipd-worker.js', import.meta.url),
        }
      : {}),
  };
}

main().catch((error: unknown) => {
  process.stderr.write(`linegate: ${messageOf(error)}\n`);
  process.exit(error instanceof CodedError && error.code === 'main/arguments' ? 2 : 1);
});
