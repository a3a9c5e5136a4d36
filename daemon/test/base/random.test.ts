import t from 'tap';
import { randomHex } from '../../src/base/random.ts';

t.test('every number is of the length asked for and comes once', async (t) => {
  const seen = new Set<string>();
  // Many more than one block holds, and of lengths that do not divide it.
  for (let i = 0; i < 2000; i++) {
    const bytes = [16, 8, 6, 7][i % 4]!;
    const text = randomHex(bytes);
    if (!/^[0-9a-f]+$/.test(text) || text.length !== 2 * bytes) t.fail(`${bytes} bytes gave ${text}`);
    seen.add(text);
  }
  t.equal(seen.size, 2000);
});
