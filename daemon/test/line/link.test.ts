import t from 'tap';
import { codeOf, messageOf } from '../../src/base/error.ts';
import { LinkBench, settle } from './link-bench.ts';

t.test('handshake tells the inventory, and keepalive runs every 250 ms', async (t) => {
  const bench = new LinkBench();
  await bench.connect();
  t.match(bench.ups, [
    { board: 'TEST', protocol: 1, audio: 'linear', ports: [{ port: 1, kind: 'fxs' }, { port: 2 }] },
  ]);
  const before = bench.card.count('keepalive');
  await bench.pass(1000);
  t.equal(bench.card.count('keepalive') - before, 4);
  t.match(await bench.link.statistics(), { up: true, resets: 0, audioUnderruns: 7 });
  bench.link.close();
  t.strictSame(bench.downs, ['closed']);
});

t.test('hello is repeated until the card welcomes it', async (t) => {
  const bench = new LinkBench();
  let deaf = true;
  bench.card.behaviour = () => deaf;
  await bench.connect();
  await bench.pass(1000, { keepalive: false });
  t.equal(bench.card.count('hello'), 5);
  t.equal(
    new Set(bench.card.heard.map((m) => (m as { session: number }).session)).size,
    1,
    'one session is proposed',
  );
  deaf = false;
  await bench.pass(250, { keepalive: false });
  t.equal(bench.ups.length, 1);
  bench.link.close();
});

t.test('no common version is a problem told, and tried again every 5 s', async (t) => {
  const bench = new LinkBench();
  bench.card.behaviour = (message) => {
    if (message.type !== 'hello') return false;
    bench.card.send({
      type: 'welcome',
      protocol: 0,
      cardMin: 2,
      cardMax: 4,
      bandwidth: 0,
      session: message.session,
      bootId: 5,
      clock: 0,
      playoutLead: 0,
      board: '',
      serial: '',
      firmware: '',
      ports: [],
    });
    return true;
  };
  await bench.connect();
  t.strictSame(bench.problems, ['line/version']);
  await bench.pass(4900, { keepalive: false });
  t.equal(bench.card.count('hello'), 1);
  await bench.pass(200, { keepalive: false });
  t.equal(bench.card.count('hello'), 2);
  t.strictSame(bench.ups, []);
  bench.link.close();
});

t.test('commands are carried out once each and in order', async (t) => {
  const bench = new LinkBench();
  await bench.connect();
  const commands = Array.from({ length: 300 }, (_, i) =>
    bench.link.execute({ type: 'audio', port: 1, on: i % 2 === 0 }),
  );
  await Promise.all(commands);
  t.equal(bench.card.executed.length, 300, 'past the wrap of the sequence number');
  t.strictSame(
    bench.card.executed.map((command) => command.on),
    commands.map((_, i) => i % 2 === 0),
  );
  bench.link.close();
});

t.test('a lost answer: the command is repeated, not executed again', async (t) => {
  const bench = new LinkBench();
  await bench.connect();
  let lose = 2;
  bench.card.behaviour = (message) => message.type === 'command' && lose-- > 0;
  const done = bench.link.execute({ type: 'ring-stop', port: 1 });
  await bench.pass(300);
  await done;
  t.equal(bench.card.count('command'), 3);
  t.equal((await bench.link.statistics()).retries, 2);

  // The card has it, its answer is lost: the repetition is answered from memory.
  const send = bench.card.send.bind(bench.card);
  let swallow = true;
  bench.card.send = (frame) => {
    if (frame.type === 'ack' && swallow) swallow = false;
    else send(frame);
  };
  const again = bench.link.execute({ type: 'seize', port: 2 });
  await bench.pass(150);
  await again;
  t.strictSame(bench.card.executed, [
    { type: 'ring-stop', port: 1 },
    { type: 'seize', port: 2 },
  ]);
  bench.link.close();
});

t.test('five sendings without an answer: the link is lost and begun anew', async (t) => {
  const bench = new LinkBench();
  await bench.connect();
  const session = bench.card.session;
  bench.card.behaviour = (message) => message.type === 'command';
  const first = t.rejects(bench.link.execute({ type: 'seize', port: 2 }), { code: 'line/ack-timeout' });
  const second = t.rejects(bench.link.execute({ type: 'release', port: 2 }), { code: 'line/link-down' });
  await bench.pass(700);
  t.equal(bench.card.count('command'), 5);
  t.equal(bench.downs.length, 0);
  await bench.pass(100);
  await Promise.all([first, second]);
  t.equal(bench.downs.length, 1);
  t.equal(bench.ups.length, 2, 'and up again');
  t.not(bench.card.session, session, 'in a new session');
  bench.link.close();
});

t.test('a refused command is final and says why; the next goes on', async (t) => {
  const bench = new LinkBench();
  await bench.connect();
  bench.card.behaviour = (message) => {
    if (message.type !== 'command' || message.seq !== 0) return false;
    bench.card.send({ type: 'nack', seq: 0, reason: 'wrong-state' });
    return true;
  };
  const error = await bench.link
    .execute({ type: 'ring', port: 1, cadence: [1000, 4000] })
    .catch((e: unknown) => e);
  t.equal(codeOf(error), 'line/refused');
  t.equal(messageOf(error), 'refused: wrong-state');
  await t.rejects(bench.link.execute({ type: 'current-break', port: 1, ms: 70_000 }), {
    code: 'line/refused',
  });
  bench.link.close();
});

