import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { engine, steadyLevel, toward } from './support/engine.ts';
import { LineDouble } from './support/line-double.ts';
import { RtpPeer, sine } from './support/rtp-peer.ts';

const tones = { 'line:1': 1000, 'line:2': 600, peer: 1400 };

/** Two lines and an RTP session, each with a tone of its own. */
async function table(t: Parameters<typeof engine>[0] & { teardown(fn: () => unknown): void }) {
  const line = new LineDouble();
  t.teardown(() => line.stop());
  const media = engine(t, { echoCanceller: false }, line);
  const peer = await new RtpPeer().open();
  t.teardown(() => peer.close());
  const rtp = await media.openRtp('127.0.0.1');
  peer.remotePort = rtp.port;
  await media.setRtp(rtp.endpoint, toward(peer));
  peer.talk(sine(tones.peer, -16));
  line.run(
    new Map([
      [1, sine(tones['line:1'], -16)],
      [2, sine(tones['line:2'], -16)],
    ]),
  );
  return { media, line, peer, rtp: rtp.endpoint };
}

t.test('lines and RTP mixed: each hears the others of its list, and never itself', async (t) => {
  const { media, line, peer, rtp } = await table(t);
  const all = ['line:1', 'line:2', rtp];
  await media.mix(
    'm',
    all.map((endpoint) => ({
      endpoint,
      hears: all.filter((from) => from !== endpoint).map((from) => ({ from })),
    })),
  );
  await pause(1500);
  const near = (level: number, message: string): boolean =>
    t.ok(Math.abs(level + 16) < 1, `${message}: ${level}`);
  const none = (level: number, message: string): boolean => t.ok(level < -45, `${message}: ${level}`);
  const [one, two] = [line.heard(1, 60), line.heard(2, 60)];
  near(steadyLevel(one, 600), 'line 1 hears line 2');
  near(steadyLevel(one, 1400), 'line 1 hears the session');
  none(steadyLevel(one, 1000), 'but not itself');
  near(steadyLevel(two, 1000), 'line 2 hears line 1');
  near(steadyLevel(two, 1400), 'line 2 hears the session');
  none(steadyLevel(two, 600), 'but not itself');
  const heard = peer.samples(30);
  near(steadyLevel(heard, 1000), 'the session hears line 1');
  near(steadyLevel(heard, 600), 'the session hears line 2');
  none(steadyLevel(heard, 1400), 'but not itself');

  // Another arrangement of the same table: line 2 listens, and is heard by line 1 alone, 6 dB weaker.
  await media.mix('m', [
    { endpoint: 'line:1', hears: [{ from: rtp }, { from: 'line:2', gainDb: -6 }] },
    { endpoint: rtp, hears: [{ from: 'line:1' }] },
    { endpoint: 'line:2', hears: [{ from: 'line:1' }, { from: rtp }] },
  ]);
  await pause(300);
  const [toLine, toPeer] = [line.heard(1).length / 80, peer.seen.length];
  await pause(900);
  const whispered = steadyLevel(line.heard(1, toLine), 600);
  t.ok(Math.abs(whispered + 22) < 1, `whispered: ${whispered}`);
  none(steadyLevel(peer.samples(toPeer), 600), 'and the session does not hear it');

  await media.connect('line:1', rtp);
  await pause(300);
  const after = peer.seen.length;
  await pause(700);
  near(steadyLevel(peer.samples(after), 1000), 'two again');
  none(steadyLevel(line.heard(2).subarray(-4000), 1000), 'and who is left hears nobody');
});

t.test('sessions alone are mixed by the timer; a sum that is too loud is cut, not wrapped', async (t) => {
  const media = engine(t);
  const peers = await Promise.all([1, 2, 3].map(() => new RtpPeer().open()));
  t.teardown(() => {
    for (const peer of peers) peer.close();
  });
  const ends: string[] = [];
  for (const [i, peer] of peers.entries()) {
    const { endpoint, port } = await media.openRtp('127.0.0.1');
    peer.remotePort = port;
    await media.setRtp(endpoint, toward(peer));
    peer.talk(i === 0 ? () => 0 : () => 30_000);
    ends.push(endpoint);
  }
  await media.mix(
    'm',
    ends.map((endpoint) => ({
      endpoint,
      hears: ends.filter((from) => from !== endpoint).map((from) => ({ from })),
    })),
  );
  await peers[0]!.more(60);
  const loud = peers[0]!.samples(40);
  t.ok(Math.max(...loud) > 31_000, 'two at once');
  t.ok(Math.min(...loud) >= 0, 'nothing is turned round');
});
