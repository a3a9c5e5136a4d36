import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { patient } from '../../../hw/simulator/office/patience.ts';
import { startSimulator } from '../../../hw/simulator/simulator.ts';
import { transitNumber, transitOffice } from '../../../scripts/lib/bench/box.ts';
import { Namespaces, NETWORK, type Program } from '../../../scripts/lib/namespaces.ts';
import { root } from '../../../scripts/lib/processes.ts';

/** Packets counted at the maps' ends: relayed both ways. */
const relayed = (rules: string): number[] =>
  [...(/map as_address \{[^}]*elements = \{([^}]*)\}/.exec(rules)?.[1] ?? '').matchAll(/packets (\d+)/g)].map(
    (m) => Number(m[1]),
  );

async function until<T>(what: string, look: () => T | undefined, ms = 15_000): Promise<T> {
  const begin = performance.now();
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (performance.now() - begin > patient(ms)) throw new Error(`no ${what} within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const answered = (line: string): boolean =>
  line.includes('"event":"call"') && line.includes('"state":"answered"');
const ended = (line: string): boolean => line.includes('"event":"call"') && line.includes('"state":"ended"');

const network = Namespaces.open();
if (typeof network === 'string') {
  t.pass('skipped', { skip: network });
} else {
  t.teardown(() => network.close());
  await t.test('a call from trunk to trunk goes through the kernel, and back when it ends', async (t) => {
    const folder = t.testdir();
    const config = join(folder, 'config.json');
    writeFileSync(config, JSON.stringify(transitOffice(`${NETWORK.a}:5080`, `${NETWORK.b}:5080`)));
    const card = await startSimulator({ link: join(folder, 'card') });
    t.teardown(() => card.stop());
    const operator = (where: 'a' | 'b'): Promise<Program> =>
      network.program(
        where,
        join(root, 'hw/dist/operator.js'),
        ...['--listen', `${NETWORK[where]}:5080`, '--ring', '200', '--sound', 'tone:600:-12'],
      );
    const [a, b, box] = await Promise.all([
      operator('a'),
      operator('b'),
      network.program(
        'box',
        join(root, 'daemon/dist/main.js'),
        ...['--data', join(folder, 'data'), '--config', config, '--line', join(folder, 'card')],
        ...['--http', '127.0.0.1:0', '--sip', '0.0.0.0:5060'],
      ),
    ]);
    a.order({
      do: 'call',
      to: `${NETWORK.boxTowardA}:5060`,
      number: transitNumber,
      caller: '+79160000001',
      sound: 'tone:600:-12',
    });
    const { ok } = JSON.parse(await a.wait((line) => line.startsWith('{"ok"'), 'call')) as {
      ok: { id: string };
    };
    await Promise.all([a.wait(answered, 'answer at the caller'), b.wait(answered, 'answer at the called')]);
    const first = await until('call in the kernel', () => {
      const counts = relayed(network.nft('list ruleset'));
      return counts.length === 2 && counts.every((n) => n > 20) ? counts : undefined;
    });
    t.ok(first, `both ways in the kernel: ${first.join(' and ')} packets`);
    a.order({ do: 'level', id: ok.id, hz: 600 });
    const level = JSON.parse(await a.wait((line) => line.includes('dbm0'), 'level')) as {
      ok: { dbm0: number };
    };
    const { dbm0 } = level.ok;
    t.ok(Math.abs(dbm0 + 12) < 1, `the caller hears the called: ${dbm0.toFixed(1)} dBm0`);
    a.order({ do: 'hangup', id: ok.id });
    await b.wait(ended, 'end at the called');
    await until('end in the kernel', () =>
      relayed(network.nft('list ruleset')).length === 0 ? true : undefined,
    );
    const over = once(box.process, 'exit');
    box.process.kill('SIGTERM');
    await over;
    t.notMatch(network.nft('list ruleset'), /linegate_relay/, 'the daemon takes its table away');
  });
}
