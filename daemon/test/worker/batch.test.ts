import t from 'tap';
import { batch } from '../../src/worker/batch.ts';

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
