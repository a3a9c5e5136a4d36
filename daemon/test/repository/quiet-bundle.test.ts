import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { withoutDebug } from '../../../scripts/lib/build/quiet.ts';

t.test('statements that only write debug output go, all else stays', async (t) => {
  const source = [
    "const debug = require('debug')('x');",
    'function f(a, b) {',
    "  debug('got ' + JSON.stringify(a));",
    '  if (a) debug("it is"); else b();',
    '  debug(a++);',
    '  const c = debug(a);',
    '  b.debug(a);',
    '  return () => { debug("late"); };',
    '}',
  ].join('\n');
  t.same(withoutDebug(source).split('\n'), [
    "const debug = require('debug')('x');",
    'function f(a, b) {',
    '  ;',
    '  if (a) ; else b();',
    '  debug(a++);',
    '  const c = debug(a);',
    '  b.debug(a);',
    '  return () => { ; };',
    '}',
  ]);
  const other = 'function debug() {}\ndebug("mine");';
  t.equal(withoutDebug(other), other, 'a function of that name that is another');
});

t.test('drachtio-srf: none is left, and nothing but them is gone', async (t) => {
  const folder = join(import.meta.dirname, '../../../node_modules/drachtio-srf/lib');
  let gone = 0;
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.js'))) {
    const before = readFileSync(join(folder, name), 'utf8');
    const after = withoutDebug(before);
    t.notMatch(after, /^\s*debug(Socket)?\(/m, name);
    t.doesNotThrow(() => withoutDebug(after), `${name} is still a script`);
    const statements = before.match(/\bdebug(Socket)?\(/g)?.length ?? 0;
    const left = after.match(/\bdebug(Socket)?\(/g)?.length ?? 0;
    gone += statements - left;
    t.ok(left <= 3, `${name}: only what stands within an expression`);
  }
  t.ok(gone > 100, `${gone} statements`);
});
