import t from 'tap';
import { csvLines } from '../../src/records/csv.ts';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench } from '../kit/services.ts';

t.test('the category that classic АОН tells stays with the call, and goes into the export', async (t) => {
  const b = new Bench(office, officePins);
  b.line(5).emit('ringing');
  b.line(5).emit('caller', { number: '7654321', category: '3' });
  await settle();
  t.match(b.record, { callerNumber: '+74957654321', callerCategory: '3' });
  const [titles = '', row = ''] = [...csvLines([b.record], { language: 'ru', timeZone: 'UTC' })];
  const at = titles.trimEnd().split(';').indexOf('Категория АОН');
  t.equal(row.trimEnd().split(';')[at], '3');
});

t.test('other ways of caller ID tell none', async (t) => {
  const b = new Bench(office, officePins);
  b.line(5).emit('ringing');
  b.line(5).emit('caller', { number: '84957654321' });
  await settle();
  t.equal(b.record.callerNumber, '+74957654321');
  t.notOk('callerCategory' in b.record);
});
