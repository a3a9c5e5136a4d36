/**
 * Makes the production calendar that is shipped with the box (daemon/src/schedule/data) of the official table
 * (docs/schedules.md). A release build that has the whole table gives it here; the repository has a small sample.
 *
 *   npx tsx scripts/lib/import-calendar.ts                    of the sample beside it
 *   npx tsx scripts/lib/import-calendar.ts TABLE.csv          of a whole table, from 2024 on
 *   npx tsx scripts/lib/import-calendar.ts --check [TABLE]    only says whether the data are those of the table
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { readCalendarCsv } from '../../daemon/src/schedule/calendar-csv.ts';

/** Years before it have no call to come any more. */
const firstYear = 2024;

const folder = resolve(import.meta.dirname, '../../daemon/src/schedule/data');
const target = `${folder}/production-calendar-ru.json`;
const given = process.argv.slice(2);
const check = given.includes('--check');
const table = given.find((argument) => !argument.startsWith('--'));
const source = table ?? `${folder}/production-calendar-ru.csv`;

const reading = readCalendarCsv(readFileSync(source), firstYear);
if (!reading.ok) {
  for (const { line, said } of reading.faults) console.error(`${source}:${line}: ${said.en}`);
  process.exit(1);
}
const made = {
  about:
    "Russia's production calendar: what differs from Monday to Friday; made by scripts/lib/import-calendar.ts",
  sample: table === undefined,
  years: reading.years,
};
if (check) {
  const same = isDeepStrictEqual(JSON.parse(readFileSync(target, 'utf8')), made);
  console.log(same ? 'the calendar is that of the table' : `${target} is not what ${source} makes`);
  process.exit(same ? 0 : 1);
}
writeFileSync(target, `${JSON.stringify(made, undefined, 2)}\n`);
console.log(`${target}: ${reading.years.map(({ year }) => year).join(', ')}`);
