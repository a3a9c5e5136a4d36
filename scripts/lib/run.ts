/** `scripts/run`: a box to try out. See scripts/run --help. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { demo } from './demo-office.ts';
import { startStack } from './stack.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    config: { type: 'string' },
    http: { type: 'string', default: '127.0.0.1:8080' },
    sip: { type: 'string', default: '127.0.0.1:5060' },
    'no-sim': { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});

const data = values.data ?? join(process.env.XDG_DATA_HOME ?? join(homedir(), '.local/share'), 'linegate');
try {
  const stack = await startStack({
    data,
    http: values.http,
    sip: values.sip,
    simulated: !values['no-sim'],
    verbose: values.verbose,
    ...(values.config === undefined ? {} : { config: values.config }),
  });
  const { http, sip, line, pid } = stack.daemon.ready;
  const say = (text: string): void => console.error(text);
  say('');
  say(`  The box's page:        http://${http}/`);
  if (stack.simulator) say(`  The office to play in: http://${stack.simulator.ready.http}/`);
  const code = join(data, 'label-code');
  if (existsSync(code)) say(`  Code on the label:     ${readFileSync(code, 'utf8').trim()}`);
  if (stack.simulator) {
    say(`  Lift telephone 2, dial ${demo.accessCode}, the PIN ${demo.pin}, then 8 812 123-45-67.`);
  }
  say('  Ctrl+C ends it.');
  say('');
  console.log(`ready http=${http} sip=${sip} line=${line} pid=${pid}`);
  let stopping = false;
  const stop = async (status: number): Promise<void> => {
    if (stopping) return;
    stopping = true;
    await stack.stop();
    process.exit(status);
  };
  process.on('SIGINT', () => void stop(0));
  process.on('SIGTERM', () => void stop(0));
  void stack.daemon.ended.then((status) => {
    if (stopping) return;
    say(`the daemon ended with code ${status}:\n${stack.daemon.errors().split('\n').slice(-20).join('\n')}`);
    void stop(1);
  });
} catch (error) {
  console.error(`error: ${(error as Error).message}`);
  process.exit(1);
}
