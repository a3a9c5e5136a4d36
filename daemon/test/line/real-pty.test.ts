import { join } from 'node:path';
import t from 'tap';
import { patient } from '../../../hw/simulator/office/patience.ts';
import type { SimulatorOptions } from '../../../hw/simulator/simulator.ts';
import { startSimulator } from '../../../hw/simulator/simulator.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { CardIndication, Inventory } from '../../src/line/card.ts';
import { CardLink } from '../../src/line/card-link.ts';
import { tcpTransport } from '../../src/line/tcp-transport.ts';
import type { TransportFactory } from '../../src/line/transport.ts';
import { ttyTransport } from '../../src/line/tty-transport.ts';

interface Test {
  teardown: (fn: () => Promise<void> | void) => void;
}

/** Resolves when `condition` holds at one of the link's events; rejects after `ms`. */
function when(link: CardLink, condition: () => boolean, what: string, ms = 6000): Promise<void> {
  return new Promise((resolve, reject) => {
    const offs: (() => void)[] = [];
    const end = (): void => {
      clearTimeout(timer);
      for (const off of offs) off();
    };
    const timer = setTimeout(() => {
      end();
      reject(new Error(`not within ${ms} ms: ${what}`));
    }, ms);
    const check = (): void => {
      if (!condition()) return;
      end();
      resolve();
    };
    offs.push(
      link.on('up', check),
      link.on('down', check),
      link.on('indication', check),
      link.on('audio', check),
    );
    check();
  });
}

/** The driver in this process, the simulated card at the other end of a real tty or TCP connection. */
async function bench(
  t: Test,
  options: SimulatorOptions,
  transport: (simulator: SimulatorAt) => TransportFactory,
) {
  const simulator = await startSimulator({
    layout: {
      lifelineIdleMs: 50,
      sockets: [
        { port: 1, kind: 'fxs', device: 'telephone' },
        { port: 2, kind: 'fxo', device: 'city-line' },
      ],
    },
    ...options,
  });
  t.teardown(() => simulator.stop());
  const link = new CardLink({ clock: systemClock(), transport: transport(simulator) });
  t.teardown(() => link.close());
  const ups: Inventory[] = [];
  const downs: string[] = [];
  const indications: CardIndication[] = [];
  link.on('up', (inventory) => ups.push(inventory));
  link.on('down', (reason) => downs.push(reason));
  link.on('indication', (indication) => indications.push(indication));
  link.start();
  await when(link, () => link.up, 'up');
  const told = (type: string, port: number): Promise<void> =>
    when(link, () => indications.some((i) => i.type === type && i.port === port), `${type} of port ${port}`);
  return { simulator, link, ups, downs, indications, told };
}

interface SimulatorAt {
  path: string | undefined;
  tcpAddress: string | undefined;
}

const onTty = ({ path }: SimulatorAt) => ttyTransport({ path: path!, baudRate: 4_000_000, unlimited: true });

t.test('over a tty: inventory, state of the ports, commands, audio by the card’s clock', async (t) => {
  const { simulator, link, ups, indications, told } = await bench(t, {}, onTty);
  t.match(ups, [
    {
      audio: 'linear',
      ports: [
        { port: 1, kind: 'fxs' },
        { port: 2, kind: 'fxo' },
      ],
    },
  ]);
  await told('on-hook', 1);
  await told('line-state', 2);
  simulator.telephone(1).lift();
  await told('off-hook', 1);
  const lifted = indications.find((i) => i.type === 'off-hook')!;
  t.ok(Math.abs(link.sampleClock - lifted.at) < 8000, 'in the same clock');

  await link.execute({ type: 'audio', port: 1, on: true });
  void simulator.telephone(1).speak({ tone: 1000, level: -10 });
  const stamps: number[] = [];
  let peak = 0;
  link.onFrame((port, at, samples) => {
    stamps.push(at);
    peak = Math.max(peak, ...samples);
    // Back to the telephone what it said.
    link.write(port, at + link.lead, samples);
  });
  await when(link, () => stamps.length >= 50, '50 frames');
  t.ok(
    stamps.every((at, i) => i === 0 || at - stamps[i - 1]! === 80),
    'a frame each 80 samples, none missing',
  );
  // -10 dBm0 is an amplitude of 22826 x 10^(-10/20).
  t.ok(Math.abs(peak - 7218) < 400, `amplitude ${peak}`);
  const heard = await simulator.telephone(1).waitForTone(1000, -12, 3000);
  t.ok(heard < -8, `and hears itself at ${heard.toFixed(1)} dBm0`);
  await t.rejects(link.execute({ type: 'ring', port: 1, cadence: [1000, 4000] }), {
    code: 'line/refused',
    message: 'refused: wrong-state',
  });
  t.match(await link.statistics(), { up: true, checksumErrors: 0, audioLost: 0 });
});

