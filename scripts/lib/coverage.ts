/**
 * Writes docs/coverage.md: for each row of what the box is to do, whether tests prove it, and which. A test file proves
 * the row whose id its name begins with.
 *
 *   npx tsx scripts/lib/coverage.ts            writes it
 *   npx tsx scripts/lib/coverage.ts --check    fails if it is out of date
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const page = join(root, 'docs/coverage.md');
const rowsFile = 'scripts/lib/data/coverage-rows.txt';

/** Where tests live. */
const folders = ['daemon/test', 'hw/test', 'web-ui/test'];

/** Files named beside a row; the others are counted. */
const mostNamed = 4;

/** One thing the box is to do. */
export interface Row {
  id: string;
  what: string;
  /** Rows that say the same of other systems, and whose tests prove this one, too. */
  kin: readonly string[];
  /** What the tests do not show; empty: nothing is missing. */
  missing: string;
  /** The later piece of work that what is missing is left to; empty: it belongs to what is built now. */
  left: string;
}

export type State = 'proved' | 'partly' | 'not yet' | 'left';

/** Reads the table of rows. @throws Error that names the line that is no row. */
export function readRows(text: string): Row[] {
  const rows = text
    .split('\n')
    .map((line, i) => [line.trim(), i + 1] as const)
    .filter(([line]) => line !== '' && !line.startsWith('#'))
    .map(([line, number]): Row => {
      const [id = '', what = '', kin = '', missing = '', left = ''] = line
        .split('|')
        .map((cell) => cell.trim());
      if (!/^[A-Z]{1,2}\d{1,2}$/.test(id) || what === '')
        throw new Error(`line ${number} is no row: ${line}`);
      return { id, what, kin: kin === '' ? [] : kin.split(/\s+/), missing, left };
    });
  const ids = new Set(rows.map(({ id }) => id));
  if (ids.size !== rows.length) throw new Error('a row is there twice');
  for (const { id, kin } of rows)
    for (const other of kin)
      if (!ids.has(other)) throw new Error(`${id} is proved with ${other}, which is no row`);
  return rows;
}

/** Test files by the id that their names begin with. */
export function testsById(files: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const file of files) {
    const id = /^([A-Z]{1,2}\d{1,2})-/.exec(basename(file))?.[1];
    if (id === undefined) continue;
    const list = found.get(id);
    if (list) list.push(file);
    else found.set(id, [file]);
  }
  return found;
}

/** How a row stands; no test, no proof. */
export function stateOf(row: Row, own: readonly string[], ofKin: readonly string[]): State {
  if (own.length + ofKin.length === 0) return row.left ? 'left' : 'not yet';
  return row.missing ? 'partly' : 'proved';
}

/** The page. */
export function coveragePage(rows: readonly Row[], files: readonly string[]): string {
  const tests = testsById(files);
  const lines = rows.map((row) => {
    const own = tests.get(row.id) ?? [];
    const ofKin = row.kin.flatMap((id) => tests.get(id) ?? []);
    const state = stateOf(row, own, ofKin);
    return { row, own, state };
  });
  const sum = (state: State): number => lines.filter((line) => line.state === state).length;
  const body = lines.map(
    ({ row, own, state }) => `| ${row.id} | ${row.what} | ${words(row, state)} | ${proof(row, own)} |`,
  );
  return `${head}
${sum('proved')} of ${rows.length} rows are proved, ${sum('partly')} partly, ${sum('not yet')} not yet; ${sum('left')} are left to later work.

| row | what the box does | state | tests |
| --- | --- | --- | --- |
${body.join('\n')}
`;
}

const head = `# What is proved

Made by \`npx tsx scripts/lib/coverage.ts\` of the names of the test files and of \`${rowsFile}\`: edit those, not this file.
A test file whose name begins with a row's id proves that row, wherever it lies; rows that say the same of another system share their tests.
`;

function words({ missing, left }: Row, state: State): string {
  if (state === 'partly') return `partly; missing: ${missing}${left ? ` (left to: ${left})` : ''}`;
  return state === 'left' ? `left to: ${left}` : state;
}

function proof({ kin }: Row, own: readonly string[]): string {
  const names = own.map((file) => basename(file, '.test.ts'));
  const unique = [...new Set(names)].sort();
  const named = unique.slice(0, mostNamed).map((name) => `\`${name}\``);
  const more = unique.length > mostNamed ? [`${unique.length - mostNamed} more`] : [];
  const same = kin.length > 0 ? [`as ${kin.join(', ')}`] : [];
  return [...named, ...more, ...same].join(', ');
}

/** Every test file of the repository, sorted. */
export function testFiles(): string[] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
        join(folder, name),
      ),
    )
    .filter((name) => name.endsWith('.test.ts'))
    .sort();
}

/** The rows as they stand in the repository. */
export const repositoryRows = (): Row[] => readRows(readFileSync(join(root, rowsFile), 'utf8'));

if (process.argv[1] && resolve(process.argv[1]) === import.meta.filename) {
  const wanted = coveragePage(repositoryRows(), testFiles());
  if (!process.argv.includes('--check')) writeFileSync(page, wanted);
  else if (readFileSync(page, 'utf8') !== wanted) {
    console.error('docs/coverage.md is out of date: npx tsx scripts/lib/coverage.ts');
    process.exit(1);
  }
}
