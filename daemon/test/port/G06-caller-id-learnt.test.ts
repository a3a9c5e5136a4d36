import t from 'tap';
import type { HeardCallerId } from '../../src/media/api.ts';
import {
  callerWait,
  habit,
  learnHeard,
  learnNothing,
  nothingLearnt,
} from '../../src/port/caller-learning.ts';
import type { AonRequest } from '../../src/port/options.ts';
import { cityLine } from './fxo-bench.ts';
import { settle } from './port-bench.ts';

const auto = { mode: 'auto', early: true, waitMs: 3000 } as const;
const heard = (number: string, way: HeardCallerId['way'] = 'fsk-v23'): HeardCallerId => ({
  number,
  way,
  raw: '80 01',
});
type Bench = Awaited<ReturnType<typeof cityLine>>;

/** One burst of a second, and all that is said in the four seconds behind it, with the time of each word. */
function ring(
  { card, clock, take }: Bench,
  then: (afterMs: number) => unknown = () => {},
): [string, number][] {
  const said: [string, number][] = [];
  const look = (at: number): void => void said.push(...take().map((word): [string, number] => [word, at]));
  card.indicate(2, { type: 'ring', on: true });
  look(0);
  for (let at = 100; at <= 5000; at += 100) {
    clock.advance(100);
    if (at === 1000) card.indicate(2, { type: 'ring', on: false });
    then(at);
    look(at);
  }
  return said;
}

/** The caller gives up; the line rests. */
function rest({ clock, take }: Bench): void {
  clock.advance(10_000);
  take();
}

t.test('what is learnt of a line', async (t) => {
  let line = nothingLearnt;
  t.equal(habit(line), undefined);
  for (let i = 0; i < 3; i++) line = learnHeard(line, heard('1'), 'between-rings');
  t.match(line, { way: 'fsk-v23', moment: 'between-rings', inRow: 3, last: { number: '1' } });
  t.equal(habit(line), 'between-rings');
  t.equal(callerWait('auto', line, 3000), 3000);
  line = learnHeard(line, heard('2', 'dtmf'), 'before-ring');
  t.match(line, { way: 'dtmf', moment: 'before-ring', inRow: 1 }, 'another way begins anew');
  for (let i = 0; i < 3; i++) line = learnNothing(line);
  t.equal(habit(line), 'none');
  t.equal(callerWait('auto', line, 3000), 0);
  t.equal(callerWait('between-rings', line, 3000), 3000, 'who says how it is, is believed');
  t.equal(callerWait('off', line, 3000), 0);
  t.match(line, { way: 'dtmf' }, 'what came once is still told');
});

t.test(
  'nothing arrives: the telephones ring at the stated time, and after three such calls at once',
  async (t) => {
    const line = await cityLine({ callerId: auto });
    for (const at of [3000, 3000, 3000, 0, 0]) {
      t.strictSame(ring(line), [
        ['ringing', 0],
        ['caller unknown', at],
      ]);
      rest(line);
    }
    t.match(line.port.learning, { without: 3 });
    t.strictSame(line.media.detection, { callerId: true }, 'it is listened for all the same');
    ring(line, (at) => at === 1600 && line.media.emit('callerId', 'line:2', heard('777')));
    rest(line);
    t.match(line.port.learning, { without: 0, way: 'fsk-v23', moment: 'between-rings' });
    t.strictSame(ring(line).at(-1), ['caller unknown', 3000], 'and from now on it is waited for again');
  },
);

t.test('a message that is still coming is waited out, one that ends in nothing is not', async (t) => {
  const line = await cityLine({ callerId: auto });
  const late = ring(line, (at) => {
    if (at === 2900) line.media.emit('callerIdBegun', 'line:2');
    if (at === 4200) line.media.emit('callerId', 'line:2', heard('555'));
  });
  t.strictSame(late, [
    ['ringing', 0],
    ['caller 555', 4200],
  ]);
  rest(line);
  const spoilt = ring(line, (at) => at === 1600 && line.media.emit('callerIdBegun', 'line:2'));
  t.strictSame(spoilt, [
    ['ringing', 0],
    ['caller unknown', 4100],
  ]);
});

t.test('before the first ring: nobody waits once that is its habit', async (t) => {
  const line = await cityLine({ callerId: auto });
  for (let n = 0; n < 3; n++) {
    line.media.emit('callerId', 'line:2', heard('88121234567', 'dtmf'));
    line.clock.advance(300);
    t.strictSame(ring(line), [
      ['ringing', 0],
      ['caller 88121234567', 0],
    ]);
    rest(line);
  }
  t.match(line.port.learning, { way: 'dtmf', moment: 'before-ring', inRow: 3 });
  t.strictSame(
    ring(line),
    [
      ['ringing', 0],
      ['caller unknown', 0],
    ],
    'a call without any',
  );
});

