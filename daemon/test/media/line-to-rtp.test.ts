import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { levelDbm0, toneLevelDbm0 } from '../../src/media/dsp/level.ts';
import { engine, event, steadyLevel, toward } from './support/engine.ts';
import { LineDouble, silence } from './support/line-double.ts';
import { RtpPeer, sine } from './support/rtp-peer.ts';

t.test('a telephone and a trunk hear each other at their levels', async (t) => {
  const line = new LineDouble();
  t.teardown(() => line.stop());
  const media = engine(t, {}, line);
  const peer = await new RtpPeer().open();
  t.teardown(() => peer.close());
  const rtp = await media.openRtp('127.0.0.1');
  peer.remotePort = rtp.port;
  await media.setRtp(rtp.endpoint, toward(peer));
  await media.connect('line:3', rtp.endpoint);
  peer.talk(sine(600, -13));
  line.run(new Map([[3, sine(1000, -10)]]));
  await peer.more(60);
  const toTrunk = peer.samples(20);
  t.ok(Math.abs(steadyLevel(toTrunk, 1000) + 10) < 0.5, 'telephone to trunk');
  const toPhone = line.heard(3, 40);
  t.ok(Math.abs(steadyLevel(toPhone, 600) + 13) < 0.5, 'trunk to telephone');
  const played = line.played.get(3)!;
  t.ok(
    played.every((f, i) => i === 0 || f.at - played[i - 1]!.at === 80),
    'each frame of the card is answered by one',
  );
  t.equal(await media.levels('line:3'), undefined, 'nobody has looked so far, and nothing was measured');
  await peer.more(60);
  const levels = await media.levels('line:3');
  t.ok(Math.abs((levels?.fromDbm0 ?? 0) + 10) < 1, `from the telephone: ${levels?.fromDbm0} dBm0`);
  t.ok(Math.abs((levels?.toDbm0 ?? 0) + 13) < 1, `to the telephone: ${levels?.toDbm0} dBm0`);
  t.equal(await media.levels(rtp.endpoint), undefined, 'sockets only');
  t.equal((played[0]!.at - 1_000_000) % 80, 0);
  t.equal(played[0]!.at, 1_000_000 + line.lead, 'stamped with the sample at which it is to sound');
});

t.test('the hybrid returns an echo, and the trunk does not hear it', async (t) => {
  const line = new LineDouble();
  t.teardown(() => line.stop());
  const media = engine(t, {}, line);
  const peer = await new RtpPeer().open();
  t.teardown(() => peer.close());
  const rtp = await media.openRtp('127.0.0.1');
  peer.remotePort = rtp.port;
  await media.setRtp(rtp.endpoint, toward(peer));
  await media.connect('line:1', rtp.endpoint);
  // The card plays what was stamped n at n, and its hybrid returns it 2 ms later, 12 dB down.
  const echo = (n: number): number => {
    const wanted = n - 16;
    const frames = line.played.get(1) ?? [];
    for (let i = frames.length - 1; i >= Math.max(0, frames.length - 8); i--) {
      const f = frames[i]!;
      if (wanted >= f.at && wanted < f.at + 80) return Math.round(f.samples[wanted - f.at]! / 4);
    }
    return 0;
  };
  let seed = 1;
  const noise = (): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return ((seed >>> 8) / 2 ** 24 - 0.5) * 12000;
  };
  peer.talk(noise);
  line.run(new Map([[1, echo]]));
  await peer.more(120);
  const sent = levelDbm0(line.heard(1, 150));
  const residue = levelDbm0(peer.samples(80));
  t.ok(sent > -20, `the far end speaks at ${sent.toFixed(1)} dBm0`);
  t.ok(
    residue < sent - 12 - 20,
    `its echo is at ${residue.toFixed(1)} dBm0, over 20 dB below what the hybrid returned`,
  );
});

t.test('two telephones are joined, and a tone takes the place of one until it ends', async (t) => {
  const line = new LineDouble();
  const media = engine(t, { echoCanceller: false }, line);
  await media.connect('line:1', 'line:2');
  const signals = new Map([
    [1, sine(1000, -10)],
    [2, sine(600, -10)],
  ]);
  for (let i = 0; i < 50; i++) line.frame(signals);
  t.ok(Math.abs(toneLevelDbm0(line.heard(1, 5), 600) + 10) < 0.5);
  t.ok(Math.abs(toneLevelDbm0(line.heard(2, 5), 1000) + 10) < 0.5);
  const before = line.played.get(1)!.length;
  const ended = media.play('line:1', {
    type: 'tone',
    tone: { frequencies: [425], levelDbm0: -12, cadence: [200, 0], repeat: 1 },
  });
  for (let i = 0; i < 50; i++) line.frame(signals);
  t.equal(await ended, true, 'played to its end');
  const during = line.heard(1, before);
  t.ok(Math.abs(toneLevelDbm0(during, 425, 0, 1600) + 12) < 0.5, 'the tone alone');
  t.ok(toneLevelDbm0(during, 600, 0, 1600) < -50);
  t.ok(Math.abs(toneLevelDbm0(during, 600, 1700, 4000) + 10) < 0.5, 'and the other telephone again');
  await media.disconnect('line:2');
  const apart = line.played.get(1)!.length;
  for (let i = 0; i < 10; i++) line.frame(signals);
  t.ok(levelDbm0(line.heard(1, apart)) < -90, 'parted: silence');
});

