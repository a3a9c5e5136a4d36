import t from 'tap';
import type { FakeClock } from '../../src/base/clock.ts';
import { configSchema, type FxoPortConfig } from '../../src/config/schema.ts';
import type { LineAccountRecord } from '../../src/records/line-account.ts';
import type { LineFindings, ToneFound } from '../../src/service/learning/findings.ts';
import { type LearningContext, LineLearning } from '../../src/service/learning/line-learning.ts';
import { proposals } from '../../src/service/learning/proposals.ts';
import { againstWrong } from '../../src/service/learning/verdicts.ts';
import { settle } from '../kit/fake-ports.ts';
import { cityLine } from '../port/fxo-bench.ts';

const port = (changes: object = {}): FxoPortConfig =>
  configSchema.parse({ version: 1, ports: [{ kind: 'fxo', number: 2, ...changes }] })
    .ports[0] as FxoPortConfig;
const terms = { usualBreakMs: 90 };
const tone = (of: ToneFound['tone'], frequencyHz = 425, afterMs = 700): ToneFound => ({
  ...{ tone: of, frequencyHz, levelDbm0: -12, afterMs },
});

function proposed(found: LineFindings, changes: object = {}): Record<string, unknown> {
  const made = proposals(port(changes), found, terms);
  for (const { why } of made) if (!why.ru || !why.en) throw new Error('a proposal without its reason');
  return Object.fromEntries(made.map(({ path, value }) => [path.replace('/ports/2/', ''), value]));
}

t.test('what is proposed by what was found', async (t) => {
  t.strictSame(proposed({}), {}, 'nothing for nothing');
  t.strictSame(proposed({ answerPolarityMs: 40 }), { answerByVoice: false, answerTimerMs: 0 });
  t.strictSame(proposed({ answerPolarityMs: null }), { answerByPolarity: false });
  t.strictSame(proposed({ answerPolarityMs: null }, { answerByPolarity: false, answerByVoice: false }), {
    answerByVoice: true,
  });
  t.strictSame(proposed({ release: { polarityMs: 30 } }, { releaseByPolarity: false }), {
    releaseByPolarity: true,
  });
  t.strictSame(proposed({ release: { tone: tone('busy', 441) } }), {
    releaseByPolarity: false,
    toneFrequencyHz: 441,
  });
  t.match(proposed({ release: { breakMs: 500, breakAfterMs: 900 } }), { loopBreakMinMs: 250 });
  t.notMatch(proposed({ release: { breakMs: 180 } }), { loopBreakMinMs: Number }, 'near enough to the usual');
  t.strictSame(proposed({ busy: tone('busy', 440), dialTone: tone('dial', 425) }), {}, 'tones that disagree');
  t.strictSame(proposed({ busy: tone('busy', 520) }), {}, 'no frequency that the detectors know');
  t.match(proposed({ dialTone: tone('dial', 425, 3400) }), { waitForDialToneMs: 8000 });
  t.strictSame(proposed({ lossDb: 8 }), {}, 'as usual');
  t.strictSame(proposed({ lossDb: 13 }), { rxGainDb: 4 });
  t.strictSame(proposed({ lossDb: 30 }), { rxGainDb: 6 }, 'no more than that');
  t.strictSame(proposed({ lossDb: 0 }), { rxGainDb: -3 });
  t.strictSame(proposed({ dialTone: null }), { withoutDialTone: 'dial' });
  t.strictSame(proposed({ tonesTaken: false }), { dialMethod: 'pulse' });
  t.strictSame(proposed({ idleAfterMs: 2000 }), { idleGuardMs: 2800 });
  t.strictSame(proposed({ idleAfterMs: 600 }), {});
  t.strictSame(proposed({ reached: '2345678' }), { proven: true }, 'ruling 4');
  t.strictSame(proposed({ reached: '22' }), {}, 'a short number may be a PBX’s own');
  t.strictSame(proposed({ reached: '2345678' }, { role: 'pbx-extension' }), {});
  t.strictSame(proposed({ release: { tone: tone('busy') } }, { releaseByTones: false }), {
    releaseByPolarity: false,
    releaseByTones: true,
    toneFrequencyHz: 425,
  });
});

