import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { ask, Namespaces, NETWORK } from '../../../scripts/lib/namespaces.ts';
import type { State } from './support/relay-box.ts';
import type { PeerReport } from './support/relay-peer.ts';

const box = fileURLToPath(new URL('./support/relay-box.ts', import.meta.url));
const peer = fileURLToPath(new URL('./support/relay-peer.ts', import.meta.url));

/** The peer's numbers begin at 65000 and turn over; these are the places in its row. */
const places = ({ heard }: PeerReport): number[] => heard.map((sequence) => (sequence - 65_000) & 0xffff);

const network = Namespaces.open();
if (typeof network === 'string') {
  t.pass('skipped', { skip: network });
} else {
  t.teardown(() => network.close());
  await t.test('a call moves between user space and the kernel ten times', async (t) => {
    const [middle, a, b] = await Promise.all([
      network.start('box', box),
      network.start('a', peer, NETWORK.a, '1111', '2222'),
      network.start('b', peer, NETWORK.b, '2222', '1111'),
    ]);
    const { ports } = await ask<State>(middle, { what: 'open', a: 5000, b: 5000 });
    await ask(a, { what: 'send', address: NETWORK.boxTowardA, port: ports[0] });
    await ask(b, { what: 'send', address: NETWORK.boxTowardB, port: ports[1] });
    for (let move = 0; move < 10; move++) {
      const inKernel = move % 2 === 0;
      await ask(middle, { what: 'listen', on: !inKernel });
      const state = await ask<State>(middle, { what: 'until', inKernel });
      t.equal(state.inKernel, inKernel ? 1 : 0, `move ${move + 1}`);
    }
    await ask(middle, { what: 'listen', on: false });
    await ask(middle, { what: 'until', inKernel: true });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await ask(a, { what: 'stop' });
    await ask(b, { what: 'stop' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const state = await ask<State>(middle, { what: 'state' });
    const reports = [
      await ask<PeerReport>(a, { what: 'report' }),
      await ask<PeerReport>(b, { what: 'report' }),
    ];
    for (const [i, name] of ['a', 'b'].entries()) {
      const heard = places(reports[i]!);
      const sent = reports[1 - i]!.sent;
      const first = heard[0]!;
      // A thread that is held up between two steps of a move may send some on behind those that the kernel took.
      t.same(
        heard.toSorted((x, y) => x - y),
        Array.from({ length: sent - first }, (_, n) => first + n),
        `${name} hears every packet of ${sent - first}, once`,
      );
      // Before the other side spoke the box may have, once.
      t.ok(reports[i]!.changes <= 1, 'of one stream');
      t.ok(first < 100, 'from the beginning of the call on');
      t.same(
        reports[i]!.sources,
        [`${[NETWORK.boxTowardA, NETWORK.boxTowardB][i]}:${ports[i]}`],
        'from one address',
      );
      t.ok(reports[i]!.reports > 0, 'reports of the other side come through');
      t.ok(
        Math.abs(state.received[i]! - reports[i]!.sent) < 20,
        `counted ${state.received[i]} of ${reports[i]!.sent}`,
      );
      t.equal(state.missing[i], 0, 'and what passed unseen is not taken for lost');
    }
    t.match(network.nft('list table ip linegate_relay'), /to_port[\s\S]*elements/);

    t.test('a daemon that dies leaves a table, and the next one cleans it', async (t) => {
      middle.kill('SIGKILL');
      await once(middle, 'exit');
      t.match(network.nft('list ruleset'), /elements/);
      const next = await network.start('box', box);
      t.notMatch(network.nft('list ruleset'), /elements/);
      const closed = once(next, 'exit');
      await ask(next, { what: 'close' });
      await closed;
      const rules = network.nft('list ruleset');
      t.notMatch(rules, /linegate_relay/, 'a daemon that ends takes its table away');
      t.match(rules, /table inet machine/, 'and no other');
    });
  });
}
