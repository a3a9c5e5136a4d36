import { join } from 'node:path';
import t from 'tap';
import { patient } from '../simulator/office/patience.ts';
import { startSimulator } from '../simulator/simulator.ts';
import { Host } from './host.ts';
import { openOffice, plainOffice } from './office.ts';

t.jobs = 4;

t.test(
  "versions without overlap are answered with the card's range and no session",
  { buffered: true },
  async (t) => {
    const { simulator, host } = await openOffice(t);
    host.send({
      type: 'hello',
      protocolMin: 2,
      protocolMax: 5,
      codings: ['linear'],
      bandwidth: 0,
      session: 77,
      name: '',
    });
    const welcome = await host.wait((f) => f.type === 'welcome' && f.session === 77, patient(1000));
    t.match(welcome, { protocol: 0, cardMin: 1, cardMax: 1, ports: [] });
    t.equal(simulator.card.session, host.session, 'the session there was goes on');
  },
);

t.test('a later host that speaks version 1 as well is welcomed with 1', { buffered: true }, async (t) => {
  const { host } = await openOffice(t, {}, { protocol: [1, 9] });
  t.equal(host.welcome?.protocol, 1);
});

t.test('a repeated command is answered again and carried out once', { buffered: true }, async (t) => {
  const { simulator, host } = await openOffice(t);
  const ring = { type: 'ring', port: 1, cadence: [200, 400] };
  t.equal((await host.once(0, ring)).type, 'ack');
  t.equal((await host.once(0, ring)).type, 'ack');
  t.equal(simulator.card.trace.filter((c) => c.type === 'ring').length, 1);
  t.match(await host.once(5, ring), { type: 'nack', reason: 'sequence' });
  t.match(await host.once(1, { type: 'seize', port: 1 }), { type: 'nack', reason: 'wrong-kind' });
  t.match(
    await host.once(1, { type: 'seize', port: 1 }),
    { type: 'nack', reason: 'wrong-kind' },
    'a refusal is repeated too',
  );
  t.match(await host.once(2, { type: 'seize', port: 12 }), { type: 'nack', reason: 'no-such-port' });
});

t.test('indications are repeated until acknowledged, and come in order', { buffered: true }, async (t) => {
  const { simulator, host } = await openOffice(t);
  await host.told('line-state', 8);
  host.answerIndications = false;
  host.frames.length = 0;
  simulator.telephone(1).lift();
  simulator.telephone(2).lift();
  const first = await host.wait((f) => f.type === 'indication', patient(2000));
  const second = await host.wait((f) => f.type === 'indication', patient(2000));
  t.strictSame(second, first, 'the same frame again');
  host.answerIndications = true;
  await host.told('off-hook', 2);
});

t.test(
  'a repeated hello changes nothing; another session puts all to rest and tells the state',
  { buffered: true },
  async (t) => {
    const { simulator, host } = await openOffice(t);
    await host.command({ type: 'audio', port: 5, on: true });
    await host.command({ type: 'seize', port: 5 });
    await host.command({ type: 'polarity', port: 1, reversed: true });
    const hello = {
      type: 'hello',
      protocolMin: 1,
      protocolMax: 1,
      codings: ['linear'],
      bandwidth: 0,
      name: '',
    } as const;
    host.send({ ...hello, codings: ['linear'], session: host.session });
    await host.wait((f) => f.type === 'welcome', patient(1000));
    t.equal(simulator.card.circuit(5)?.audio, true);
    simulator.telephone(2).lift();
    await host.told('off-hook', 2);
    host.indications.length = 0;
    host.session++;
    await host.greet();
    await host.told('off-hook', 2);
    await host.told('on-hook', 1);
    t.match(await host.told('line-state', 8), { state: 'dead' });
    // Moves with the office's next block.
    await simulator.time.sleep(20);
    t.equal(simulator.card.circuit(5)?.audio, false);
    t.equal(simulator.telephone(1).reversed, false);
    t.ok(await simulator.line(5).next('released', 3000), 'the city line is let go');
  },
);

