import t from 'tap';
import { configSchema } from '../../src/config/schema.ts';
import { formatNumber } from '../../src/dialplan/format-number.ts';
import { lineDigits } from '../../src/dialplan/line-digits.ts';
import { normaliseCaller } from '../../src/dialplan/normalise-caller.ts';
import { areaOf } from '../../src/dialplan/plan.ts';
import { isWithin } from '../../src/dialplan/time-rule.ts';

const { dialing } = configSchema.parse({ version: 1 });
const moscow = areaOf(dialing);
const town = areaOf({ ...dialing, areaCodes: ['49624'], localLength: 5 });

t.test('numbers are written as people write them', async (t) => {
  t.equal(formatNumber('+74951234567'), '+7 495 123-45-67');
  t.equal(formatNumber('+79161234567'), '+7 916 123-45-67');
  t.equal(formatNumber('+74962423456', ['49624']), '+7 49624 234-56');
  t.equal(formatNumber('+375291234567'), '+375 29 123-45-67');
  t.equal(formatNumber('+442079460000'), '+44 207 946 0000');
  for (const other of ['201', '112', '', 'anonymous', '+1']) t.equal(formatNumber(other), other);
});

t.test('callers come in many writings and mean one number', async (t) => {
  for (const raw of [
    '84951234567',
    '74951234567',
    '+74951234567',
    '4951234567',
    '1234567',
    '8 (495) 123-45-67',
    ' +7 495 123 45 67 ',
  ]) {
    t.same(normaliseCaller(raw, moscow), { e164: '+74951234567' }, raw);
  }
  t.same(normaliseCaller('23456', town), { e164: '+74962423456' });
  t.same(normaliseCaller('810442079460000', moscow), { e164: '+442079460000' });
  t.same(normaliseCaller('442079460000', moscow), { e164: '+442079460000' });
  t.same(normaliseCaller('201', moscow), { digits: '201' });
  t.same(
    normaliseCaller('11234567', moscow, true),
    { e164: '+74951234567' },
    'a category digit in front, from a line',
  );
  t.same(normaliseCaller('11234567', moscow), { digits: '11234567' });
});

t.test('private, unavailable and a name are three different things', async (t) => {
  for (const raw of ['anonymous', 'Restricted', 'P', 'private'])
    t.same(normaliseCaller(raw, moscow), { absence: 'private' }, raw);
  for (const raw of ['unavailable', 'O', '', 'unknown'])
    t.same(normaliseCaller(raw, moscow), { absence: 'unavailable' }, raw);
  t.same(normaliseCaller('ROMASHKA', moscow), { text: 'ROMASHKA' });
});

t.test('a city line gets the number in the town’s own format, with its prefix and pauses', async (t) => {
  const port = { outsidePrefix: '', dialMethod: 'dtmf' } as const;
  const digits = (e164: string, over: object = {}, area = moscow) =>
    lineDigits({ class: 'local', e164 }, { ...port, ...over }, area);
  t.equal(digits('+74952345678'), '2345678');
  t.equal(digits('+74992345678'), '84992345678');
  t.equal(digits('+78121234567'), '88121234567');
  t.equal(digits('+442079460000'), '810442079460000');
  t.equal(digits('+77771234567'), '87771234567');
  t.equal(digits('+74962423456', {}, town), '23456');
  t.equal(digits('+78121234567', { outsidePrefix: '9,' }), '9,88121234567');
  t.equal(digits('+78121234567', { dialMethod: 'pulse' }), '88121234567');
  t.equal(
    digits('+78121234567', { dialMethod: 'pulse', outsidePrefix: '*9' }),
    undefined,
    'pulses have no star',
  );
  t.equal(digits('+78121234567', {}, areaOf({ ...dialing, profile: 'ru-0' })), '08121234567');
  t.equal(
    lineDigits({ class: 'special', shortCode: '100' }, { ...port, outsidePrefix: '9' }, moscow),
    '9100',
  );
  t.equal(lineDigits({ class: 'invalid' }, port, moscow), undefined);
});

t.test('time rules hold in the office’s time, over midnight and to the end of the day', async (t) => {
  const rule = (days: number[], from: string, to: string) => ({ id: 'x', name: 'X', days, from, to });
  const friday = (hour: number, minute = 0): number => Date.UTC(2026, 0, 16, hour - 3, minute);
  const within = (r: ReturnType<typeof rule>, wall: number, zone = 'Europe/Moscow') =>
    isWithin(r, wall, zone);
  t.equal(within(rule([5], '09:00', '18:00'), friday(9)), true);
  t.equal(within(rule([5], '09:00', '18:00'), friday(8, 59)), false);
  t.equal(within(rule([5], '09:00', '18:00'), friday(18)), false);
  t.equal(within(rule([4], '09:00', '18:00'), friday(12)), false);
  t.equal(within(rule([5], '22:00', '06:00'), friday(23)), true);
  t.equal(
    within(rule([5], '22:00', '06:00'), friday(29, 59)),
    true,
    'Saturday morning belongs to Friday night',
  );
  t.equal(within(rule([5], '22:00', '06:00'), friday(5)), false, 'Friday morning does not');
  t.equal(
    within(rule([7], '22:00', '06:00'), Date.UTC(2026, 0, 18, 22, 0)),
    true,
    'Sunday night runs into Monday',
  );
  t.equal(within(rule([5], '00:00', '24:00'), friday(23, 59)), true);
  t.equal(within(rule([5], '09:00', '18:00'), friday(5), 'Asia/Vladivostok'), true, 'noon in Vladivostok');
});
