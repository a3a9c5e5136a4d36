import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { patient } from '../../../hw/simulator/office/patience.ts';
import { startSimulator } from '../../../hw/simulator/simulator.ts';
import { systemClock } from '../../src/base/clock.ts';
import { startMediaWorker } from '../../src/worker/media-host.ts';
import { event, russia, steadyLevel, toward } from '../media/support/engine.ts';
import { RtpPeer, sine } from '../media/support/rtp-peer.ts';

/** Real-time priorities of this process's threads that have SCHED_FIFO (proc(5): fields 40 and 41 of stat). */
function fifoPriorities(): number[] {
  const found: number[] = [];
  for (const task of readdirSync('/proc/self/task')) {
    const stat = readFileSync(`/proc/self/task/${task}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // The first of these is field 3.
    if (fields[41 - 3] === '1') found.push(Number(fields[40 - 3]));
  }
  return found;
}

const media = { rtpPorts: { min: 20000, max: 59999 } };

/** Measures until the level is there: a machine that is held up leaves gaps in a sound, and another is measured then. */
async function settled(dbm0: number, measure: () => Promise<number>): Promise<number> {
  for (let tries = 1; ; tries++) {
    const level = await measure();
    if (Math.abs(level - dbm0) < 1 || tries === 20) return level;
  }
}

t.test('card and RTP in one thread: audio both ways, dialed digits as events', async (t) => {
  const office = await startSimulator();
  t.teardown(() => office.stop());
  const host = await startMediaWorker({
    card: { type: 'serial', path: office.path!, baudRate: 4_000_000, unlimited: true },
    profile: russia,
    media,
  });
  t.teardown(() => host.close());
  const { card } = host;
  if (!card.inventory) await event((fn: (...a: [unknown]) => void) => card.on('up', fn));
  t.equal(card.inventory?.ports.length, 8, 'the inventory is known on the main thread');
  // Back on the lifeline's own time; port 2 has no relay.
  const lifted = event<[{ type: string; port: number }]>(
    (fn) => card.on('indication', fn as never),
    (i) => i.type === 'off-hook' && i.port === 2,
  );
  const phone = office.telephone(2);
  phone.lift();
  await lifted;
  await card.execute({ type: 'audio', port: 2, on: true });
  const peer = await new RtpPeer().open();
  t.teardown(() => peer.close());
  const rtp = await host.media.openRtp('127.0.0.1');
  peer.remotePort = rtp.port;
  await host.media.setRtp(rtp.endpoint, toward(peer, { telephoneEventPayloadType: 101 }));
  await host.media.detect('line:2', { dtmf: true });
  await host.media.connect('line:2', rtp.endpoint);
  peer.talk(sine(600, -13));
  void phone.speak({ tone: 1000, level: -10 });
  await peer.more(40);
  const toTrunk = await settled(-10, async () => {
    const from = peer.seen.length;
    await peer.more(40);
    return steadyLevel(peer.samples(from), 1000);
  });
  t.ok(Math.abs(toTrunk + 10) < 1, `to the trunk ${toTrunk.toFixed(1)} dBm0`);
  const toPhone = await settled(-13, () => phone.hear(400, 600));
  t.ok(Math.abs(toPhone + 13) < 1, `to the telephone ${toPhone.toFixed(1)} dBm0`);
  phone.hush();
  const digits: string[] = [];
  const last = event<[string, string, number, string]>(
    (fn) => host.media.on('digit', fn),
    (_e, digit) => {
      digits.push(digit);
      return digits.length === 3;
    },
  );
  await phone.dial('42#');
  await last;
  t.equal(digits.join(''), '42#');
  await peer.until(() => {
    const stamps = new Set(
      peer.seen.filter((p) => p.payloadType === 101 && p.payload[1]! & 128).map((p) => p.timestamp),
    );
    return stamps.size === 3;
  });
  const played = host.media.play('line:2', {
    type: 'tone',
    tone: { frequencies: [425], levelDbm0: -10, cadence: [300, 0], repeat: 1 },
  });
  t.equal(await played, true);
  const statistics = await card.statistics();
  t.equal(statistics.checksumErrors, 0);
  t.ok(statistics.up);
  const figures = await host.media.closeRtp(rtp.endpoint);
  t.equal(figures?.latched, `127.0.0.1:${peer.port}`);
  await t.rejects(
    host.media.connect('line:2', 'rtp:99'),
    { code: 'media/no-endpoint' },
    'codes cross the thread',
  );
  await t.rejects(card.execute({ type: 'seize', port: 2 }), { code: 'line/refused' });
  t.ok(systemClock().now() - host.alive() < 1000, 'the worker proves that it lives');
  const realtime = host.warnings.filter((w) => w.code === 'worker/no-realtime');
  t.equal(
    fifoPriorities().length,
    realtime.length === 0 ? 1 : 0,
    'one thread has real-time priority, or none and one warning',
  );
  t.ok(realtime.length <= 1);
  t.ok(
    host.warnings.every((w) => w.code === 'worker/no-realtime'),
    JSON.stringify(host.warnings),
  );
});

t.test('the card is not fed while call control is not alive (ruling 2)', async (t) => {
  const office = await startSimulator();
  t.teardown(() => office.stop());
  let healthy = true;
  const host = await startMediaWorker({
    card: { type: 'serial', path: office.path!, baudRate: 4_000_000, unlimited: true },
    profile: russia,
    media,
    healthy: () => healthy,
    heartbeatLimitMs: 500,
  });
  t.teardown(() => host.close());
  if (!host.card.inventory) await event((fn: (...a: [unknown]) => void) => host.card.on('up', fn));
  await new Promise((resolve) => setTimeout(resolve, 1200));
  t.not(office.card.session, 0, 'fed: the session lasts');
  healthy = false;
  const begin = performance.now();
  while (office.card.session !== 0 && performance.now() - begin < patient(4000))
    await new Promise((r) => setTimeout(r, 20));
  const took = performance.now() - begin;
  t.equal(office.card.session, 0, 'not fed: the card is in its safe state');
  t.ok(took > 900 && took < patient(2200), `after ${took.toFixed(0)} ms`);
  healthy = true;
  const back = performance.now();
  while (office.card.session === 0 && performance.now() - back < patient(4000))
    await new Promise((r) => setTimeout(r, 20));
  t.not(office.card.session, 0, 'and back by itself when call control ticks again');
});

t.test('without a card', async (t) => {
  const host = await startMediaWorker({ profile: russia, media, realtime: false });
  t.same(host.warnings, []);
  await t.rejects(host.card.execute({ type: 'audio', port: 1, on: true }), { code: 'line/link-down' });
  const { endpoint } = await host.media.openRtp('127.0.0.1');
  t.match(endpoint, /^rtp:/);
  await host.close();
  await host.close();
  await t.rejects(host.media.openRtp('127.0.0.1'), { code: 'media/worker-lost' });
});

t.test('a worker that dies is told once, and everything asked of it fails', async (t) => {
  const file = join(t.testdir(), 'dying.mjs');
  writeFileSync(
    file,
    `import { parentPort } from 'node:worker_threads';
     parentPort.postMessage([{ type: 'ready' }]);
     parentPort.on('message', () => { throw new Error('out of order'); });`,
  );
  const host = await startMediaWorker({ profile: russia, workerUrl: pathToFileURL(file) });
  const reasons: string[] = [];
  host.onExit((reason) => reasons.push(reason));
  await t.rejects(host.media.openRtp('127.0.0.1'), { code: 'media/worker-lost' });
  await t.rejects(host.card.execute({ type: 'seize', port: 5 }), { code: 'line/link-down' });
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.same(reasons, ['out of order']);
  await host.close();
  const broken = join(t.testdir({ 'broken.mjs': 'throw new Error("no such thing")' }), 'broken.mjs');
  await t.rejects(startMediaWorker({ profile: russia, workerUrl: pathToFileURL(broken) }), {
    code: 'worker/start',
  });
});