t.test('link loss: safe state after 1 s, orphaned lines on-hook after 5 s', { buffered: true }, async (t) => {
  const { simulator, host } = await openOffice(t);
  await host.causes({ type: 'seize', port: 5 }, simulator.line(5).next('dial-tone'));
  await host.command({ type: 'ring', port: 1, cadence: [500, 500] });
  await host.told('ring-phase', 1);
  const lost = simulator.time.ms;
  host.keepAlive(false);
  const announced = await host.wait((f) => f.type === 'welcome' && f.session === 0, patient(2500));
  t.ok(announced);
  const after = simulator.time.ms - lost;
  t.ok(after > 600 && after < 1300, `announced itself ${after} ms after the last keepalive`);
  t.equal(simulator.telephone(1).state().bell, false, 'ringing stopped');
  t.equal(simulator.line(5).state().seized, true, 'still held');
  t.equal(await host.command({ type: 'seize', port: 6 }), 'no-session');
  const released = await simulator.line(5).next('released', 9000);
  const orphan = released.at - lost;
  t.ok(orphan > 5000 && orphan < 6300, `let go ${orphan} ms after (900 ms of which are the exchange's)`);
});

t.test(
  'a reset of the card shows by its boot id; a new handshake mends it',
  { buffered: true },
  async (t) => {
    const { simulator, host } = await openOffice(t);
    const before = host.welcome!.bootId;
    simulator.resetCard();
    const welcome = await host.wait((f) => f.type === 'welcome' && f.session === 0, patient(2000));
    t.not((welcome as { bootId: number }).bootId, before);
    host.session++;
    await host.greet();
    t.equal(await host.command({ type: 'ring-stop', port: 1 }), 'ack');
  },
);

t.test(
  'unplugging hangs the tty up; the same path works when plugged back',
  { buffered: true },
  async (t) => {
    const { simulator, host, link } = await openOffice(t);
    const path = simulator.path;
    simulator.unplug();
    await host.wait(() => host.closed, 500).catch(() => undefined);
    t.equal(host.closed, true, 'serialport saw the hang-up');
    await t.rejects(Host.open(link), 'nothing to open');
    simulator.plug();
    t.equal(simulator.path, path);
    const again = await Host.open(link);
    t.equal(again.welcome?.bootId, host.welcome?.bootId, 'the card itself was not reset');
    t.equal(await again.command({ type: 'ring-stop', port: 1 }), 'ack');
    again.close();
  },
);

t.test('corrupted, lost and delayed frames cost repetitions, not commands', { buffered: true }, async (t) => {
  let seed = 7;
  const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
  const { simulator, host } = await openOffice(t, { random });
  Object.assign(simulator.cable.faults, { corrupt: 0.1, drop: 0.1, delayMs: 10 });
  for (let i = 0; i < 30; i++) {
    const answer = await host.command({ type: 'polarity', port: 1, reversed: i % 2 === 0 });
    if (answer !== 'ack') t.fail(`command ${i}: ${answer}`);
  }
  Object.assign(simulator.cable.faults, { corrupt: 0, drop: 0, delayMs: 0 });
  const done = simulator.card.trace.filter((c) => c.type === 'polarity').map((c) => c.reversed);
  t.strictSame(
    done,
    Array.from({ length: 30 }, (_, i) => i % 2 === 0),
    'each once, in order',
  );
  t.ok(simulator.card.counters.checksumErrors + host.faults > 0, 'frames were spoilt');
  t.ok(simulator.card.counters.repetitions > 0, 'answers were lost');
});

t.test('a mute cable is a lost link though the tty stays open', { buffered: true }, async (t) => {
  const { simulator, host } = await openOffice(t);
  const down = new Promise((resolve) => {
    const off = simulator.onEvent((e) => {
      if (e.type !== 'session-lost') return;
      off();
      resolve(undefined);
    });
  });
  simulator.cable.faults.mute = true;
  await down;
  t.equal(host.closed, false);
  simulator.cable.faults.mute = false;
  host.session++;
  await host.greet();
  t.equal(await host.command({ type: 'ring-stop', port: 1 }), 'ack');
});

