import t from 'tap';
import { decodeText } from '../../src/base/csv-text.ts';
import { type ImportKind, importList, issuesByLine } from '../../src/config/list-import.ts';
import { type Config, configSchema } from '../../src/config/schema.ts';
import { validateConfig } from '../../src/config/validate.ts';
import { office } from '../kit/office.ts';

const config: Config = configSchema.parse({
  ...office,
  callerLists: [{ id: 'vip', name: 'VIP', numbers: ['+79031112233'], action: 'refuse' }],
});

const read = (kind: ImportKind, text: string, list?: string) => importList(kind, text, config, list);
const said = (bad: readonly { line: number; said: { ru: string; en: string } }[]): string[] => {
  for (const { said } of bad) t.match(said.ru, /[а-яё]/i, 'in Russian, too');
  return bad.map(({ line, said }) => `${line}: ${said.en}`);
};

/** Cyrillic as Windows writes it; enough of it for these tests. */
const windows1251 = (text: string): Buffer =>
  Buffer.from([...text].map((c) => (/[а-я]/i.test(c) ? c.charCodeAt(0) - 0x350 : c.charCodeAt(0))));

t.test('people: added, and changed where the extension is there already', async (t) => {
  const { document, bad, ...counts } = read(
    'people',
    'ФИО;Внутренний;Мобильный;Гнездо;Класс;Отдел\nИван Щукин;22;8 916 123-45-67;2;Staff;Sales\n"Анна; младшая";21;;;;\n;;;;;\n',
  );
  t.same(bad, []);
  t.match(counts, { rows: 2, added: 1, changed: 1 });
  const people = document?.people ?? [];
  t.match(people[1], {
    id: 'ivan-schukin',
    name: 'Иван Щукин',
    extension: '22',
    mobile: '+79161234567',
    ports: [2],
    classOfService: 'staff',
    costCentre: 'sales',
  });
  t.match(
    people[0],
    { id: 'anna', name: 'Анна; младшая', mobile: '+79161234567' },
    'what is not in the table stays',
  );
  t.ok(validateConfig(document).ok, 'defaults are filled in');
  t.same(config.people.length, 1, 'the settings are as they were');
});

t.test('a table that says nothing of classes and names changes none of those there', async (t) => {
  const present: Config = configSchema.parse({
    ...office,
    classesOfService: [...office.classesOfService, { id: 'chief', name: 'Chief', allow: ['internal'] }],
    people: [{ id: 'anna', name: 'Anna', extension: '21', classOfService: 'chief' }],
    speedDials: [{ id: 'depot', name: 'Depot', code: '51', number: '+74951110000' }],
  });
  const { document } = importList('people', 'name,extension\nAnna,21\nNew,22\n', present);
  t.match(document?.people, [{ classOfService: 'chief' }, { name: 'New', classOfService: 'staff' }]);
  const short = importList('speedDials', 'code,number\n51,+74951110001\n52,+74951110002\n', present);
  t.match(short.document?.speedDials, [
    { name: 'Depot', number: '+74951110001' },
    { name: '+74951110002', code: '52' },
  ]);
});

t.test('the same of UTF-8 with its mark, of windows-1251, of commas, semicolons and tabs', async (t) => {
  const table = (mark: string): string =>
    `${['имя', 'внутренний'].join(mark)}\r\n${['Пётр Первый', '44'].join(mark)}\r\n`;
  for (const [what, bytes] of [
    ['utf-8', Buffer.from(table(';'))],
    ['utf-8 with its mark', Buffer.from(`\uFEFF${table(',')}`)],
    ['tabs', Buffer.from(table('\t'))],
    ['windows-1251', windows1251(table(';').replace('ё', 'е'))],
  ] as const) {
    const { document } = read('people', decodeText(bytes));
    t.match(document?.people.at(-1), { name: /^П[её]тр Первый$/, extension: '44' }, what);
  }
});

t.test('every bad row is told of, with its line, and then nothing is taken', async (t) => {
  const { document, bad } = read(
    'people',
    'name,extension,mobile,class\nOlga,31,hello,\n,32,,\nPaul,33,,Nobody\nPeter,33,,\nFine,34,,\n',
  );
  t.equal(document, undefined);
  t.match(said(bad), [
    /^2: Mobile "hello"/,
    /^3: There is no name/,
    /^4: "Nobody" does not exist/,
    /^5: 33 is in line 4/,
  ]);
  t.match(said(read('people', 'foo;bar\n1;2').bad), [/^1: The first row must name the columns/]);
  t.match(said(read('callers', '', 'vip').bad), [/^1: The first row must name the column/]);
  const many = `number\n${'+79160000001\n'.repeat(6000)}`;
  t.match(said(read('callers', many, 'vip').bad), [/More than 5000 rows/]);
});

t.test('what only the whole settings can tell is told by line, too', async (t) => {
  const faults = (table: string): string[] => {
    const { document, lines, bad } = read('people', table);
    t.same(bad, []);
    const result = validateConfig(document);
    return said(issuesByLine(result.ok ? [] : result.issues, lines));
  };
  t.match(faults('name;extension;socket\nA;41;\nC;42;9\n'), [/^3: Telephone socket: 9 does not exist/]);
  t.match(faults('name;extension\nA;41\n\nB;12\n'), [/^4: The number 12 is taken/]);
});

t.test('short numbers, by their codes; callers of a list, all of them anew', async (t) => {
  const short = read('speedDials', 'код;номер;название\n51;8 (812) 123-45-67;Петербург\n52;112;\n');
  t.match(short.document?.speedDials, [
    { id: 'peterburg', code: '51', number: '88121234567', name: 'Петербург' },
    { code: '52', number: '112' },
  ]);
  const again = importList('speedDials', 'код;номер\n51;88120000000\n', short.document!);
  t.match(again, { changed: 1, added: 0 });
  const callers = read('callers', 'Телефон;Имя\n8 903 111-22-34;Анна\n+7916*;все\nhidden;\n', 'vip');
  t.same(callers.document?.callerLists[0]?.numbers, ['8 903 111-22-34', '+7916*', 'hidden']);
  const wrong = read('callers', 'number\n+79031112234\nnobody\n', 'vip');
  const checked = validateConfig(wrong.document);
  t.match(said(issuesByLine(checked.ok ? [] : checked.issues, wrong.lines)), [/^3: /]);
});
