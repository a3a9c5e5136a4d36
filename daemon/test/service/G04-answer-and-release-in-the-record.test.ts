import t from 'tap';
import type { AnswerSource, LineRelease } from '../../src/port/port.ts';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench, heard } from '../kit/services.ts';

/** Port 1 has dialed a local number; line 5 has it. */
async function dialed(): Promise<Bench> {
  const b = new Bench(office, officePins);
  b.port(1).lift();
  await b.port(1).key('2345678');
  await settle();
  b.clock.advance(3000);
  await settle();
  t.equal(b.line(5).dialed, '2345678');
  return b;
}

t.test('the record says by what an answer was recognised (G04)', async (t) => {
  for (const source of ['polarity', 'ringback-stop', 'voice', 'timer'] satisfies AnswerSource[]) {
    const b = await dialed();
    b.clock.advance(30_000);
    t.equal(b.record.answeredAt, undefined, 'half a minute of ringing is charged to nobody');
    b.line(5).emit('answered', source);
    await settle();
    t.match(b.record, { answerSource: source, legs: [{}, { place: 'line:5', answerSource: source }] });
    t.equal(b.record.answeredAt, b.clock.wall());
  }
});

t.test('and by what the line was let go, after the answer and before it (G05)', async (t) => {
  const after: [LineRelease, number, 'called' | 'box', string][] = [
    ['loop-break', 16, 'called', 'loop-break'],
    ['polarity', 16, 'called', 'polarity'],
    ['busy-tone', 16, 'called', 'busy-tone'],
    ['congestion-tone', 16, 'called', 'congestion-tone'],
    ['dial-tone', 16, 'called', 'dial-tone'],
    ['sit', 16, 'called', 'sit'],
    ['silence', 16, 'called', 'silence'],
    ['max-time', 16, 'box', 'longest call time reached'],
    ['no-line', 27, 'called', 'no-line'],
    ['link-lost', 27, 'box', 'line card port lost'],
  ];
  for (const [release, q850, releasedBy, causeText] of after) {
    const b = await dialed();
    b.line(5).emit('answered', 'polarity');
    await settle();
    b.line(5).emit('released', release);
    await settle();
    t.match(b.record, { state: 'ended', q850, releasedBy, causeText }, release);
    t.equal(b.hears(1), q850 === 27 ? heard.congestion : heard.busy);
    t.equal(b.context.calls.size, 0);
  }
  for (const [release, q850, tone] of [
    ['busy-tone', 17, heard.busy],
    ['congestion-tone', 34, heard.congestion],
    ['sit', 1, heard.sit],
  ] as const) {
    const b = await dialed();
    b.line(5).emit('released', release);
    await settle();
    t.match(b.record, { q850, answeredAt: undefined }, `${release} before an answer`);
    t.equal(b.hears(1), tone, 'the caller hears why');
  }
});
