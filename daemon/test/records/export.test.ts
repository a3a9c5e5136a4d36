import t from 'tap';
import { explainCause } from '../../src/records/cause-text.ts';
import { csvLines } from '../../src/records/csv.ts';
import { makeRecord } from './make-record.ts';

const start = Date.UTC(2026, 0, 15, 9, 0, 0);

t.test('causes are said in words in both languages', async (t) => {
  t.same(explainCause(17), { ru: 'Занято', en: 'Busy' });
  t.same(explainCause(17, 486), { ru: 'Занято', en: 'Busy' });
  t.match(explainCause(21, 403), { en: /does not allow/ });
  t.match(explainCause(undefined, 499), { ru: /499/, en: /499/ });
  t.match(explainCause(16, 200), { en: 'Normal end of the call' });
  t.match(explainCause(99), { ru: /99/, en: /99/ });
  t.match(explainCause(undefined), { ru: 'Причина неизвестна', en: 'Cause not known' });
});

t.test('a spreadsheet of either language can read the export', async (t) => {
  const record = makeRecord('a', {
    state: 'ended',
    startedAt: start,
    answeredAt: start + 5000,
    ringMs: 4800,
    talkMs: 61_400,
    price: 2.4,
    currency: 'RUB',
    q850: 16,
    releasedBy: 'called',
  });
  const [titles, row] = [...csvLines([record], { language: 'ru', timeZone: 'Europe/Moscow' })];
  t.match(titles, /^\ufeffНачало;Направление;/);
  t.equal(
    row,
    "2026-01-15 12:00:00;исходящий;201;Анна;88121234567;'+78121234567;отвечен;5;61;2,4;RUB;;;;;вызываемый;Разговор окончен;16;a;;;;;;\r\n",
  );
  const english = [...csvLines([record], { language: 'en', timeZone: 'Europe/Moscow' })];
  t.match(english[1], /,answered,5,61,2\.4,RUB,/);
});

t.test('RFC 5806, RFC 7044: who forwarded the call before it came, why and how often', async (t) => {
  const record = makeRecord('a', {
    diversions: [
      { number: '+74957770001', reason: 'user-busy', times: 2 },
      { hidden: true, reason: 'no-answer', times: 1 },
      { reason: 'x', times: 1 },
    ],
    connectedNumber: '+78121234568',
  });
  const [titles, row] = [...csvLines([record], { language: 'ru', timeZone: 'UTC' })];
  t.match(titles, /;Кто переадресовал;Говорили с[;\r]/);
  t.match(
    row,
    /;"'\+74957770001 \(было занято\) x2, номер скрыт \(не ответили\), номер не указан \(причина не указана\)";'\+78121234568[;\r]/,
  );
  const [, english] = [...csvLines([record], { language: 'en', timeZone: 'UTC' })];
  t.match(english, /,"'\+74957770001 \(was busy\) x2, number withheld \(no answer\), number not told/);
});

t.test('a caller cannot put a formula into the accountant’s spreadsheet', async (t) => {
  for (const name of ['=HYPERLINK("http://evil")', '+1+1', '-2+3', '@SUM(A1)', '\t=1', ' =1+1', 'a";=1']) {
    const [, row] = [
      ...csvLines([makeRecord('a', { callerName: name })], { language: 'ru', timeZone: 'UTC' }),
    ];
    const cell = /^(?:[^;]*;){3}("(?:[^"]|"")*"|[^;]*);/.exec(row ?? '')?.[1] ?? '';
    const text = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
    t.notMatch(text, /^\s*[=+\-@]/, JSON.stringify(name));
    t.ok(text.includes(name), 'and nothing is lost');
  }
});