t.test('the timer takes over when the frames of the card stop', async (t) => {
  const line = new LineDouble();
  t.teardown(() => line.stop());
  const media = engine(t, {}, line);
  const peer = await new RtpPeer().open();
  t.teardown(() => peer.close());
  const rtp = await media.openRtp('127.0.0.1');
  peer.remotePort = rtp.port;
  await media.setRtp(rtp.endpoint, toward(peer));
  await media.connect('line:1', rtp.endpoint);
  line.run(new Map([[1, sine(1000, -10)]]));
  await peer.more(20);
  line.stop();
  const ended = media.play('line:1', { type: 'dtmf', digits: '1', onMs: 80, offMs: 80 });
  const begin = peer.seen.length;
  await peer.more(25, 1500);
  const times = peer.seen.slice(begin).map((p) => p.at);
  const gaps = times.slice(1).map((at, i) => at - times[i]!);
  t.ok(Math.max(...gaps) < 120, `packets keep coming, longest gap ${Math.max(...gaps).toFixed(0)} ms`);
  t.ok(levelDbm0(peer.samples(begin + 10)) < -60, 'as silence');
  t.equal(await ended, true, 'what is played ends although nobody hears it');
});

t.test('a play waits for a card that is late: no digit is cut short', async (t) => {
  const line = new LineDouble();
  const media = engine(t, { echoCanceller: false }, line);
  const quiet = new Map([[1, silence]]);
  const ended = media.play('line:1', { type: 'dtmf', digits: '3', onMs: 80, offMs: 80 });
  await pause(100);
  for (let i = 0; i < 4; i++) line.frame(quiet);
  await pause(150);
  for (let i = 0; i < 20; i++) line.frame(quiet);
  t.equal(await ended, true);
  t.ok(toneLevelDbm0(line.heard(1), 697, 0, 640) > -14, 'the row frequency for the whole of 80 ms');
});

t.test('call-progress tones and speech on a line are told', async (t) => {
  const line = new LineDouble();
  const media = engine(t, {}, line);
  await media.detect('line:2', { tones: 'after-seize' });
  const heard: string[] = [];
  media.on('tone', (endpoint, tone) => heard.push(`${endpoint} ${tone}`));
  for (let i = 0; i < 100; i++) line.frame(new Map([[2, sine(425, -12)]]));
  t.same(heard, ['line:2 dial'], 'a second of 425 Hz after seizing is dial tone');
  await media.detect('line:2', { tones: 'after-digits' });
  const busy = (n: number): number => (Math.floor(n / 2800) % 2 === 0 ? sine(425, -12)(n) : 0);
  for (let i = 0; i < 500; i++) line.frame(new Map([[2, busy]]));
  t.equal(heard.at(-1), 'line:2 busy');
  let stopped = 0;
  media.on('ringbackStopped', () => stopped++);
  const start = line.at;
  const ringback = (n: number): number => ((n - start) % 40000 < 8000 ? sine(425, -12)(n) : 0);
  await media.detect('line:2', { tones: 'after-digits', voice: true });
  for (let i = 0; i < 700; i++) line.frame(new Map([[2, ringback]]));
  t.equal(heard.at(-1), 'line:2 ringback');
  for (let i = 0; i < 600; i++) line.frame(new Map([[2, silence]]));
  t.equal(stopped, 1, 'its end is told');
  const voice = event<[string]>((fn) => media.on('voice', fn));
  // Syllables: noise that swells and fades four times a second.
  let seed = 7;
  const speech = (n: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return ((seed >>> 8) / 2 ** 24 - 0.5) * 20000 * Math.max(0, Math.sin((2 * Math.PI * 4 * n) / 8000));
  };
  for (let i = 0; i < 200; i++) line.frame(new Map([[2, speech]]));
  t.same(await voice, ['line:2']);
});

for (const frequency of [600, 1000]) {
  t.test(`a tone from the telephone is whole while the trunk sounds ${frequency} Hz`, async (t) => {
    const line = new LineDouble();
    const media = engine(t, {}, line);
    await media.connect('line:1', 'line:2');
    const hybrid = (n: number): number => {
      const frames = line.played.get(1) ?? [];
      for (let i = frames.length - 1; i >= Math.max(0, frames.length - 6); i--) {
        const f = frames[i]!;
        if (n - 8 >= f.at && n - 8 < f.at + 80) return Math.round(f.samples[n - 8 - f.at]! / 10);
      }
      return 0;
    };
    const signals = new Map([
      [1, (n: number) => hybrid(n) + sine(1000, -10)(n)],
      [2, sine(frequency, -10)],
    ]);
    for (let i = 0; i < 300; i++) line.frame(signals);
    for (const from of [20, 100, 200, 280]) {
      const level = toneLevelDbm0(line.heard(2, from).subarray(0, 1600), 1000);
      t.ok(Math.abs(level + 10) < 1.2, `${level.toFixed(1)} dBm0 after ${from * 10} ms`);
    }
  });
}