t.test('the office waits for late audio, but not for ever', { buffered: true }, async (t) => {
  const { simulator, host } = await openOffice(t);
  const phone = simulator.telephone(1);
  phone.lift();
  await host.told('off-hook', 1);
  await host.command({ type: 'audio', port: 1, on: true });
  void host.voice(1).play([{ type: 'tone', frequencies: [800], level: -10, ms: Infinity }]);
  await phone.waitForTone(800, -11);
  host.answerAudio = false;
  const before = simulator.waits;
  t.ok((await phone.hear(400, 800)) < -11, 'then it goes on in silence');
  t.ok(simulator.waits > before, 'it stood still for a while');
  host.answerAudio = true;
  await phone.waitForTone(800, -11);
});

t.test(
  'without patience late audio is lost and counted, as a real card does',
  { buffered: true },
  async (t) => {
    const { simulator, host } = await openOffice(t, { patienceMs: 0 });
    simulator.telephone(1).lift();
    await host.told('off-hook', 1);
    await host.command({ type: 'audio', port: 1, on: true });
    const silence = { port: 1, data: new Uint8Array(160) };
    const clock = host.stamps.at(-1) ?? host.welcome!.clock;
    for (const timestamp of [clock - 800, clock + 8000]) {
      const at = (timestamp + 0x1_0000_0000) % 0x1_0000_0000;
      host.send({ type: 'audio', seq: 0, timestamp: at, channels: [silence] });
    }
    const seen = await host.wait((f) => f.type === 'card-keepalive' && f.audioLate >= 2, patient(2000));
    t.ok(seen, 'too late and too early: both told in the keepalive');
  },
);

t.test(
  'a host that does not read stops nobody, and gets whole frames afterwards',
  { buffered: true },
  async (t) => {
    const link = join(t.testdir(), 'line');
    const simulator = await startSimulator({ layout: plainOffice(), link });
    t.teardown(() => simulator.stop());
    // Far more than any terminal buffers.
    for (let i = 0; i < 200; i++) simulator.cable.send(new Uint8Array(2600).fill(0xa5));
    t.ok(simulator.cable.overflows > 0, 'the rest is lost');
    await simulator.time.sleep(50);
    const host = await Host.open(link);
    simulator.telephone(2).lift();
    await host.told('off-hook', 2);
    host.close();
  },
);

t.test('TCP is a second way in', { buffered: true }, async (t) => {
  const simulator = await startSimulator({ layout: plainOffice(), pty: false, tcp: { port: 0 } });
  const host = await Host.open(simulator.tcpAddress!);
  simulator.telephone(1).lift();
  await host.told('off-hook', 1);
  host.close();
  await simulator.stop();
});

t.test('sixteen ports of linear audio pass both ways without loss', { buffered: true }, async (t) => {
  const sockets = Array.from({ length: 16 }, (_, i) => ({
    port: i + 1,
    kind: 'fxs' as const,
    device: 'telephone' as const,
  }));
  const { simulator, host } = await openOffice(t, { layout: { sockets, playoutLead: 640 } });
  for (let port = 1; port <= 16; port++) {
    simulator.telephone(port).lift();
    t.equal(await host.command({ type: 'audio', port, on: true }), 'ack');
    void simulator.telephone(port).speak({ tone: 300 + port * 100, level: -15 });
  }
  await host.ears(16).next(1000);
  const { toneLevel } = await import('../simulator/sound/level.ts');
  for (let port = 1; port <= 16; port++) {
    const level = toneLevel(host.ears(port).last(400), 300 + port * 100);
    t.ok(Math.abs(level - -15) < 0.3, `port ${port} at ${level.toFixed(2)} dBm0`);
  }
  t.equal(host.audioLost, 0);
  t.equal(host.faults, 0);
});