t.test('nack sequence or no-session: only a new session helps', async (t) => {
  const bench = new LinkBench();
  await bench.connect();
  let once = true;
  bench.card.behaviour = (message) => {
    if (message.type !== 'command' || !once) return false;
    once = false;
    bench.card.send({ type: 'nack', seq: message.seq, reason: 'no-session' });
    return true;
  };
  await t.rejects(bench.link.execute({ type: 'seize', port: 2 }), { code: 'line/link-down' });
  await settle();
  t.equal(bench.ups.length, 2);
  await bench.link.execute({ type: 'seize', port: 2 });
  bench.link.close();
});

t.test('indications: acknowledged, repetitions dropped, strangers left unanswered', async (t) => {
  const bench = new LinkBench();
  await bench.connect();
  const acks = () =>
    bench.card.heard.filter((m) => m.type === 'indication-ack').map((m) => (m as { seq: number }).seq);
  bench.card.indicate({ type: 'off-hook', port: 1, at: 8100 });
  await settle();
  bench.card.send({ type: 'indication', seq: 0, indication: { type: 'off-hook', port: 1, at: 8100 } });
  bench.card.send({ type: 'indication', seq: 7, indication: { type: 'on-hook', port: 1, at: 8200 } });
  await settle();
  t.strictSame(acks(), [0, 0]);
  bench.card.indicate({ type: 'flash', port: 1, at: 9000, ms: 180 });
  await settle();
  t.strictSame(acks(), [0, 0, 1]);
  t.strictSame(bench.indications, [
    { type: 'off-hook', port: 1, at: 8100 },
    { type: 'flash', port: 1, at: 9000, ms: 180 },
  ]);
  bench.link.close();
});

t.test('an indication nobody can read is acknowledged, or it would come for ever', async (t) => {
  const bench = new LinkBench();
  await bench.connect();
  // Indication 99 of port 1 with sequence number 0 (vector "indication of no meaning").
  bench.card.sendRaw(Buffer.from('0220010101010563010e0400', 'hex'));
  await settle();
  t.equal(bench.card.count('indication-ack'), 1);
  t.equal(bench.link.malformed, 1);
  t.strictSame(bench.indications, []);
  bench.link.close();
});

t.test('damage on the wire is counted and survived', async (t) => {
  const bench = new LinkBench();
  await bench.connect();
  bench.card.sendRaw(Uint8Array.from([0xc3, 0xa5, 0x5a, 0, 0x05, 0x11, 0x05, 0xe9, 0x7d, 0]));
  bench.card.indicate({ type: 'off-hook', port: 1, at: 8100 });
  await settle();
  t.equal(bench.indications.length, 1);
  t.equal((await bench.link.statistics()).checksumErrors, 2);
  bench.link.close();
});

t.test('a silent card is lost after a second, its commands fail, and it is found again', async (t) => {
  const bench = new LinkBench();
  await bench.connect();
  bench.card.behaviour = () => true;
  await bench.pass(950, { keepalive: false });
  t.strictSame(bench.downs, []);
  await bench.pass(150, { keepalive: false });
  t.equal(bench.downs.length, 1);
  await t.rejects(bench.link.execute({ type: 'seize', port: 2 }), { code: 'line/link-down' });
  bench.card.behaviour = () => false;
  await bench.pass(250, { keepalive: false });
  t.equal(bench.ups.length, 2);
  t.equal((await bench.link.statistics()).resets, 0, 'a lost link is no reset');
  bench.link.close();
});

for (const how of ['welcome with session 0', 'keepalive with another boot'] as const) {
  t.test(`a reset of the card is seen by ${how}`, async (t) => {
    const bench = new LinkBench();
    await bench.connect();
    if (how === 'welcome with session 0') bench.card.reboot();
    else {
      bench.card.bootId++;
      bench.card.keepalive();
    }
    await settle();
    t.strictSame(bench.downs, ['the card was reset']);
    t.equal(bench.ups.length, 2);
    t.equal((await bench.link.statistics()).resets, 1);
    await bench.link.execute({ type: 'lifeline', engaged: false });
    bench.link.close();
  });
}

t.test('a hung call control stops keepalive and hello (ruling 2), and is let in again', async (t) => {
  const bench = new LinkBench();
  let alive = true;
  bench.link.setAlive(() => alive);
  await bench.connect();
  await bench.pass(500);
  alive = false;
  const keepalives = bench.card.count('keepalive');
  await bench.pass(2000);
  t.equal(bench.card.count('keepalive'), keepalives, 'nothing while it hangs');
  t.equal(bench.card.count('hello'), 1);
  alive = true;
  await bench.pass(250);
  t.equal(bench.card.count('keepalive'), keepalives + 1);
  bench.link.close();
});

