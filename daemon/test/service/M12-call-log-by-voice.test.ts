import t from 'tap';
import type { CallRecord } from '../../src/records/call-record.ts';
import { callLog } from '../../src/service/call-log.ts';
import { settle } from '../kit/fake-ports.ts';
import { office } from '../kit/office.ts';
import { Bench } from '../kit/services.ts';

const now = new Bench(office).clock.wall();
const hour = 3_600_000;

const leg = (place: string, direction: 'incoming' | 'outgoing', more: object = {}) => ({
  ...{ id: place, kind: 'sip', place, direction, startedAt: 0 },
  ...more,
});

let count = 0;
function record(hoursAgo: number, more: Partial<CallRecord> & { legs: unknown[] }): CallRecord {
  const startedAt = now - hoursAgo * hour;
  return {
    ...{ id: `call-${count++}`, state: 'ended', direction: 'incoming', service: 'incoming' },
    ...{ startedAt, events: [] },
    ...more,
  } as CallRecord;
}

const caller = leg('trunk:alpha', 'incoming');
const missed = (hoursAgo: number, callerNumber: string, more: object = {}): CallRecord =>
  record(hoursAgo, { callerNumber, legs: [caller, leg('port:1', 'outgoing')] as never[], ...more });
const answered = (hoursAgo: number, callerNumber: string): CallRecord =>
  record(hoursAgo, {
    ...{ callerNumber, answeredAt: now - hoursAgo * hour },
    legs: [caller, leg('port:1', 'outgoing', { answeredAt: now - hoursAgo * hour })] as never[],
  });
const dialed = (hoursAgo: number, calledNumber: string, more: object = {}): CallRecord =>
  record(hoursAgo, {
    ...{ direction: 'outgoing', service: 'plain', dialed: calledNumber, calledNumber },
    legs: [leg('port:1', 'incoming'), leg('trunk:alpha', 'outgoing')] as never[],
    ...more,
  });

/** Anna is who has port 1. */
const bench = (history: CallRecord[]): Bench => new Bench(office, {}, history);

async function asks(b: Bench): Promise<void> {
  b.port(1).lift();
  await settle();
  await b.port(1).key('*68');
  await settle();
}

t.test(
  'the log has missed calls first, told once a number, without those who were talked to since',
  async (t) => {
    const b = bench([]);
    const whose = { places: new Set(['port:1']), person: undefined };
    const records = [
      dialed(1, '+79161110001', { answeredAt: now - hour }),
      missed(2, '+79161110002'),
      missed(3, '+79161110001'),
      missed(4, '+79161110002'),
      answered(5, '+79161110003'),
      missed(6, '+79161110004', { callerAbsence: 'private' }),
      missed(7, '+79161110005', { events: [{ at: 0, what: 'voicemail-left' }] }),
      missed(8, '+79161110006', { events: [{ at: 0, what: 'group', detail: 'sales' }] }),
      missed(9, '+79161110007', { answeredAt: now - 9 * hour }),
      record(10, { callerNumber: '+79161110008', legs: [caller, leg('port:2', 'outgoing')] as never[] }),
      dialed(11, '112', { service: 'emergency' }),
      missed(12, '+79161110009', { state: 'active' }),
      missed(8 * 24, '+79161110010'),
    ];
    t.match(callLog(records, whose, b.config, now), [
      { kind: 'missed', number: '+79161110002', times: 2, at: now - 2 * hour },
      { kind: 'missed', number: undefined, times: 1 },
      { kind: 'dialed', number: '+79161110001' },
      { kind: 'answered', number: '+79161110003' },
    ]);
    t.equal(callLog(records, whose, b.config, now).length, 4);
    const many = Array.from({ length: 50 }, (_, i) => missed(i, `+7916222${1000 + i}`));
    t.equal(callLog(many, whose, b.config, now).length, 10);
  },
);

t.test('*68 reads it out; hash goes on, star repeats, 1 calls back', async (t) => {
  const b = bench([missed(1, '+79161110002'), missed(2, '12'), answered(3, '+79161110003')]);
  await asks(b);
  const told = () => b.said.splice(0).join(' ');
  t.match(
    told(),
    /^два пропущенных вызова\. Чтобы позвонить.* Пропущенный: плюс семь, девятьсот шестнадцать.* сегодня в /,
  );
  await b.port(1).key('#');
  await settle();
  t.match(told(), /^Пропущенный: (?!плюс).+\. сегодня в /, 'a colleague by name');
  await b.port(1).key('*');
  await settle();
  t.match(told(), /^Пропущенный: (?!плюс)/, 'once more');
  b.clock.advance(4000);
  await settle();
  t.match(told(), /^Теперь остальные вызовы\. Принятый: плюс/, 'and by itself after a while');
  await b.port(1).key('4');
  await settle();
  told();
  await b.port(1).key('4');
  await settle();
  t.match(told(), /^Пропущенный: плюс/, 'back');
  await b.port(1).key('1');
  await settle();
  t.equal(b.trunkCalls[0]?.request.number, '+79161110002');
});

t.test('an empty log says so; a withheld number cannot be called; 0 ends it', async (t) => {
  const empty = bench([]);
  await asks(empty);
  t.same(empty.said, ['Вызовов ещё не было.', 'Больше вызовов нет.']);
  const b = bench([missed(1, '+79161110004', { callerAbsence: 'private' })]);
  await asks(b);
  t.match(b.said.splice(0).join(' '), /^один пропущенный вызов.*номер скрыт/);
  await b.port(1).key('1');
  await settle();
  t.match(b.said.splice(0)[0], /Перезвонить нельзя/);
  await b.port(1).key('0');
  await settle();
  t.equal(b.trunkCalls.length, 0);
  t.notMatch(b.hears(1), /dial/);
});
