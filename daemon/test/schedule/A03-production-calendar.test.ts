import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { readCalendarCsv } from '../../src/schedule/calendar-csv.ts';
import { dateOf, dayOf, firstOf, weekday } from '../../src/schedule/day.ts';
import { missingYear, productionCalendar } from '../../src/schedule/production-calendar.ts';
import { shippedYears } from '../../src/schedule/schedules.ts';
import { tableOf } from './oracle.ts';

const root = resolve(import.meta.dirname, '../../..');
const sample = readFileSync(resolve(root, 'daemon/src/schedule/data/production-calendar-ru.csv'), 'utf8');
const bytes = (text: string): Buffer => Buffer.from(text);
const kinds = productionCalendar(shippedYears);

t.test('every day of the sample years is what the official table says', (t) => {
  for (const { year } of shippedYears) {
    const table = tableOf(year);
    const wrong: string[] = [];
    for (let day = firstOf(year, 1); day < firstOf(year + 1, 1); day++) {
      const date = dateOf(day);
      const kind = kinds.kind(day);
      const works = kind === 'usual' ? weekday(day) < 6 : kind !== 'off';
      const short = kind === 'short' || kind === 'working-short';
      if (works === table.off.has(date) || short !== table.short.has(date)) wrong.push(`${date} ${kind}`);
    }
    t.same(wrong, [], String(year));
  }
  t.equal(kinds.kind(dayOf('2024-11-02')!), 'working-short', 'a Saturday that is worked, an hour less');
  t.end();
});

t.test('what is shipped is what the importer makes of the table', async (t) => {
  const script = resolve(root, 'scripts/lib/import-calendar.ts');
  await t.resolves(promisify(execFile)(process.execPath, ['--import=tsx', script, '--check'], { cwd: root }));
});

t.test('the table is read in any of the forms in which it goes about', (t) => {
  const plain = readCalendarCsv(bytes(sample), 2026);
  t.ok(plain.ok);
  const same = (file: Buffer, what: string): void => void t.same(readCalendarCsv(file, 2026), plain, what);
  same(bytes(`\uFEFF${sample}`), 'a mark of byte order before it');
  same(bytes(sample.replaceAll('\n', '\r\n')), 'lines of Windows');
  same(bytes(`${sample}\n\n;;\n`.replaceAll(';;\n', '')), 'empty lines');
  const semicolons = sample
    .replaceAll('","', '";"')
    .replaceAll(/^(\d{4}),/gm, '$1;')
    .replaceAll(/",(\d+),(\d+),(\d+)$/gm, '";$1;$2;$3');
  same(bytes(semicolons), 'semicolons between columns');
  const cyrillic = Buffer.from(
    [...sample].map((sign) => {
      const code = sign.codePointAt(0)!;
      return code >= 0x410 && code <= 0x44f ? code - 0x410 + 0xc0 : code < 128 ? code : 0x3f;
    }),
  );
  same(cyrillic, 'windows-1251');
  same(bytes(sample.replace('"Декабрь",', '"Декабрь",').replaceAll(/,\d+,\d+,\d+$/gm, '')), 'without totals');
  t.end();
});

t.test('what is wrong with a file is told by line, in both languages, and nothing of it is taken', (t) => {
  const faults = (text: string, from = 2026): string[] => {
    const read = readCalendarCsv(bytes(text), from);
    return read.ok ? [] : read.faults.map(({ line, said }) => `${line}: ${said.ru} / ${said.en}`);
  };
  t.match(faults(sample.replace('9+,10,11,17', '9+,10,11,32')), [
    '4: 2026 год, январь: «32» — не день этого месяца. / 2026, month 1: "32" is no day of this month.',
  ]);
  t.match(faults(sample.replace('2026,"1,2,3', '2026,"1,2,2')), [
    /день 2 назван дважды.*day 2 is there twice/,
  ]);
  t.match(faults(sample.replace('2026,"1,2,3,', '2026,"1,2,')), [
    /рабочих дней по дням выходит 248, а в итоге записано 247/,
    /117, а в итоге записано 118/,
    /1980, а в итоге записано 1972/,
  ]);
  t.match(faults(sample.replace(/2026,".*?","/, '2026,"","')), [/январь: нет ни одного выходного/]);
  t.match(faults(sample.replace('2026,', 'soon,')), [/4: «soon» — не год/]);
  t.match(faults(`${sample}${sample.split('\n')[3]}\n`), [/5: 2026 год уже был в этом файле/]);
  t.match(faults(sample, 2031), [/нет 2031 года/]);
  for (const other of ['', 'a,b\n1,2', '%PDF-1.4\n\u0000', sample.replace('Март', 'March')])
    t.match(faults(other), [/^1: Это не производственный календарь/]);
  t.same(
    faults(sample.replace('2024,"1,2', '2024,"1,99'), 2026),
    [],
    'years that are past are not looked at',
  );
  t.end();
});

t.test('without a calendar the holidays of the Labour Code are known, moved as its article 112 says', (t) => {
  const bare = productionCalendar([]);
  const kind = (date: string): string => bare.kind(dayOf(date)!);
  t.equal(kind('2027-01-08'), 'off');
  t.equal(kind('2027-02-22'), 'short', 'the day before the 23rd of February');
  t.equal(kind('2026-03-09'), 'off', 'Monday after a Sunday of the 8th of March');
  t.equal(kind('2026-05-11'), 'off', 'Monday after a Saturday of the 9th of May');
  t.equal(kind('2028-01-10'), 'usual', 'the New Year holidays are moved by decree only');
  t.equal(kind('2027-03-09'), 'usual');
  t.equal(kind('2026-05-12'), 'usual');
  t.end();
});

t.test('next year’s calendar is missed from the 1st of December on, the present one always', (t) => {
  const at = (date: string): number | undefined => missingYear(kinds, dayOf(date)!);
  t.equal(at('2026-11-30'), undefined);
  t.equal(at('2026-12-01'), 2027);
  t.equal(at('2026-12-31'), 2027);
  t.equal(at('2027-01-01'), 2027);
  t.equal(at('2025-12-15'), undefined);
  t.end();
});
