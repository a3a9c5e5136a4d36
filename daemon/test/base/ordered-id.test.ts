import t from 'tap';
import { orderedId } from '../../src/base/ordered-id.ts';

t.test('RFC 9562 5.7: time first, version 7, the rest at random', async (t) => {
  // The example of RFC 9562 A.6: 2022-02-22 19:22:22 GMT.
  const id = orderedId(0x017f22e279b0);
  t.match(id, /^017f22e2-79b0-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  t.not(id, orderedId(0x017f22e279b0));
  t.ok(orderedId(999_999) < orderedId(1_000_000), 'ordered by time, whatever its length');
  t.match(orderedId(1_763_000_000_000.7), /^[0-9a-f-]{36}$/, 'fractions of a ms do no harm');
});
