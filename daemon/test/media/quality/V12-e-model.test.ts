import t, { type Test } from 'tap';
import type { RtpStatistics } from '../../../src/media/api.ts';
import { G711_CONCEALED, G711_PLAIN, opinionOf, rating } from '../../../src/media/quality/e-model.ts';
import { qualityOf } from '../../../src/media/quality/speech-quality.ts';

const near = (t: Test, found: number, wanted: number, within: number, name: string): void => {
  t.ok(Math.abs(found - wanted) <= within, `${name}: ${found.toFixed(3)}, wanted ${wanted}`);
};

const clear = { ...G711_CONCEALED, lossPercent: 0, delayMs: 0 };

t.test('with the defaults of the recommendation R is 93.2', async (t) => {
  near(t, rating(clear), 93.2, 0.05, 'R');
});

t.test('opinion scores are those of G.107 Table B.1', async (t) => {
  for (const [r, mos] of [
    [93.2, 4.41],
    [90, 4.34],
    [80, 4.03],
    [70, 3.6],
    [60, 3.1],
    [50, 2.58],
  ] as const)
    near(t, opinionOf(r), mos, 0.01, `R ${r}`);
  t.equal(opinionOf(0), 1);
  t.equal(opinionOf(-10), 1);
  t.equal(opinionOf(100), 4.5);
  t.equal(opinionOf(120), 4.5);
  for (let r = 0; r <= 10; r++) t.ok(opinionOf(r) >= 1, 'never below 1');
});

t.test('loss costs what G.113 gives for G.711: 95 x Ppl / (Ppl + Bpl)', async (t) => {
  for (const [codec, bpl] of [
    [G711_CONCEALED, 25.1],
    [G711_PLAIN, 4.3],
  ] as const)
    for (const loss of [0.5, 1, 2, 5, 10, 20]) {
      const cost = rating(clear) - rating({ ...codec, lossPercent: loss, delayMs: 0 });
      near(t, cost, (95 * loss) / (loss + bpl), 1e-6, `${loss} %, Bpl ${bpl}`);
    }
  const bursts = rating({ ...clear, lossPercent: 5, burstRatio: 2 });
  t.ok(bursts < rating({ ...clear, lossPercent: 5 }), 'losses that come together cost more');
});

t.test('delay costs little up to 150 ms and much from 200 ms on (G.114)', async (t) => {
  const at = (delayMs: number): number => rating({ ...clear, delayMs });
  // By hand from G.107 7.4: at twice the least delay, X = 1.
  const idd = 25 * (2 ** (1 / 6) - 3 * (1 + (1 / 3) ** 6) ** (1 / 6) + 2);
  near(t, idd, 3.04, 0.01, 'Idd at 200 ms');
  t.ok(at(100) - at(200) > idd, 'and the echo comes on top');
  let before = at(0);
  for (let ms = 5; ms <= 600; ms += 5) {
    const now = at(ms);
    t.ok(now < before, `never better for waiting (${ms} ms)`);
    before = now;
  }
  // G.114: users are very satisfied (R of 90) up to about 150 ms, and some are not from about 250 ms on (R under 80).
  near(t, at(150), 90, 1, '150 ms');
  near(t, at(250), 80, 1.5, '250 ms');
});

t.test('a rating is never outside of 0 to 100', async (t) => {
  t.equal(rating({ ...G711_PLAIN, lossPercent: 100, delayMs: 1000 }), 0);
  for (const delayMs of [0, 1, 3000]) {
    const r = rating({ ...clear, delayMs });
    t.ok(r >= 0 && r <= 100);
  }
});

const figures = (change: Partial<RtpStatistics>): RtpStatistics => ({
  packetsSent: 1000,
  packetsReceived: 1000,
  packetsLost: 0,
  packetsLate: 0,
  jitterMs: 1.26,
  rejected: 0,
  ...change,
});

t.test(
  'a leg: what is late is lost, and delay is half the round trip, the buffer and a packet',
  async (t) => {
    const good = qualityOf(figures({ roundTripMs: 40, playoutMs: 30 }));
    t.match(good, { from: { lossPercent: 0, jitterMs: 1.3, delayMs: 70 } });
    t.equal(good.to, undefined, 'the peer has reported nothing');
    t.ok((good.from?.mos ?? 0) > 4.3);

    const lossy = qualityOf(figures({ packetsReceived: 950, packetsLost: 50, packetsLate: 30 }));
    t.equal(lossy.from?.lossPercent, 8, '50 that never came and 30 that came too late, of 1000');
    t.equal(lossy.from?.delayMs, undefined, 'nothing is known of the network delay, and nothing is made up');
    t.ok((lossy.from?.r ?? 100) < 75);
  },
);

t.test('a leg: the peer reports how our speech arrives', async (t) => {
  const said = qualityOf(figures({ peer: { packetsLost: 20, lostPart: 0.25, jitterMs: 4 } }));
  t.match(said.to, { lossPercent: 2, jitterMs: 4 });
  const lately = qualityOf(
    figures({ packetsSent: 1500, peer: { packetsLost: 20, lostPart: 0.25, jitterMs: 4 } }),
    figures({}),
  );
  t.equal(lately.to?.lossPercent, 25, 'lately: the part between its last reports');
});

t.test('a leg: of the time since a look before, only what happened since counts', async (t) => {
  const before = figures({ packetsLost: 100, packetsLate: 10 });
  const since = qualityOf(figures({ packetsReceived: 1500, packetsLost: 100, packetsLate: 10 }), before);
  t.equal(since.from?.lossPercent, 0, 'what was bad before is over');
  t.equal(qualityOf(figures({ packetsReceived: 1010 }), before).from, undefined, 'too few to tell');
  t.same(qualityOf(figures({ packetsReceived: 0, packetsSent: 0 })), {}, 'nothing came, nothing is known');
  const fewer = qualityOf(figures({ packetsReceived: 1500, packetsLost: 60, packetsLate: 10 }), before);
  t.equal(fewer.from?.lossPercent, 0, 'packets that came after all take nothing away');
});
