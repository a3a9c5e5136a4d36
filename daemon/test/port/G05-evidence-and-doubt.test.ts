import t from 'tap';
import type { ToneEvidence } from '../../src/media/api.ts';
import { answerDoubts, type DoubtLimits, releaseDoubts } from '../../src/port/doubt.ts';
import type { LineAccount } from '../../src/port/port.ts';
import { russia } from '../media/support/engine.ts';
import { cityLine } from './fxo-bench.ts';

const busy = (changes: Partial<ToneEvidence> = {}, onMs = 350, offMs = 360): ToneEvidence => ({
  ...{ context: 'after-answer', frequencyHz: 425, levelDbm0: -17, count: 4 },
  cycles: Array.from({ length: 4 }, () => ({
    ...{ onMs, offMs, frequencyHz: 425, levelDbm0: -17, purity: 0.97 },
  })),
  ...changes,
});
const limits: DoubtLimits = { detect: russia.detect, learntHz: undefined, breakMinMs: 90 };

t.test('what is doubtful in a release (ruling 20)', async (t) => {
  const of = (tone: ToneEvidence, more = {}, within = limits) =>
    releaseDoubts('busy-tone', { polarityTurns: 0, tone, ...more }, within);
  t.strictSame(of(busy()), [], 'a busy tone as in the book');
  t.strictSame(of(busy({ frequencyHz: 478 })), ['frequency-at-limit']);
  t.strictSame(of(busy({ frequencyHz: 444 }), {}, { ...limits, learntHz: 425 }), ['frequency-at-limit']);
  t.strictSame(of(busy({ frequencyHz: 444 })), [], 'which is nothing where none was learnt');
  t.strictSame(of(busy({}, 240, 250)), ['cadence-at-limit']);
  t.strictSame(of(busy({ levelDbm0: -36 })), ['level-at-limit']);
  t.strictSame(of(busy(), { voiceBeforeMs: 1999 }), ['voice-just-before']);
  t.strictSame(of(busy(), { voiceBeforeMs: 2001 }), []);
  const impure = busy().cycles.map((cycle) => ({ ...cycle, purity: 0.8 }));
  t.strictSame(of(busy({ cycles: impure })), ['impure']);
  const steady = busy({ cycles: [], count: 1 });
  t.strictSame(releaseDoubts('dial-tone', { polarityTurns: 0, tone: steady }, limits), ['continuous']);
  t.strictSame(releaseDoubts('silence', { polarityTurns: 0 }, limits), ['silence']);
  t.strictSame(releaseDoubts('loop-break', { polarityTurns: 0, breakMs: 500 }, limits), []);
  t.strictSame(releaseDoubts('loop-break', { polarityTurns: 0, breakMs: 100 }, limits), ['break-at-limit']);
  t.strictSame(releaseDoubts('polarity', { polarityTurns: 2, voiceBeforeMs: 100 }, limits), []);
  t.strictSame(
    ['polarity', 'voice', 'ringback-stop', 'timer'].map((s) => answerDoubts(s as 'voice')),
    [[], ['guessed'], ['guessed'], ['guessed']],
  );
});

t.test('the port tells what it goes by, of this call only', async (t) => {
  const line = await cityLine();
  const told: LineAccount[] = [];
  line.port.on('answered', (_, account) => account && told.push(account));
  line.port.on('released', (_, account) => account && told.push(account));
  await line.dialThrough();
  line.card.indicate(2, { type: 'loop-current', milliamps: 24 });
  line.clock.advance(7000);
  line.media.emit('voice', 'line:2');
  t.match(told, [
    { evidence: { sinceDialedMs: 7000, milliamps: 24, polarityTurns: 0 }, doubts: ['guessed'] },
  ]);
  line.clock.advance(5000);
  line.media.emit('tone', 'line:2', 'busy', busy());
  t.match(told[1], {
    evidence: { tone: { frequencyHz: 425, count: 4 }, sinceAnswerMs: 5000, voiceBeforeMs: 5000 },
    doubts: [],
  });

  line.clock.advance(10_000);
  await line.callAnswered();
  line.card.indicate(2, { type: 'loop-break', ms: 300 });
  t.strictSame(told[2]?.doubts, []);
  t.match(told[3]?.evidence, { breakMs: 300, polarityTurns: 1 });
  t.notOk(told[3]?.evidence.tone, 'the tone was of the call before');
  t.notOk(told[3]?.evidence.voiceBeforeMs);
});

t.test('a learnt frequency goes with whatever tones are listened for', async (t) => {
  const { releaseSupervision } = (await cityLine()).options;
  const line = await cityLine({ releaseSupervision: { ...releaseSupervision, toneHz: 440 } });
  await line.dialThrough();
  t.match(line.media.detection, { tones: 'after-digits', toneHz: 440 });
});

t.test('a line is lent whole, and taken back at once', async (t) => {
  const line = await cityLine();
  const borrowed = await line.port.borrow();
  t.notOk(line.port.idle);
  await t.rejects(line.port.borrow(), { code: 'port/busy' });
  t.equal(line.dial('112', { emergency: true }).result, 'pending');
  const heard: string[] = [];
  let lost = 0;
  borrowed.on('heard', (event) => heard.push(event.type));
  borrowed.on('lost', () => lost++);
  line.media.emit('tone', 'line:2', 'busy', busy());
  line.card.indicate(2, { type: 'ring', on: true });
  line.card.indicate(2, { type: 'loop-current', milliamps: 0 });
  line.clock.advance(60_000);
  t.strictSame(heard, ['tone', 'indication', 'indication']);
  t.strictSame(line.take(), [], 'the port itself does nothing about it');
  line.port.reclaim();
  t.equal(lost, 1);
  t.notOk(borrowed.mine);
  line.clock.advance(line.options.idleGuardMs);
  t.ok(line.port.idle);
  const again = await line.port.borrow();
  line.card.emit('down', 'gone');
  t.notOk(again.mine, 'with the card the line is gone');
});
