import t from 'tap';
import { levelDbm0 } from '../../src/media/dsp/level.ts';
import { engine, steadyLevel, toward } from './support/engine.ts';
import { RtpPeer, sine } from './support/rtp-peer.ts';

async function joined(
  t: { teardown: (fn: () => unknown) => void },
  a: RtpPeer,
  b: RtpPeer,
  changesA = {},
  changesB = {},
) {
  const media = engine(t);
  t.teardown(() => a.close());
  t.teardown(() => b.close());
  const ea = await media.openRtp('127.0.0.1');
  const eb = await media.openRtp('127.0.0.1');
  a.remotePort = ea.port;
  b.remotePort = eb.port;
  await media.setRtp(ea.endpoint, toward(a, changesA));
  await media.setRtp(eb.endpoint, toward(b, changesB));
  await media.connect(ea.endpoint, eb.endpoint);
  return { media, a: ea.endpoint, b: eb.endpoint };
}

t.test('a tone goes through both ways, packets relayed as they are', async (t) => {
  const a = await new RtpPeer().open();
  const b = await new RtpPeer().open();
  const { media, a: ea } = await joined(t, a, b);
  a.talk(sine(1000, -10));
  b.talk(sine(600, -16));
  await b.more(30);
  const heardByB = b.samples(5);
  const heardByA = a.samples(5);
  t.ok(Math.abs(steadyLevel(heardByB, 1000) + 10) < 0.5, '1 kHz at -10 dBm0 arrives at -10 dBm0');
  t.ok(Math.abs(steadyLevel(heardByA, 600) + 16) < 0.5, '600 Hz at -16 dBm0 arrives at -16 dBm0');
  const ssrcs = new Set(b.seen.map((p) => p.ssrc));
  t.equal(ssrcs.size, 1, 'one SSRC for the whole session');
  t.notOk(ssrcs.has(a.ssrc), 'and it is not that of the other leg');
  for (let i = 1; i < b.seen.length; i++) {
    t.equal((b.seen[i]!.sequence - b.seen[i - 1]!.sequence) & 0xffff, 1, 'sequence numbers in a row');
  }
  const figures = await media.statistics(ea);
  t.equal(figures?.latched, `127.0.0.1:${a.port}`);
  t.equal(figures?.packetsLost, 0);
});

t.test('A-law and mu-law are turned into each other', async (t) => {
  const a = await new RtpPeer('PCMA').open();
  const b = await new RtpPeer('PCMU').open();
  await joined(t, a, b);
  a.talk(sine(1000, -10));
  b.talk(sine(600, -16));
  await b.more(45);
  t.ok(Math.abs(steadyLevel(b.samples(20), 1000) + 10) < 0.5, 'A to mu');
  t.ok(Math.abs(steadyLevel(a.samples(20), 600) + 16) < 0.5, 'mu to A');
});

for (const [from, to] of [
  [10, 30],
  [30, 20],
  [20, 10],
] as const) {
  t.test(`packets of ${from} ms arrive as packets of ${to} ms`, async (t) => {
    const a = await new RtpPeer().open();
    const b = await new RtpPeer().open();
    await joined(t, a, b, { ptimeMs: from }, { ptimeMs: to });
    a.talk(sine(1000, -10), from);
    b.talk(sine(600, -10), to);
    await b.more(Math.ceil(1100 / to));
    const last = b.seen.slice(-8);
    t.ok(
      last.every((p) => p.payload.length === to * 8),
      `${to} ms each`,
    );
    const lastA = a.seen.slice(-8);
    t.ok(
      lastA.every((p) => p.payload.length === from * 8),
      `${from} ms each the other way`,
    );
    const heard = b.samples(Math.ceil(400 / to));
    t.ok(Math.abs(steadyLevel(heard, 1000) + 10) < 0.5, 'level kept');
    t.ok(levelDbm0(heard, 0, 3200) < -9, 'and nothing beside it');
  });
}
