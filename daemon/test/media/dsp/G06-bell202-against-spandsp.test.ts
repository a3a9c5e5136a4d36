import t from 'tap';
import { compare, contest, skip } from './caller-id-contest.ts';

contest(t, 'fsk-bell202');

t.test('DTMF: at least as many as spandsp', { skip }, async (t) => {
  for (const snr of [25, 20, 15, 12, 9, 6]) compare(t, 'dtmf', { snr }, 5);
});
