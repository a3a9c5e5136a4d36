import t from 'tap';
import type { CallRecord, VerdictResult } from '../../src/api/contract.ts';
import { type Box, startBox, until } from '../kit/box.ts';

t.setTimeout(240_000);
t.jobs = 2;

/** Answered nearly at once. */
const rules = [{ pattern: '2\\d{6}', result: 'answer', ringMs: 200 }];

/** A call out on line 5, answered by the polarity of the exchange. */
async function called(box: Box): Promise<string> {
  const answered = box.line(5).next('answered', 10_000);
  await box.dial(1, '2345678');
  await answered;
  return await until(
    'the call stands',
    async () => {
      const [call] = (await box.live()).calls;
      return call?.state === 'talking' ? call.id : undefined;
    },
    5000,
  );
}

async function over(box: Box, id: string): Promise<CallRecord> {
  const record = await box.record((r) => r.id === id && r.state === 'ended', 12_000);
  box.telephone(1).hangup();
  await until(
    'telephone and line are free',
    async () =>
      (await box.live()).ports.every((p) => (p.number !== 1 && p.number !== 5) || p.state === 'idle') ||
      undefined,
    8000,
  );
  return record;
}

const lineLeg = (record: CallRecord) => record.legs.find(({ place }) => place === 'line:5')!;

t.test(
  'the record says by which tone a line was released, and takes the admin’s word (ruling 20)',
  async (t) => {
    const box = await startBox(t);
    const line = box.line(5);
    Object.assign(line.options, { release: 'busy', rules, toneHz: 458, busyCadence: [400, 400] });
    const id = await called(box);
    line.hangup();
    const record = await over(box, id);
    const leg = lineLeg(record);
    t.match(leg.lineAnswer, { as: 'polarity', doubts: [], polarityTurns: 1 }, 'the answer was certain');
    t.equal(leg.lineRelease?.as, 'busy-tone');
    const { tone } = leg.lineRelease!;
    t.ok(Math.abs(tone!.frequencyHz - 458) < 3, `${tone!.frequencyHz} Hz`);
    t.ok(tone!.count >= 3 && tone!.cycles.every(({ onMs }) => Math.abs(onMs - 400) < 25), 'each cycle');
    t.ok(tone!.levelDbm0 < -5 && tone!.levelDbm0 > -15, `${tone!.levelDbm0} dBm0`);
    t.ok((leg.lineRelease?.milliamps ?? 0) > 15, 'the current stood');
    t.notOk(JSON.stringify(leg.lineRelease).includes('pcm'), 'figures only');

    const verdict = (said: 'right' | 'wrong') =>
      box.api.post<VerdictResult>(`/api/v1/calls/${id}/verdict`, {
        leg: leg.id,
        about: 'release',
        verdict: said,
      });
    t.strictSame((await verdict('right')).proposals, []);
    const wrong = await verdict('wrong');
    t.match(wrong.proposals, [
      { path: '/ports/5/releaseByTones', value: false, now: true, why: { ru: /\S/ } },
    ]);
    const kept = (await box.records()).find((r) => r.id === id)!;
    t.equal(lineLeg(kept).lineRelease?.verdict, 'wrong', 'it stays with the record');
    await t.rejects(
      box.api.post(`/api/v1/calls/${id}/verdict`, { leg: 'no-such', about: 'release', verdict: 'wrong' }),
      /404|no such/,
    );

    // The line's own frequency is known: a busy tone of another one is none of its own.
    await box.change({ op: 'put', path: '/ports/5/toneFrequencyHz', value: 425 });
    line.options.toneHz = 425;
    const second = await called(box);
    line.options.toneHz = 458;
    line.hangup();
    const tones = line.next('released', 3500).then(
      () => 'released',
      () => 'held',
    );
    t.equal(await tones, 'held', '458 Hz releases no line that is at 425 Hz');
    Object.assign(line.options, { toneHz: 425, busyCadence: [350, 350] });
    line.sound('busy');
    const by425 = await over(box, second);
    t.match(lineLeg(by425).lineRelease, { as: 'busy-tone', tone: { count: Number } });
  },
);

t.test('a current break is certain; one hardly longer than a glitch is doubtful', async (t) => {
  const box = await startBox(t);
  const line = box.line(5);
  Object.assign(line.options, { rules, breakMs: 500 });
  const id = await called(box);
  line.hangup();
  const leg = lineLeg(await over(box, id));
  t.match(leg.lineRelease, { as: 'loop-break', doubts: [] });
  t.ok(Math.abs((leg.lineRelease?.breakMs ?? 0) - 500) < 30);

  line.options.breakMs = 105;
  const second = await called(box);
  line.hangup();
  const short = lineLeg(await over(box, second));
  t.match(short.lineRelease, { as: 'loop-break', doubts: ['break-at-limit'] });
  const { proposals } = await box.api.post<VerdictResult>(`/api/v1/calls/${second}/verdict`, {
    leg: short.id,
    about: 'release',
    verdict: 'wrong',
  });
  t.match(proposals, [{ path: '/ports/5/loopBreakMinMs' }]);
  t.ok((proposals[0]!.value as number) > 105);
});