t.test('a line that sends between rings is left in peace while it rests', async (t) => {
  const line = await cityLine({ callerId: auto });
  t.strictSame(line.media.detection, { callerId: true });
  for (let n = 0; n < 3; n++) {
    ring(line, (at) => at === 1800 && line.media.emit('callerId', 'line:2', heard('1')));
    rest(line);
  }
  t.strictSame(line.media.detection, {});
  t.equal(line.card.take().at(-1), 'audio off');
});

t.test('what was learnt outlasts the link, and comes back after a start', async (t) => {
  const first = await cityLine({ callerId: auto });
  const told: number[] = [];
  first.port.on('callerLearnt', (learning) => told.push(learning.inRow));
  for (let n = 0; n < 3; n++) {
    ring(first, (at) => at === 1800 && first.media.emit('callerId', 'line:2', heard('1')));
    rest(first);
  }
  t.strictSame(told, [1, 2, 3]);
  first.card.emit('down', 'gone');
  first.card.come();
  await settle();
  t.match(first.port.learning, { inRow: 3 });
  const second = await cityLine({ callerId: auto });
  second.port.recall(first.port.learning);
  t.match(second.port.learning, { inRow: 3, way: 'fsk-v23' });
});

const aon: AonRequest = {
  delayMs: 250,
  toneMs: 100,
  levelDbm0: -6,
  requests: 2,
  ringback: { frequencies: [425], levelDbm0: -10, cadence: [1000, 4000] },
};
const asking = { callerId: { ...auto, aon } };

/** A call whose caller ID was waited for in vain: the loop is closed, and a request goes out. */
async function asked() {
  const line = await cityLine(asking);
  ring(line);
  await settle();
  return line;
}

t.test('classic АОН: answered, asked with 500 Hz, told; the caller hears ringback, then us', async (t) => {
  const line = await asked();
  const { card, media, clock, port, take } = line;
  t.ok(card.take().includes('seize'));
  t.equal(port.ringing, true, 'for call control it rings');
  clock.advance(250);
  t.match(media.played, [{ type: 'tone', tone: { frequencies: [500], cadence: [100, 0], levelDbm0: -6 } }]);
  t.match(media.detection, { aon: true });
  await media.finish();
  clock.advance(700);
  media.emit('callerId', 'line:2', { ...heard('2345678', 'aon'), category: '1' });
  t.strictSame(take(), ['caller 2345678']);
  t.match(media.played[1], { tone: { frequencies: [425], cadence: [1000, 4000] } });
  t.match(port.learning, { way: 'aon', moment: 'on-request' });
  await port.answer();
  t.equal(media.playing, false, 'the ringback ends');
  t.match(media.detection, { dtmf: true, tones: 'after-answer' });
  t.notOk(card.take().includes('seize'), 'the loop was closed already');
  card.indicate(2, { type: 'loop-break', ms: 500 });
  t.strictSame(take(), ['released loop-break']);
});

t.test('classic АОН: no reply to any request', async (t) => {
  const { media, clock, take } = await asked();
  clock.advance(250);
  await media.finish();
  clock.advance(1500);
  t.equal(media.played.length, 2, 'asked again');
  await media.finish();
  t.strictSame(take(), []);
  clock.advance(1500);
  t.strictSame(take(), ['caller unknown']);
  t.match(media.played[2], { tone: { frequencies: [425] } }, 'ringback');
});

t.test('classic АОН: the caller gives up; the line is lost; nobody is to be rung', async (t) => {
  const gone = await asked();
  gone.media.emit('tone', 'line:2', 'busy');
  t.strictSame(gone.take(), ['ringingStopped']);
  t.ok(gone.card.take().includes('release'));

  const lost = await asked();
  lost.card.emit('down', 'gone');
  t.strictSame(lost.take().slice(0, 1), ['ringingStopped']);
  t.equal(lost.clock.pending, 0);

  const refused = await asked();
  refused.card.take();
  refused.port.release();
  t.ok(refused.card.take().includes('release'), 'who was answered must be let go');
  t.equal(refused.media.playing, false);
});

t.test('classic АОН: lifted before the reply', async (t) => {
  const { clock, port, take, media } = await asked();
  clock.advance(250);
  await port.answer();
  t.strictSame(take(), ['caller unknown']);
  await settle();
  clock.advance(5000);
  t.equal(media.played.length, 1, 'no second request into the talk');
});

t.test('classic АОН: where the number came by itself nobody asks', async (t) => {
  const line = await cityLine(asking);
  ring(line, (at) => at === 1700 && line.media.emit('callerId', 'line:2', heard('123')));
  t.notOk(line.card.take().includes('seize'));
});
