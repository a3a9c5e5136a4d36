/** `scripts/run`: a box to try out. See scripts/run --help. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { boxOptions, fromCaller, readOptions } from './arguments.ts';
import { demo } from './demo-office.ts';
import { howItEnded, type Running } from './processes.ts';
import { type Stack, startStack } from './stack.ts';

const values = readOptions('run', { ...boxOptions, verbose: { type: 'boolean', default: false } });
const home = join(process.env.XDG_DATA_HOME ?? join(homedir(), '.local/share'), 'linegate');
const data = values.data === undefined ? home : fromCaller(values.data);
const say = (text: string): void => console.error(text);

const starting = new AbortController();
let stack: Stack | undefined;
let stopping = false;
const stop = async (status: number): Promise<void> => {
  if (stopping) return;
  stopping = true;
  starting.abort();
  if (!stack) return;
  await stack.stop();
  process.exit(status);
};
process.on('SIGINT', () => void stop(0));
process.on('SIGTERM', () => void stop(0));
process.on('SIGHUP', () => void stop(0));

/** Says when a part ends of which we did not ask it. */
const watch = (part: Running | undefined, then: () => void): void => {
  void part?.ended.then((status) => {
    if (stopping) return;
    say(`the ${part.name} ended ${howItEnded(status, part.process.signalCode)}`);
    then();
  });
};

try {
  if (values.config !== undefined && existsSync(join(data, 'config.json')))
    say(`${data} has settings already: --config ${values.config} is not looked at`);
  const { simulator, operator, daemon } = (stack = await startStack({
    data,
    http: values.http,
    sip: values.sip,
    simulated: !values['no-sim'],
    verbose: values.verbose,
    signal: starting.signal,
    ...(values.config === undefined ? {} : { config: fromCaller(values.config) }),
  }));
  const { http, sip, line, pid } = daemon.ready;
  say('');
  say(`  The box's page:        http://${http}/`);
  if (simulator) say(`  The office to play in: http://${simulator.ready.http}/`);
  const code = join(data, 'label-code');
  if (existsSync(code)) say(`  Code on the label:     ${readFileSync(code, 'utf8').trim()}`);
  if (simulator) {
    say(`  Lift telephone 2, dial ${demo.accessCode}, the PIN ${demo.pin}, then 8 812 123-45-67.`);
  }
  say('  Ctrl+C ends it.');
  say('');
  console.log(`ready http=${http} sip=${sip} line=${line} pid=${pid}`);
  const lastWords = (part: Running): void => say(part.errors().split('\n').slice(-20).join('\n'));
  watch(simulator, () => say('the box goes on without a line card; start again to have one'));
  watch(operator, () => say('the box goes on without an operator; start again to have one'));
  watch(daemon, () => {
    lastWords(daemon);
    void stop(1);
  });
} catch (error) {
  if (stopping) process.exit(0);
  say(`error: ${(error as Error).message}`);
  process.exit(1);
}