t.test('a daemon that hangs while the card ends the session does not begin another', async (t) => {
  const bench = new LinkBench();
  let alive = false;
  await bench.connect();
  bench.link.setAlive(() => alive);
  bench.card.session = 0;
  bench.card.welcome(0);
  await bench.pass(1000);
  t.strictSame(bench.downs, ['the card ended the session']);
  t.equal(bench.ups.length, 1, 'not up while it hangs');
  alive = true;
  await bench.pass(250);
  t.equal(bench.ups.length, 2);
  bench.link.close();
});

t.test('unplugged and plugged back: the transport is opened anew with growing pauses', async (t) => {
  const bench = new LinkBench();
  await bench.connect();
  bench.plugged = false;
  bench.wire?.close();
  await settle();
  t.equal(bench.downs.length, 1);
  await bench.pass(5000, { keepalive: false });
  t.ok(bench.opens >= 4 && bench.opens <= 7, `${bench.opens} attempts in 5 s`);
  t.equal(bench.problems.length, 1, 'told once');
  bench.plugged = true;
  await bench.pass(5000);
  t.equal(bench.ups.length, 2);
  bench.link.close();
});

t.test('a tty that says nothing any more is opened anew', async (t) => {
  const bench = new LinkBench();
  await bench.connect();
  bench.card.behaviour = () => true;
  await bench.pass(8000, { keepalive: false });
  t.ok(bench.opens >= 2, 'another device may be at the path');
  bench.card.behaviour = () => false;
  await bench.pass(1000);
  t.equal(bench.ups.length, 2);
  bench.link.close();
});

t.test('the sample clock does not wrap', async (t) => {
  const bench = new LinkBench();
  bench.card.clock = 0xffff_ff00;
  await bench.connect();
  bench.card.indicate({ type: 'off-hook', port: 1, at: 0xffff_fff0 });
  bench.card.indicate({ type: 'on-hook', port: 1, at: 16 });
  await settle();
  t.strictSame(
    bench.indications.map(({ at }) => at),
    [0xffff_fff0, 0x1_0000_0010],
  );
  bench.link.close();
});

t.test('the sample clock goes on over a lost link, and begins anew only with the card', async (t) => {
  const bench = new LinkBench();
  bench.card.clock = 0xffff_ff00;
  await bench.connect();
  bench.card.clock = 256;
  bench.card.keepalive();
  await settle();
  t.equal(bench.link.sampleClock, 0x1_0000_0100);
  bench.wire?.close();
  bench.card.clock = 8000;
  await bench.pass(500);
  t.equal(bench.ups.length, 2);
  t.equal(bench.link.sampleClock, 0x1_0000_0000 + 8000);
  bench.card.reboot();
  await settle();
  t.equal(bench.link.sampleClock, 16);
  bench.link.close();
});

for (const coding of ['linear', 'alaw'] as const) {
  t.test(
    `audio in ${coding}: all ports in one frame each way, losses counted, answered by the card's time`,
    async (t) => {
      const bench = new LinkBench();
      bench.card.coding = coding;
      await bench.connect();
      t.equal(bench.link.lead, 240);
      const received: [number, number, number][] = [];
      bench.link.onFrame((port, at, samples) => {
        received.push([port, at, samples[0]!]);
        bench.link.write(port, at + bench.link.lead, samples.map((s) => s * 2) as Int16Array);
      });
      const data = (first: number): Uint8Array =>
        coding === 'linear'
          ? Uint8Array.from({ length: 160 }, (_, i) => (i === 0 ? first : 0))
          : new Uint8Array(80).fill(0xd4);
      const frame = (seq: number, timestamp: number) =>
        bench.card.send({
          type: 'audio',
          seq,
          timestamp,
          channels: [
            { port: 1, data: data(24) },
            { port: 2, data: data(24) },
          ],
        });
      frame(250, 8000);
      frame(251, 8080);
      frame(254, 8320);
      frame(3, 8720);
      await settle();
      t.strictSame(received.slice(0, 4), [
        [1, 8000, 24],
        [2, 8000, 24],
        [1, 8080, 24],
        [2, 8080, 24],
      ]);
      t.equal((await bench.link.statistics()).audioLost, 2 + 4);
      const answers = bench.card.heard.flatMap((m) => (m.type === 'audio' ? [m] : []));
      t.strictSame(
        answers.map(({ seq, timestamp }) => [seq, timestamp]),
        [
          [0, 8240],
          [1, 8320],
          [2, 8560],
          [3, 8960],
        ],
      );
      t.strictSame(
        answers[0]?.channels.map(({ port }) => port),
        [1, 2],
      );
      // 48 linear; in A-law the interval from 48 to 63.
      t.equal(answers[0]?.channels[0]?.data[0], coding === 'linear' ? 48 : 0xd6);
      bench.link.close();
    },
  );
}

t.test('nothing is left running after close', async (t) => {
  const bench = new LinkBench();
  await bench.connect();
  const waiting = t.rejects(bench.link.execute({ type: 'seize', port: 2 }), { code: 'line/link-down' });
  bench.link.close();
  await waiting;
  t.equal(bench.clock.pending, 0);
});
