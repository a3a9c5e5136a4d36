import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { Emitter } from '../../src/base/emitter.ts';
import { codeOf } from '../../src/base/error.ts';
import type { ProgressTone, ToneEvidence } from '../../src/media/api.ts';
import type { BorrowedEvents, BorrowedLine } from '../../src/port/borrowed-line.ts';
import type { PortEvent } from '../../src/port/effect.ts';
import type { LineFindings } from '../../src/service/learning/findings.ts';
import {
  calledByPerson,
  callsPerson,
  type LearnStep,
  type Pupil,
} from '../../src/service/learning/lessons.ts';
import { LineWatch } from '../../src/service/learning/line-watch.ts';
import { settle } from '../kit/fake-ports.ts';

const evidence: ToneEvidence = {
  ...{ context: 'after-digits', frequencyHz: 425, levelDbm0: -12, count: 3 },
  cycles: [{ onMs: 350, offMs: 350, frequencyHz: 425, levelDbm0: -12, purity: 1 }],
};

/** A line on which the test plays exchange and person. */
class FakeLine extends Emitter<BorrowedEvents> {
  readonly commands: string[] = [];
  command({ type }: { type: string }): Promise<void> {
    this.commands.push(type);
    return Promise.resolve();
  }
  detect = (): Promise<void> => Promise.resolve();
  stop = (): Promise<void> => Promise.resolve();
  play = (): Promise<boolean> => Promise.resolve(true);
  giveBack(): void {}

  tone(tone: ProgressTone): void {
    this.emit('heard', { type: 'tone', tone, evidence } as PortEvent);
  }
  polarity(reversed: boolean): void {
    this.emit('heard', {
      type: 'indication',
      indication: { type: 'polarity', port: 5, at: 0, reversed },
    } as PortEvent);
  }
  ring(on: boolean): void {
    this.emit('heard', { type: 'indication', indication: { type: 'ring', port: 5, at: 0, on } } as PortEvent);
  }
  says(type: 'voice' | 'ringback-stopped'): void {
    this.emit('heard', { type } as PortEvent);
  }
}

/** A lesson on a clock that the test moves; `acts`: what exchange and person do at a step, once. */
async function lesson(
  teach: (pupil: Pupil, tell: (step: LearnStep) => void) => Promise<void>,
  acts: Partial<
    Record<LearnStep, (line: FakeLine, pass: (ms: number) => Promise<void>) => Promise<void> | void>
  >,
) {
  const clock = new FakeClock();
  const line = new FakeLine();
  const found: LineFindings = {};
  const steps: LearnStep[] = [];
  const pupil: Pupil = {
    ...{ watch: new LineWatch(line as unknown as BorrowedLine, clock), found },
    ...{ dialMethod: 'dtmf', role: 'city-line' },
  };
  let ended: string | undefined;
  teach(pupil, (step) => void steps.push(step)).then(
    () => (ended = 'done'),
    (error: unknown) => (ended = codeOf(error) ?? String(error)),
  );
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0 && !ended; left -= 500) {
      clock.advance(Math.min(500, left));
      await settle();
    }
  };
  await settle();
  for (let i = 0; i < steps.length && !ended; ) {
    await acts[steps[i]!]?.(line, pass);
    i++;
    while (!ended && steps.length === i) await pass(1000);
  }
  return { found, steps, ended, line, seconds: clock.now() / 1000 };
}

const callOut = (pupil: Pupil, tell: (step: LearnStep) => void) => callsPerson(pupil, '2345678', tell);
const dialTone = (line: FakeLine): void => line.tone('dial');

t.test('who is called answers before a ringback could be known: nobody waits for one', async (t) => {
  const { found, ended, steps, seconds } = await lesson(callOut, {
    calling: dialTone,
    'pick-up': (line) => line.polarity(true),
    'hang-up': (line) => line.polarity(false),
  });
  t.equal(ended, 'done');
  t.same(steps, ['calling', 'pick-up', 'hang-up']);
  t.match(found, {
    reached: '2345678',
    answerPolarityMs: 0,
    ringback: undefined,
    release: { polarityMs: 0 },
  });
  t.ok(seconds < 20, `${seconds} s`);
});

t.test('an exchange that signals nothing: the answer is heard, the release too', async (t) => {
  const { found, ended, line } = await lesson(callOut, {
    calling: dialTone,
    'pick-up': async (one, pass) => {
      one.tone('ringback');
      await pass(4000);
      one.says('ringback-stopped');
    },
    'hang-up': (one) => one.tone('busy'),
  });
  t.equal(ended, 'done');
  t.match(found, {
    ringback: { tone: 'ringback' },
    answerPolarityMs: null,
    release: { tone: { tone: 'busy', onMs: 350, offMs: 350 } },
  });
  t.equal(line.commands.at(-1), 'release');
});

t.test('polarity that turns behind a guess is still the answer’s', async (t) => {
  const { found } = await lesson(callOut, {
    calling: dialTone,
    'pick-up': async (line, pass) => {
      line.says('voice');
      await pass(500);
      line.polarity(true);
    },
    'hang-up': (line) => line.tone('busy'),
  });
  t.equal(found.answerPolarityMs, 0);
});

t.test(
  'nobody answers, nobody calls, nothing tells of the release, a wrong number: each is said',
  async (t) => {
    const unanswered = await lesson(callOut, {
      calling: dialTone,
      'pick-up': (line) => line.tone('ringback'),
    });
    t.equal(unanswered.ended, 'learning/nobody');
    t.match(unanswered.found, { ringback: { tone: 'ringback' } }, 'what was found stays');
    const silent = await lesson(callOut, { calling: dialTone, 'pick-up': (line) => line.polarity(true) });
    t.equal(silent.ended, 'learning/no-release');
    const wrong = await lesson(callOut, { calling: dialTone, 'pick-up': (line) => line.tone('sit') });
    t.equal(wrong.ended, 'learning/not-rung');
    t.match(wrong.found, { busy: { tone: 'sit' } });
    t.equal((await lesson(callOut, {})).ended, 'learning/no-dial-tone');
    t.equal((await lesson(calledByPerson, {})).ended, 'learning/nobody');
  },
);

t.test(
  'a person calls in: the ring is measured, the turn at our answer is none of the release',
  async (t) => {
    const { found, ended, steps } = await lesson(calledByPerson, {
      'call-in': async (line, pass) => {
        line.ring(true);
        await pass(1000);
        line.ring(false);
        await pass(3600);
        line.polarity(true);
        await pass(2400);
      },
      'hang-up': async (line, pass) => {
        await pass(5000);
        line.emit('heard', {
          type: 'indication',
          indication: { type: 'loop-break', port: 5, at: 0, ms: 480 },
        } as PortEvent);
      },
    });
    t.equal(ended, 'done');
    t.same(steps, ['call-in', 'hang-up']);
    t.match(found, { wasReached: true, ring: { onMs: 1000 }, release: { breakMs: 480 } });
    t.equal(found.release?.polarityMs, undefined);
  },
);
