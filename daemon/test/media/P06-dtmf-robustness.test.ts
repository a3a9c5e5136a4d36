import t from 'tap';
import { DtmfDetector } from '../../src/media/dsp/dtmf-detector.ts';
import { DtmfGenerator } from '../../src/media/dsp/dtmf-generator.ts';
import { levelDbm0, toneLevelDbm0 } from '../../src/media/dsp/level.ts';
import { engine, event, toward } from './support/engine.ts';
import { LineDouble, silence } from './support/line-double.ts';
import { RtpPeer, sine } from './support/rtp-peer.ts';

const CODES = '0123456789*#ABCD';

/** DTMF as a telephone sends it, from sample `from` on. */
function keys(digits: string, onMs: number, offMs: number, from: number): (n: number) => number {
  const generator = new DtmfGenerator({ onMs, offMs });
  generator.enqueue(digits);
  const samples = new Int16Array(digits.length * (onMs + offMs) * 8);
  generator.process(samples, samples.length);
  return (n) => samples[n - from] ?? 0;
}

/** The digits in received audio. */
function digitsIn(samples: Int16Array): string {
  let digits = '';
  const detector = new DtmfDetector((e) => {
    if (e.kind === 'start') digits += e.digit;
  });
  detector.process(samples);
  return digits;
}

/** The digits that a peer was sent as events: one for each timestamp. */
function eventsAt(peer: RtpPeer, from = 0): { digits: string; durations: number[]; ends: number[] } {
  const seen = new Map<number, { code: number; duration: number; ends: number }>();
  for (const p of peer.seen.slice(from)) {
    if (p.payloadType !== 101) continue;
    const e = seen.get(p.timestamp) ?? { code: p.payload[0]!, duration: 0, ends: 0 };
    e.duration = Math.max(e.duration, p.payload.readUInt16BE(2) / 8);
    if (p.payload[1]! & 0x80) e.ends++;
    seen.set(p.timestamp, e);
  }
  const list = [...seen.values()];
  return {
    digits: list.map((e) => CODES[e.code]).join(''),
    durations: list.map((e) => e.duration),
    ends: list.map((e) => e.ends),
  };
}

async function setUp(
  t: { teardown: (fn: () => unknown) => void },
  events: boolean,
): Promise<{
  line: LineDouble;
  media: ReturnType<typeof engine>;
  peer: RtpPeer;
  rtp: `rtp:${number}` | string;
}> {
  const line = new LineDouble();
  t.teardown(() => line.stop());
  const media = engine(t as never, {}, line);
  const peer = await new RtpPeer().open();
  t.teardown(() => peer.close());
  const { endpoint, port } = await media.openRtp('127.0.0.1');
  peer.remotePort = port;
  await media.setRtp(endpoint, toward(peer, events ? { telephoneEventPayloadType: 101 } : {}));
  return { line, media, peer, rtp: endpoint };
}

t.test(
  'a burst of 70 ms on, 70 ms off from a PBX becomes events, once each, and no digit is left in the audio',
  async (t) => {
    const { line, media, peer, rtp } = await setUp(t, true);
    await media.detect('line:1', { dtmf: true });
    const told: string[] = [];
    media.on('digit', (_endpoint, digit, ms, source) =>
      told.push(`${digit} ${source} ${ms > 50 && ms < 90}`),
    );
    await media.connect('line:1', rtp);
    const burst = '12345678#90';
    line.run(new Map([[1, keys(burst, 70, 70, line.at + 2400)]]));
    await peer.until(() => eventsAt(peer).ends.filter((n) => n >= 1).length >= burst.length, 5000);
    await peer.more(10);
    const sent = eventsAt(peer);
    t.equal(sent.digits, burst, 'every digit, in order, once');
    t.same(told.length, burst.length, 'call control is told of each once');
    t.ok(
      told.every((line) => line.endsWith('dtmf true')),
      told.join(', '),
    );
    t.ok(
      sent.durations.every((ms) => ms >= 40 && ms <= 120),
      `lengths ${sent.durations.join(' ')}`,
    );
    const audio = peer.samples();
    t.equal(digitsIn(audio), '', 'no digit to be found in the audio');
    // In pieces of 2.5 ms: how long the longest stretch of a key is that has left before it was suspected.
    let run = 0;
    let longest = 0;
    for (let at = 0; at + 20 <= audio.length; at += 20) {
      run = levelDbm0(audio, at, at + 20) > -45 ? run + 2.5 : 0;
      longest = Math.max(longest, run);
    }
    t.ok(longest < 20, `only the beginning of one, shorter than any receiver takes (Q.24): ${longest} ms`);
  },
);

