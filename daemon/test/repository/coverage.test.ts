import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import t from 'tap';
import {
  coveragePage,
  readRows,
  repositoryRows,
  stateOf,
  testFiles,
  testsById,
} from '../../../scripts/lib/coverage.ts';

const page = join(resolve(import.meta.dirname, '../../..'), 'docs/coverage.md');

t.test('docs/coverage.md says what the tests are', async (t) => {
  const wanted = coveragePage(repositoryRows(), testFiles());
  t.ok(readFileSync(page, 'utf8') === wanted, 'up to date; if not: npx tsx scripts/lib/coverage.ts');
});

t.test('a row is proved by files that bear its name, and by nothing else', async (t) => {
  const rows = readRows(
    '# a comment\nM01 | Menus | | |\nO06 | Offices | M15 | |\nM15 | Offices | | links |\nR01 | CRM | | | later',
  );
  t.equal(rows.length, 4);
  const tests = testsById(['a/M01-menu.test.ts', 'b/M015-x.test.ts', 'M15-two.test.ts', 'menu-M01.test.ts']);
  t.same([...tests.keys()], ['M01', 'M15'], 'the id is whole, and stands first');
  const state = (i: number): string => {
    const row = rows[i]!;
    return stateOf(
      row,
      tests.get(row.id) ?? [],
      row.kin.flatMap((id) => tests.get(id) ?? []),
    );
  };
  t.same([0, 1, 2, 3].map(state), ['proved', 'proved', 'partly', 'left']);
  t.equal(stateOf({ ...rows[0]! }, [], []), 'not yet');
});

t.test('what is no row is told', async (t) => {
  t.throws(() => readRows('hello'), /line 1 is no row/);
  t.throws(() => readRows('M01 | a\nM01 | b'), /twice/);
  t.throws(() => readRows('M01 | a | M99 | |'), /M99, which is no row/);
});
