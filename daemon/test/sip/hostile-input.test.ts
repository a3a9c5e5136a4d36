/** Mutated input for everything that reads the network, for a moment each; `scripts/bench fuzz` does it for hours. */
import t from 'tap';
import { HostileNetwork } from '../../../scripts/lib/bench/fuzz/engine.ts';
import { seeded } from '../../../scripts/lib/bench/fuzz/mutate.ts';
import { fuzz, tryOne } from '../../../scripts/lib/bench/fuzz/run.ts';
import { type Target, targets } from '../../../scripts/lib/bench/fuzz/targets.ts';
import { SilentMedia } from './kit.ts';

const seed = 20_261_122;

for (const target of targets)
  t.test(`${target.name}: nothing escapes, nothing is misread`, async (t) => {
    const { runs, accepted, findings } = fuzz(target, seed, 500);
    t.same(
      findings.map((f) => `seed ${f.seed}: ${f.why} ${JSON.stringify(f.input)}`),
      [],
    );
    t.ok(runs > 100, `${runs} inputs`);
    t.ok(accepted > 0 && accepted < runs, `${accepted} of ${runs} accepted: neither hopeless nor harmless`);
  });

t.test('a fault is found, and found again by its seed', async (t) => {
  const faulty: Target = {
    name: 'faulty',
    make: (random) => String(random(50)),
    bear(input) {
      if (input === '7') throw new Error('seven');
      return true;
    },
  };
  const [finding] = fuzz(faulty, 1, 500).findings;
  t.match(finding, { input: '7', why: /seven/ });
  t.same(tryOne(faulty, finding!.seed).finding?.input, '7');
});

t.test(
  'the whole SIP side: engine, trunk and registrar bear three seconds of it and still serve',
  async (t) => {
    const hostile = await HostileNetwork.open(new SilentMedia());
    t.teardown(() => hostile.close());
    const random = seeded(seed);
    const end = performance.now() + 3000;
    let sent = 0;
    while (performance.now() < end && hostile.errors.length === 0) {
      for (let i = 0; i < 20; i++, sent++) hostile.send(random);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    t.same(hostile.errors, []);
    t.ok(await hostile.serves(), `after ${sent} messages`);
  },
);
