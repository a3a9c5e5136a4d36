import { MessageChannel } from 'node:worker_threads';
import t from 'tap';
import type { CardReport, CardRequest } from '../../src/line/remote.ts';
import { RemoteCard, serveCard } from '../../src/line/remote.ts';
import { LinkBench, settle } from './link-bench.ts';

/** A link in "the worker", and its remote over a real message port. */
async function joined() {
  const bench = new LinkBench();
  const { port1, port2 } = new MessageChannel();
  const stop = serveCard(bench.link, {
    post: (message: CardReport) => port1.postMessage(message),
    on: (fn: (message: CardRequest) => void) => void port1.on('message', fn),
  });
  const remote = new RemoteCard({
    post: (message: CardRequest) => port2.postMessage(message),
    on: (fn: (message: CardReport) => void) => void port2.on('message', fn),
  });
  const end = (): void => {
    bench.link.close();
    port1.close();
  };
  return { bench, remote, stop, end };
}

/** Messages between ports need turns of the loop. */
const cross = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await settle();
};

t.test('a card in another thread is like the card itself', async (t) => {
  const { bench, remote, end } = await joined();
  const said: unknown[] = [];
  remote.on('up', ({ board }) => said.push(board));
  remote.on('down', (reason) => said.push(reason));
  remote.on('indication', (indication) => said.push(indication));
  await bench.connect();
  bench.card.indicate({ type: 'off-hook', port: 1, at: 8100 });
  await cross();
  t.strictSame(said.splice(0), ['TEST', { type: 'off-hook', port: 1, at: 8100 }]);
  t.equal(remote.inventory?.board, 'TEST');

  await remote.execute({ type: 'ring', port: 1, cadence: [1000, 4000] });
  t.strictSame(bench.card.executed, [{ type: 'ring', port: 1, cadence: [1000, 4000] }]);
  t.match(await remote.statistics(), { up: true, retries: 0 });

  bench.card.behaviour = (message) => {
    if (message.type !== 'command') return false;
    bench.card.send({ type: 'nack', seq: message.seq, reason: 'wrong-state' });
    return true;
  };
  await t.rejects(remote.execute({ type: 'seize', port: 2 }), {
    code: 'line/refused',
    message: 'refused: wrong-state',
  });
  end();
  await cross();
  t.strictSame(said, ['closed']);
});

t.test('the other thread is gone: everything fails, and down is told once', async (t) => {
  const { bench, remote, stop, end } = await joined();
  const downs: string[] = [];
  remote.on('down', (reason) => downs.push(reason));
  await bench.connect();
  await cross();
  stop();
  const waiting = t.rejects(remote.execute({ type: 'seize', port: 2 }), { code: 'line/link-down' });
  remote.lost('the media worker ended');
  remote.lost('twice');
  await waiting;
  await t.rejects(remote.statistics(), { code: 'line/link-down' });
  t.strictSame(downs, ['the media worker ended']);
  end();
});