t.test('speech-like sound is not cut by the squelch', async (t) => {
  const { line, media, peer, rtp } = await setUp(t, true);
  await media.connect('line:1', rtp);
  line.run(new Map([[1, (n) => sine(697, -12)(n) + sine(350, -14)(n)]]));
  await peer.more(45);
  const audio = peer.samples(15);
  for (let at = 0; at + 160 <= 3200; at += 160) t.ok(levelDbm0(audio, at, at + 160) > -14);
});

t.test(
  'events from the trunk are clean tones on the line: no marker bit, lost ends, doubled and disordered packets',
  async (t) => {
    const { line, media, peer, rtp } = await setUp(t, true);
    await media.detect(rtp, { dtmf: true });
    const told: string[] = [];
    media.on('digit', (endpoint, digit, _ms, source) => told.push(`${endpoint} ${digit} ${source}`));
    await media.connect('line:1', rtp);
    line.run(new Map([[1, silence]]));
    const wanted = '1590*#';
    const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
    peer.talk(sine(440, -20));
    await peer.more(10);
    peer.hush();
    for (const [i, digit] of [...wanted].entries()) {
      const code = CODES.indexOf(digit);
      const packets = [160, 320, 480, 640].map((d) => peer.packet(101, peer.event(code, d, false)));
      const ends = [0, 1, 2].map(() => peer.packet(101, peer.event(code, 800, true)));
      // Never a marker. Every second end is lost whole, one event begins with its second packet.
      if (i === 2) packets.shift();
      if (i === 3) packets.splice(1, 2, packets[2]!, packets[1]!);
      for (const p of packets) {
        peer.raw(p);
        if (i === 4) peer.raw(p);
        await pause(20);
      }
      if (i % 2 === 0) for (const p of ends) peer.raw(p);
      peer.timestamp += 800 + 1600;
      await pause(220);
    }
    await event<[string, string, number, string]>(
      (fn) => media.on('digit', fn),
      (_e, d) => d === '#',
      1000,
    ).catch(() => undefined);
    await peer.more(15);
    t.same(
      told,
      [...wanted].map((d) => `${rtp} ${d} rfc4733`),
      'told once each',
    );
    t.equal(digitsIn(line.heard(1)), wanted, 'heard once each on the line');
    const own = eventsAt(peer);
    t.equal(own.digits, '', 'and none comes back to where it came from');
  },
);

