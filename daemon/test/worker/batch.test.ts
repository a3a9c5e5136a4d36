import t from 'tap';
import { batch, LATER_MS } from '../../src/worker/batch.ts';

t.test('messages of one turn go together and in order, those of the next by themselves', async (t) => {
  const sent: number[][] = [];
  const { post } = batch<number>((messages) => void sent.push(messages));
  post(1);
  await Promise.resolve().then(() => t.same(sent, [[1]], 'no later than the turn is over'));
  post(2);
  post(3);
  t.same(sent, [[1]], 'nothing leaves while the turn goes on');
  await new Promise(setImmediate);
  t.same(sent, [[1], [2, 3]]);
});

t.test('what is sent by hand is not sent again', async (t) => {
  const sent: number[][] = [];
  const { post, flush } = batch<number>((messages) => void sent.push(messages));
  post(1);
  flush();
  flush();
  t.same(sent, [[1]]);
  await new Promise(setImmediate);
  t.same(sent, [[1]]);
});

t.test('what may wait goes with the next that may not, in order', async (t) => {
  const sent: number[][] = [];
  const { post, postLater } = batch<number>((messages) => void sent.push(messages));
  postLater(1);
  await new Promise(setImmediate);
  t.same(sent, [], 'it wakes nobody by itself');
  post(2);
  postLater(3);
  await new Promise(setImmediate);
  t.same(sent, [[1, 2, 3]]);
});

t.test('what may wait does not wait for long', async (t) => {
  const from = performance.now();
  const messages = await new Promise((resolve) => batch(resolve).postLater(1));
  t.same(messages, [1]);
  t.ok(performance.now() - from >= LATER_MS - 1, 'but as long as another might come');
});
