import t from 'tap';
import { settle } from '../kit/fake-ports.ts';
import { office } from '../kit/office.ts';
import { Bench } from '../kit/services.ts';

/** A bench where the words that are said are `words`, one after the other; and what was kept. */
function bench(...words: (Int16Array | undefined)[]) {
  const b = new Bench({ ...office, prompts: [{ id: 'hello', name: 'Hello' }] });
  b.context.takes = { place: (id) => `/takes/${id}`, read: async () => words.shift(), discard: () => {} };
  const kept: [string, number][] = [];
  b.context.keepPrompt = async (id, samples) => void kept.push([id, samples.length]);
  return { b, kept };
}

async function answers(b: Bench): Promise<void> {
  await settle();
  b.port(1).lift();
  await settle();
  await b.port(1).key('#');
  await settle();
}

t.test('a telephone is rung; the message is said, heard, said anew, and kept with 1', async (t) => {
  const { b, kept } = bench(new Int16Array(11), new Int16Array(22));
  const recorder = b.services.promptRecorder;
  t.equal(recorder.begin('hello', '21'), undefined);
  await settle();
  t.ok(b.port(1).ringing);
  t.same(recorder.running, { id: 'hello', extension: '21' });
  t.equal(recorder.begin('hello', '22'), 'busy');
  await answers(b);
  t.match(b.said, [/После сигнала/, /Чтобы сохранить/]);
  await b.port(1).key('3');
  await settle();
  t.equal(b.said.length, 3, 'heard again');
  await b.port(1).key('2');
  await settle();
  await b.port(1).key('#');
  await settle();
  await b.port(1).key('1');
  await settle();
  t.same(kept, [['hello', 22]]);
  t.match(b.said.at(-1), /сохранено/);
  t.equal(recorder.running, undefined);
});

t.test('who hangs up keeps nothing; nobody else than a telephone of the office is rung', async (t) => {
  const { b, kept } = bench(new Int16Array(11));
  const recorder = b.services.promptRecorder;
  recorder.begin('hello', '21');
  await answers(b);
  b.port(1).hangUp();
  await settle();
  t.same(kept, []);
  t.equal(recorder.running, undefined);
  t.equal(recorder.begin('hello', '999'), 'no-telephone');
  t.equal(recorder.begin('hello', '88121234567'), 'no-telephone');
  recorder.begin('hello', '21');
  b.clock.advance(40_000);
  await settle();
  t.equal(recorder.running, undefined, 'nobody answers');
});