t.test(
  'a peer that sends a digit as event and leaves the tone in the audio has pressed one key',
  async (t) => {
    const { media, peer, rtp } = await setUp(t, true);
    await media.detect(rtp, { dtmf: true });
    const told: string[] = [];
    media.on('digit', (_endpoint, digit, _ms, source) => told.push(`${digit} ${source}`));
    const tone = keys('7', 100, 100, 0);
    for (let k = 0; k < 4; k++) {
      const begin = peer.timestamp;
      for (let n = 0; n < 1600; n += 160) {
        peer.raw(peer.audio(tone, 20, n));
        if (n < 800) peer.raw(peer.packet(101, peer.event(7, n + 160, n === 640), { timestamp: begin }));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    await peer.more(10);
    t.same(told, ['7 rfc4733', '7 rfc4733', '7 rfc4733', '7 rfc4733']);
  },
);

t.test('without telephone-event digits are tones, both ways', async (t) => {
  const { line, media, peer, rtp } = await setUp(t, false);
  await media.detect(rtp, { dtmf: true });
  const told: string[] = [];
  media.on('digit', (_endpoint, digit, _ms, source) => told.push(`${digit} ${source}`));
  peer.talk(keys('2468', 80, 80, 1600));
  await peer.more(55);
  t.same(told, ['2 dtmf', '4 dtmf', '6 dtmf', '8 dtmf'], 'heard in the audio');
  peer.talk(silence);
  await media.connect('line:1', rtp);
  line.run(new Map([[1, silence]]));
  const from = peer.seen.length;
  const ended = media.play(rtp, { type: 'dtmf', digits: '13,5', onMs: 80, offMs: 80 });
  t.equal(await ended, true);
  await peer.more(5);
  t.equal(digitsIn(peer.samples(from)), '135', 'sent in the audio');
});

t.test('digits played toward a trunk with telephone-event go as events of their length', async (t) => {
  const { media, peer, rtp } = await setUp(t, true);
  const ended = media.play(rtp, { type: 'dtmf', digits: '42#', onMs: 100, offMs: 100 });
  t.equal(await ended, true);
  await peer.more(5);
  const sent = eventsAt(peer);
  t.equal(sent.digits, '42#');
  t.same(sent.durations, [100, 100, 100]);
  t.same(sent.ends, [3, 3, 3], 'the end is sent three times (RFC 4733 2.5.1.4)');
  t.equal(digitsIn(peer.samples()), '');
});

t.test('a key pressed while dial tone plays is heard, and our own digits are not', async (t) => {
  const line = new LineDouble();
  const media = engine(t, {}, line);
  await media.detect('line:1', { dtmf: true });
  const told: string[] = [];
  media.on('digit', (_endpoint, digit) => told.push(digit));
  // The hybrid returns what is played, 10 dB down; the key is pressed after 2 s.
  const hybrid = (n: number): number => {
    const frame = line.played.get(1)?.find((f) => n - 8 >= f.at && n - 8 < f.at + 80);
    return frame ? frame.samples[n - 8 - frame.at]! / 3 : 0;
  };
  const key = keys('5', 80, 80, line.at + 16000);
  void media.play('line:1', { type: 'tone', tone: { frequencies: [425], levelDbm0: -10, cadence: [] } });
  for (let i = 0; i < 230; i++) line.frame(new Map([[1, (n) => hybrid(n) + key(n)]]));
  t.same(told, ['5'], 'the key, over dial tone');
  void media.play('line:1', { type: 'dtmf', digits: '9876', onMs: 80, offMs: 80 });
  for (let i = 0; i < 100; i++) line.frame(new Map([[1, hybrid]]));
  t.same(told, ['5'], 'the echo of what we dial is no key');
  t.ok(toneLevelDbm0(line.heard(1, 231), 852, 0, 640) > -20, 'although it was sent');
});

for (const [what, far] of [
  ['a steady tone of 600 Hz', sine(600, -13)],
  ['ringback', sine(425, -10)],
  ['a steady tone of 1000 Hz', sine(1000, -10)],
] as const) {
  for (const lossDb of [10, 26]) {
    t.test(`keys pressed while the far end sounds ${what}, hybrid loss ${lossDb} dB`, async (t) => {
      const line = new LineDouble();
      const media = engine(t, {}, line);
      await media.detect('line:1', { dtmf: true });
      // The far end is another port, so that the test needs no real time.
      await media.connect('line:1', 'line:2');
      const told: string[] = [];
      media.on('digit', (_endpoint, digit) => told.push(digit));
      const gain = 10 ** (-lossDb / 20);
      const hybrid = (n: number): number => {
        const frames = line.played.get(1) ?? [];
        for (let i = frames.length - 1; i >= Math.max(0, frames.length - 6); i--) {
          const f = frames[i]!;
          if (n - 4 >= f.at && n - 4 < f.at + 80) return Math.round(f.samples[n - 4 - f.at]! * gain);
        }
        return 0;
      };
      const pressed = keys('42#0159', 80, 80, line.at + 8000);
      const signals = new Map([
        [1, (n: number) => hybrid(n) + pressed(n)],
        [2, far],
      ]);
      for (let i = 0; i < 250; i++) line.frame(signals);
      t.equal(told.join(''), '42#0159');
    });
  }
}

t.test(
  'tones that the far end leaves in its audio come back from the hybrid, and are no keys of ours',
  async (t) => {
    const line = new LineDouble();
    const media = engine(t, {}, line);
    await media.detect('line:1', { dtmf: true });
    await media.connect('line:1', 'line:2');
    const told: string[] = [];
    media.on('digit', (_endpoint, digit) => told.push(digit));
    const hybrid = (n: number): number => {
      const f = line.played.get(1)?.find((g) => n - 4 >= g.at && n - 4 < g.at + 80);
      return f ? Math.round(f.samples[n - 4 - f.at]! / 2) : 0;
    };
    const far = keys('13579', 100, 100, line.at + 800);
    for (let i = 0; i < 130; i++) {
      line.frame(
        new Map([
          [1, hybrid],
          [2, far],
        ]),
      );
    }
    t.same(told, []);
    t.equal(digitsIn(line.heard(1)), '13579', 'although they were there');
  },
);