t.test('what would have kept the box from a wrong answer or release', async (t) => {
  const account = (as: string, more: Partial<LineAccountRecord> = {}): LineAccountRecord => ({
    ...{ as, doubts: [], polarityTurns: 0 },
    ...more,
  });
  const heard = { frequencyHz: 462, levelDbm0: -20, count: 3, cycles: [] };
  const paths = (a: LineAccountRecord, kind: 'answer' | 'release', ownHz?: number, changes = {}) =>
    againstWrong(port(changes), a, kind, ownHz).map(({ path, value }) => `${path.slice(9)} ${value}`);
  t.strictSame(paths(account('busy-tone', { tone: heard }), 'release', 425), ['toneFrequencyHz 425']);
  t.strictSame(paths(account('busy-tone', { tone: heard }), 'release'), ['releaseByTones false']);
  t.strictSame(paths(account('busy-tone', { tone: heard }), 'release', 460), ['releaseByTones false']);
  t.strictSame(paths(account('loop-break', { breakMs: 120 }), 'release'), ['loopBreakMinMs 180']);
  t.strictSame(paths(account('polarity'), 'release'), ['releaseByPolarity false']);
  t.strictSame(paths(account('silence'), 'release', undefined, { releaseBySilenceSeconds: 60 }), [
    'releaseBySilenceSeconds 0',
  ]);
  t.strictSame(paths(account('no-line'), 'release'), [], 'there nothing helps');
  t.strictSame(paths(account('timer'), 'answer'), ['answerTimerMs 0']);
  t.strictSame(paths(account('voice'), 'answer'), ['answerByVoice false']);
  t.strictSame(paths(account('polarity'), 'answer'), ['answerByPolarity false']);
});

t.test(
  'a lesson on a clock that stands still: a PBX extension, no dial tone, somebody who calls',
  async (t) => {
    const line = await cityLine();
    const context: LearningContext = {
      clock: line.clock as FakeClock,
      config: () =>
        configSchema.parse({ version: 1, ports: [{ kind: 'fxo', number: 2, role: 'pbx-extension' }] }),
      ports: { fxo: (number) => (number === 2 ? line.port : undefined) },
      calls: { active: [] as never },
      volts: () => 48.4,
      terms,
      log: () => {},
    };
    const learning = new LineLearning(context);
    t.equal(await learning.start(9, { kind: 'alone' }), undefined, 'no such line');
    await learning.start(2, { kind: 'alone' });
    await settle();
    await t.rejects(learning.start(2, { kind: 'alone' }), { code: 'learning/refused' });
    line.card.indicate(2, { type: 'loop-current', milliamps: 21.4 });
    await settle();
    for (let i = 0; i < 20; i++) {
      line.clock.advance(1000);
      await settle();
    }
    const view = learning.view(2);
    t.match(view, {
      state: 'done',
      found: { 2: { onHookVolts: 48, loopMilliamps: 21.4, dialTone: null, turnsAtSeizure: false } },
    });
    t.match(view?.proposals, [{ path: '/ports/2/withoutDialTone' }]);
    t.equal(learning.cancel(2), false, 'it is over');

    await learning.start(2, { kind: 'alone' });
    await settle();
    line.card.indicate(2, { type: 'ring', on: true });
    await settle();
    t.match(learning.view(2), { state: 'failed', reason: { ru: /понадобилась/ } }, 'a caller comes first');
    line.clock.advance(3000);
    await learning.start(2, { kind: 'call-in' });
    t.ok(learning.cancel(2));
    await settle();
    t.match(learning.view(2), { state: 'cancelled', reason: { en: /cancelled/ } });
  },
);