t.test('the tty is unplugged and plugged back: same path, new device, by itself', async (t) => {
  const path = join(t.testdir(), 'card');
  const { simulator, link, ups, downs } = await bench(t, { link: path }, () =>
    ttyTransport({ path, baudRate: 4_000_000, unlimited: true }),
  );
  for (let i = 1; i <= 2; i++) {
    simulator.unplug();
    await when(link, () => downs.length === i, 'down');
    simulator.plug();
    await when(link, () => ups.length === i + 1, 'up again');
    await link.execute({ type: 'audio', port: 1, on: true });
  }
  t.match(await link.statistics(), { up: true, resets: 0 });
});

t.test('the card is reset in the middle', async (t) => {
  const { simulator, link, ups, downs } = await bench(t, {}, onTty);
  await link.execute({ type: 'seize', port: 2 });
  simulator.resetCard();
  await when(link, () => ups.length === 2, 'up again');
  t.strictSame(downs, ['the card was reset']);
  t.equal((await link.statistics()).resets, 1);
  await link.execute({ type: 'seize', port: 2 });
});

t.test('a bad cable: every command is carried out once all the same', async (t) => {
  // Every eleventh throw of the dice is a fault: never five in a row for one command, unlike real chance.
  let throws = 0;
  const random = (): number => (++throws % 11 === 0 ? 0 : 0.7);
  const { simulator, link, told, downs } = await bench(t, { random }, onTty);
  simulator.cable.faults.corrupt = 0.5;
  simulator.cable.faults.drop = 0.5;
  const from = simulator.card.trace.length;
  const wanted: boolean[] = [];
  for (let i = 0; i < 20; i++) {
    wanted.push(i % 2 === 0);
    await link.execute({ type: 'polarity', port: 1, reversed: i % 2 === 0 });
  }
  simulator.telephone(1).lift();
  await told('off-hook', 1);
  simulator.cable.faults.corrupt = 0;
  simulator.cable.faults.drop = 0;
  t.strictSame(
    simulator.card.trace.slice(from).map((command) => command.reversed),
    wanted,
  );
  const { retries } = await link.statistics();
  t.ok(retries > 0, `${retries} repetitions were needed`);
  t.strictSame(downs, []);
});

t.test('a card that falls silent is lost, and found when it speaks again', async (t) => {
  const { simulator, link, ups, downs } = await bench(t, {}, onTty);
  simulator.cable.faults.mute = true;
  const from = performance.now();
  await when(link, () => downs.length === 1, 'down');
  const ms = performance.now() - from;
  t.ok(ms > 700 && ms < patient(1600), `after ${Math.round(ms)} ms`);
  simulator.cable.faults.mute = false;
  await when(link, () => ups.length === 2, 'up again');
});

t.test(
  'a hung call control: the card goes to its safe state though the process lives (ruling 2)',
  async (t) => {
    const { simulator, link, downs } = await bench(t, {}, onTty);
    await link.execute({ type: 'seize', port: 2 });
    t.equal(simulator.card.session !== 0, true);
    let alive = false;
    link.setAlive(() => alive);
    await when(link, () => downs.length === 1, 'the card ends the session');
    t.equal(simulator.card.session, 0);
    alive = true;
    await when(link, () => link.up, 'up again');
  },
);

t.test('over TCP, and a daemon that starts before the card', async (t) => {
  const { simulator, link, ups, downs } = await bench(
    t,
    { pty: false, tcp: { port: 0 } },
    ({ tcpAddress }) => {
      const [host, port] = tcpAddress!.split(':');
      return tcpTransport({ host: host!, port: Number(port) });
    },
  );
  t.equal(ups.length, 1);
  await link.execute({ type: 'seize', port: 2 });
  simulator.unplug();
  await when(link, () => downs.length === 1 && ups.length === 2, 'cut and up again');

  const problems: string[] = [];
  const path = join(t.testdir(), 'later');
  const early = new CardLink({
    clock: systemClock(),
    transport: ttyTransport({ path, baudRate: 4_000_000, unlimited: true }),
  });
  t.teardown(() => early.close());
  const told = new Promise<void>((resolve) => {
    early.on('problem', (error) => {
      problems.push(error.code);
      resolve();
    });
  });
  early.start();
  await told;
  t.strictSame(problems, ['line/transport']);
  const late = await startSimulator({ link: path });
  t.teardown(() => late.stop());
  await when(early, () => early.up, 'up');
  t.equal(early.inventory?.ports.length, 8);
});

t.test('on a slow link A-law is agreed on, and audio passes', async (t) => {
  const { simulator, link, ups } = await bench(t, {}, ({ path }) =>
    ttyTransport({ path: path!, baudRate: 230_400 }),
  );
  t.equal(ups[0]?.audio, 'alaw');
  simulator.telephone(1).lift();
  await link.execute({ type: 'audio', port: 1, on: true });
  void simulator.telephone(1).speak({ tone: 1000, level: -10 });
  let peak = 0;
  let frames = 0;
  link.onFrame((_port, _at, samples) => {
    if (++frames > 10) peak = Math.max(peak, ...samples);
  });
  await when(link, () => frames >= 40, '40 frames');
  t.ok(Math.abs(peak - 7218) < 400, `amplitude ${peak}`);
});
