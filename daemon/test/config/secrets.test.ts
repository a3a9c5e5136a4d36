import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { findPin, hashPin, loadDeviceKey, samePin } from '../../src/config/device-key.ts';
import { hashPassword, verifyPassword } from '../../src/config/password.ts';
import { weakPin } from '../../src/config/pin-policy.ts';
import { configSchema } from '../../src/config/schema.ts';

t.test('the box makes its key once, for itself alone', async (t) => {
  const path = join(t.testdir(), 'device-key');
  const made = await loadDeviceKey(path);
  t.same((await loadDeviceKey(path)).bytes, made.bytes);
  t.notOk(made.bytes.equals((await loadDeviceKey(`${path}-2`)).bytes), 'another box, another key');
  t.equal(statSync(path).mode & 0o777, 0o600);
});

t.test('a key that is broken is not replaced in silence', async (t) => {
  const path = join(t.testdir(), 'device-key');
  writeFileSync(path, 'nonsense');
  await t.rejects(loadDeviceKey(path), { code: 'config/device-key' });
  t.equal(readFileSync(path, 'utf8'), 'nonsense');
});

t.test('a PIN is stored as something that only this box can make', async (t) => {
  const one = { bytes: Buffer.alloc(32, 1) };
  const two = { bytes: Buffer.alloc(32, 2) };
  t.match(hashPin('271828', one), /^[0-9a-f]{64}$/);
  t.not(hashPin('271828', one), hashPin('271828', two));
  t.ok(samePin(hashPin('271828', one), hashPin('271828', one)));
  t.notOk(samePin(hashPin('271828', one), hashPin('271829', one)));
  t.notOk(samePin(hashPin('271828', one), 'ff'));
});

t.test('a PIN counts only while and where it may be used', async (t) => {
  const key = { bytes: Buffer.alloc(32, 7) };
  const pins = configSchema.shape.pins.parse([
    { id: 'anna', name: 'Anna', hmac: hashPin('271828', key), length: 6, classOfService: 'office' },
    {
      id: 'boris',
      name: 'Boris',
      hmac: hashPin('314159', key),
      length: 6,
      classOfService: 'office',
      outside: true,
      userNumber: '12',
    },
    {
      id: 'clara',
      name: 'Clara',
      hmac: hashPin('16180339', key),
      length: 8,
      classOfService: 'office',
      outside: true,
      expires: '2026-06-30',
    },
    {
      id: 'dead',
      name: 'Dead',
      hmac: hashPin('141421', key),
      length: 6,
      classOfService: 'office',
      enabled: false,
    },
  ]);
  const today = '2026-06-30';
  const find = (digits: string, query: Partial<Parameters<typeof findPin>[3]> = {}) =>
    findPin(pins, digits, key, { outside: false, today, within: () => true, ...query })?.id;
  t.equal(find('271828'), 'anna');
  t.equal(find('271829'), undefined);
  t.equal(find('141421'), undefined, 'switched off');
  t.equal(find('271828', { outside: true }), undefined, 'not meant for outside');
  t.equal(find('314159', { outside: true }), undefined, 'six digits need a user number');
  t.equal(find('314159', { outside: true, userNumber: '13' }), undefined);
  t.equal(find('314159', { outside: true, userNumber: '12' }), 'boris');
  t.equal(find('16180339', { outside: true }), 'clara', 'the last day counts');
  t.equal(find('16180339', { outside: true, today: '2026-07-01' }), undefined, 'expired');
});

t.test('a PIN that anybody would try first is refused, without repeating it', async (t) => {
  for (const digits of [
    '123456',
    '654321',
    '000000',
    '111111',
    '121212',
    '123123',
    '890123',
    '112211',
    '201201',
    '12345',
    '1234567890123',
    '12a456',
    '',
  ]) {
    const said = weakPin(digits, ['201', '5']);
    t.ok(said, digits);
    if (digits.length > 3) t.notMatch(JSON.stringify(said), digits);
  }
  for (const digits of ['271828', '16180339', '904512']) t.equal(weakPin(digits, ['201']), undefined, digits);
});

t.test('the admin’s password is kept as a hash that says nothing', async (t) => {
  const hash = await hashPassword('пароль sesame');
  t.notMatch(hash, /sesame|пароль/);
  t.not(hash, await hashPassword('пароль sesame'), 'salted');
  t.equal(await verifyPassword('пароль sesame', hash), true);
  t.equal(await verifyPassword('пароль sesam', hash), false);
  for (const broken of [
    undefined,
    '',
    'scrypt$',
    'plain',
    hash.slice(0, -1),
    hash.replace('16384', '99999999'),
    hash.replace('16384', '16385'),
  ]) {
    t.equal(await verifyPassword('пароль sesame', broken), false, String(broken));
  }
  t.equal(await verifyPassword('x'.repeat(5000), hash), false);
});

t.test('a PIN counts from its first day on, in its hours, and for the callers it is meant for', async (t) => {
  const key = await loadDeviceKey(join(t.testdir(), 'device-key'));
  const pin = {
    id: 'guest',
    name: 'Guest',
    hmac: hashPin('271828', key),
    length: 6,
    classOfService: 'office',
    enabled: true,
    outside: false,
    followOn: true,
    transfer: true,
    validFrom: '2026-07-01',
    when: ['work'],
    numbers: [],
    callers: ['+7916', '203'],
    calls: 1,
  };
  const find = (query: Partial<Parameters<typeof findPin>[3]>) =>
    findPin([pin], '271828', key, {
      outside: false,
      today: '2026-07-01',
      within: (ids) => ids.length === 0 || ids.includes('work'),
      caller: '203',
      ...query,
    })?.id;
  t.equal(find({}), 'guest', 'the first day counts');
  t.equal(find({ today: '2026-06-30' }), undefined, 'a day too early');
  t.equal(find({ within: (ids) => ids.length === 0 }), undefined, 'at night');
  t.equal(find({ caller: '+79161234567' }), 'guest');
  t.equal(find({ caller: '+79261234567' }), undefined);
  t.equal(find({ caller: '2034' }), undefined, 'an extension is meant whole');
  const { caller: _, ...nobody } = { caller: '', outside: false };
  t.equal(
    findPin([pin], '271828', key, { ...nobody, today: '2026-07-01', within: () => true }),
    undefined,
    'a caller who does not say who he is',
  );
});
