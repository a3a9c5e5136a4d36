import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { PortPairPool } from '../../src/media/session/port-pair.ts';
import { MemorySockets } from './support/memory-sockets.ts';

const here = '127.0.0.1';
const nobody = (): void => {};

function makePool(pairs: number): { pool: PortPairPool; sockets: MemorySockets; clock: FakeClock } {
  const sockets = new MemorySockets();
  const clock = new FakeClock();
  const parts = { sockets: sockets.factory, now: () => clock.now(), random: () => 0 };
  return { pool: new PortPairPool({ min: 20_000, max: 20_000 + 2 * pairs - 1 }, parts), sockets, clock };
}

t.test('a call gets the sockets of one that ended a second ago, and hears what comes to them', async (t) => {
  const { pool, sockets, clock } = makePool(100);
  const old: string[] = [];
  const first = await pool.open(here, (data) => old.push(`${data}`), nobody);
  first.rtp.connect(4000, here);
  pool.close(first);
  t.notOk(first.rtp.connected, 'it listens to everybody again');
  clock.advance(1000);
  const heard: string[] = [];
  const second = await pool.open(
    here,
    (data) => heard.push(`rtp ${data}`),
    (data) => heard.push(`rtcp ${data}`),
  );
  t.equal(second.rtp.port, 20_000);
  sockets.deliver(20_000, Buffer.from('a'), 4000);
  sockets.deliver(20_001, Buffer.from('b'), 4001);
  t.same(heard, ['rtp a', 'rtcp b']);
  t.same(old, [], 'the old call hears nothing');
  t.equal(pool.used, 1);
});

t.test('a pair to which the old stream still comes is not given away', async (t) => {
  const { pool, sockets, clock } = makePool(100);
  const first = await pool.open(here, nobody, nobody);
  pool.close(first);
  clock.advance(900);
  sockets.deliver(20_000, Buffer.from('stray'), 4000);
  clock.advance(900);
  const second = await pool.open(here, nobody, nobody);
  t.equal(second.rtp.port, 20_002, 'another one instead');
  clock.advance(100);
  t.equal((await pool.open(here, nobody, nobody)).rtp.port, 20_000, 'quiet for a second now');
});

t.test('where the range is used up, ports are used again at once', async (t) => {
  const { pool } = makePool(1);
  pool.close(await pool.open(here, nobody, nobody));
  const again = await pool.open(here, nobody, nobody);
  t.equal(again.rtp.port, 20_000);
  await t.rejects(pool.open(here, nobody, nobody), { code: 'media/no-port' });
  pool.close(again);
  t.equal((await pool.open('127.0.0.2', nobody, nobody)).rtp.port, 20_000, 'on another address, too');
});

t.test('pairs that nobody wants are closed', async (t) => {
  const { pool, clock } = makePool(400);
  const pairs = [];
  for (let i = 0; i < 300; i++) pairs.push(await pool.open(here, nobody, nobody));
  for (const pair of pairs) pool.close(pair);
  t.equal(pool.resting, 256, 'no more than that');
  pool.close(pairs[0]!);
  t.equal(pool.resting, 256, 'closing twice changes nothing');
  clock.advance(10_000);
  pool.tidy();
  t.equal(pool.resting, 256);
  clock.advance(1);
  pool.tidy();
  t.equal(pool.resting, 0);
  pool.close(await pool.open(here, nobody, nobody));
  pool.closeResting();
  t.equal(pool.resting, 0);
});
