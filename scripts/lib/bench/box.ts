/** Boxes for the benches: the built daemon alone in its process, beside it what it is measured with. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BoxClient } from '../clients.ts';
import { daemonStart } from '../node-flags.ts';
import { type Running, root, type StartOptions, start } from '../processes.ts';

/** Programs and files of one measurement; all are stopped and removed by `close`. */
export class Bench {
  readonly folder = mkdtempSync(join(tmpdir(), 'linegate-bench-'));
  #running: Running[] = [];
  #boxes = 0;

  /** Runs a program until the end of the measurement. */
  async run(name: string, file: string, args: string[], more: StartOptions = {}): Promise<Running> {
    const running = await start(name, file, args, more);
    this.#running.push(running);
    return running;
  }

  /** A simulated card with telephones on all of its ports. */
  async card(ports: number): Promise<Running> {
    const sockets = Array.from({ length: ports }, (_, i) => ({
      port: i + 1,
      kind: 'fxs',
      device: 'telephone',
    }));
    const layout = join(this.folder, 'layout.json');
    writeFileSync(layout, JSON.stringify({ sockets }));
    const link = join(this.folder, 'line-card');
    return await this.run('simulator', 'hw/dist/simulator.js', ['--link', link, '--layout', layout]);
  }

  /** The simulated operator; answers after `ringMs` and echoes what it hears. */
  async operator(ringMs: number): Promise<Running> {
    const args = ['--listen', '127.0.0.1:0', '--http', '127.0.0.1:0', '--ring', String(ringMs)];
    return await this.run('operator', 'hw/dist/operator.js', args);
  }

  /** Arguments of a daemon with a data folder of its own. */
  daemonArguments(config: object): string[] {
    const data = join(this.folder, `box-${++this.#boxes}`);
    const file = `${data}.json`;
    writeFileSync(file, JSON.stringify(config));
    const line = join(this.folder, 'line-card');
    const anywhere = '127.0.0.1:0';
    return ['--data', data, '--config', file, '--line', line, '--http', anywhere, '--sip', anywhere];
  }

  /** The built daemon (ruling 31: never the sources), started as the box starts it. */
  async daemon(args: string[]): Promise<Running> {
    return await this.run('daemon', 'daemon/dist/main.js', args, daemonStart());
  }

  /** The SIP engine by itself, started as `scripts/sipd` starts it, without the shell in between. */
  async engine(secret: string): Promise<Running> {
    const script = readFileSync(join(root, 'scripts/sipd'), 'utf8');
    const [, flags, file] = /^exec node (.*?)(\S+\.js) /m.exec(script) ?? [];
    if (file === undefined) throw new Error('scripts/sipd does not say how the engine is started');
    const anywhere = '127.0.0.1:0';
    const args = ['--sip', anywhere, '--control', anywhere, '--secret', secret];
    return await this.run('sipd', file, args, { nodeArguments: flags!.split(' ').filter(Boolean) });
  }

  /** Signs in to a box that nobody has claimed yet. */
  async signIn(daemon: Running, args: string[]): Promise<BoxClient> {
    const box = new BoxClient(daemon.ready.http!);
    const data = args[args.indexOf('--data') + 1]!;
    await box.claim(readFileSync(join(data, 'label-code'), 'utf8').trim(), 'bench-password');
    return box;
  }

  async close(): Promise<void> {
    for (const running of this.#running.reverse()) await running.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const everything = ['internal', 'local', 'zone', 'national', 'mobile', 'free', 'special'];

/** What all offices of the benches have in common. */
const office = {
  version: 1,
  site: { name: 'bench' },
  dialing: { areaCodes: ['495', '499'] },
  // More than any rate here takes: how fast the box is, is asked, not where its limit stands.
  sip: { channels: 2000 },
  classesOfService: [{ id: 'everything', name: 'Everything', allow: everything }],
};

const prices = [{ prefix: '7', perMinute: 1.2 }];
const trunk = (id: string, server: string): object => ({
  id,
  name: id,
  mode: 'static',
  server,
  maxCalls: 1000,
  optionsSeconds: 0,
  callerNumber: '+74951110000',
});

/** Telephones on all ports, long distance by a trunk. */
export const telephoneOffice = (ports: number, operator: string): object => ({
  ...office,
  ports: Array.from({ length: ports }, (_, i) => ({
    kind: 'fxs',
    number: i + 1,
    name: `Telephone ${i + 1}`,
    classOfService: 'everything',
  })),
  trunks: [trunk('operator', operator)],
  routes: [{ id: 'out', name: 'Out', via: { kind: 'trunk', trunk: 'operator' }, prices }],
});

/** The number that is called on the trunk `in`. */
export const transitNumber = '+74951110001';

/** What comes in on one trunk goes out by another. */
export const transitOffice = (incoming: string, outgoing: string): object => ({
  ...office,
  trunks: [trunk('in', incoming), trunk('out', outgoing)],
  routes: [{ id: 'out', name: 'Out', via: { kind: 'trunk', trunk: 'out' }, prices }],
  destinations: [
    {
      id: 'far',
      name: 'Far',
      classOfService: 'everything',
      steps: [{ targets: ['number:+79161234567'], seconds: 30, pressOne: false }],
    },
  ],
  incomingNumbers: [{ id: 'main', number: transitNumber, trunk: 'in', destination: 'far' }],
});
