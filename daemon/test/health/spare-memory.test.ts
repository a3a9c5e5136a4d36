import t from 'tap';
import { giveBackMemory } from '../../src/health/spare-memory.ts';

t.test('what the allocator holds in spare goes back to the system', async (t) => {
  // Small pieces of the C heap, so that they are not mapped one by one, with a last one that keeps the rest in place.
  const pieces = Array.from({ length: 4000 }, () => Buffer.allocUnsafeSlow(16 * 1024).fill(1));
  const kept = pieces.at(-1);
  const before = process.memoryUsage.rss();
  pieces.length = 0;
  t.ok(giveBackMemory(), 'the C library has the function');
  t.equal(kept?.length, 16 * 1024, 'what is in use stays');
  t.ok(process.memoryUsage.rss() < before + 8 * 1024 * 1024, 'and nothing is taken for it');
});
