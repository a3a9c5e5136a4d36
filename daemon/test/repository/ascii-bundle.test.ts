import { runInNewContext } from 'node:vm';
import t from 'tap';
import { ascii } from '../../../scripts/lib/build/ascii.ts';

t.test('a script in ASCII alone means what it meant', async (t) => {
  const script = [
    '/* \u2013 \u0416 */',
    "const words = ['\u0416\u0443\u043a', `\ud83d\ude80 \u00e9`, 'plain'];",
    'const dash = /^[-\u2013\u2014]$/;',
    'const rocket = /^\ud83d\ude80/u;',
    "({ words, dash: ['-', '\u2013', '\u2014', 'x'].map((c) => dash.test(c)), rocket: rocket.test(words[1]) })",
  ].join('\n');
  const escaped = ascii(script);
  t.match(script, /[\u0080-\uffff]/, 'there is something to escape');
  t.notMatch(escaped, /[^\s\x20-\x7e]/);
  t.same(runInNewContext(escaped), runInNewContext(script));
  t.equal(ascii(escaped), escaped);
});
