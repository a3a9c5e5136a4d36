import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { adminPassword, type Box, startBox, until } from '../kit/box.ts';

const alarmIds = async (box: Box): Promise<string[]> => (await box.live()).alarms.map((alarm) => alarm.id);

t.test('a broken file of settings gives way to the last good version, and the page says so', async (t) => {
  const box = await startBox(t);
  await box.change({ op: 'put', path: '/site/name', value: 'Before' });
  await box.daemon.stop();
  writeFileSync(join(box.data, 'config.json'), '{"trunks": [{"password": "hunter2"');
  await box.restart();
  t.match(await box.api.get('/api/v1/config'), { config: { site: { name: 'Before' } } });
  t.ok((await alarmIds(box)).includes('settings-lost'));
  t.equal(readdirSync(box.data).filter((name) => name.startsWith('config.json.broken-')).length, 1);
  t.notMatch(box.daemon.errors(), 'hunter2');

  await box.change({ op: 'put', path: '/site/name', value: 'After' });
  await until(
    'the alarm is over',
    async () => !(await alarmIds(box)).includes('settings-lost') || undefined,
    3000,
  );
});

t.test('broken records are put aside, and the box goes on with new ones', async (t) => {
  const box = await startBox(t);
  await box.daemon.stop();
  for (const name of readdirSync(box.data)) if (/^records\.sqlite-/.test(name)) rmSync(join(box.data, name));
  writeFileSync(join(box.data, 'records.sqlite'), 'no database'.repeat(1000));
  writeFileSync(join(box.data, 'records.sqlite.journal'), '\0\0\0{"record":\n');
  await box.restart();
  t.ok((await alarmIds(box)).includes('records-lost'));
  t.equal(readdirSync(box.data).filter((name) => /^records\.sqlite\.broken-/.test(name)).length, 1);
  await box.dial(1, '12');
  await until('telephone 2 rings', () => box.telephone(2).ringing || undefined, 4000);
  box.telephone(1).hangup();
  t.match(await box.ended(), { dialed: '12' });
});

t.test('a broken device key takes the PINs with it, never the telephones', async (t) => {
  const box = await startBox(t);
  await box.daemon.stop();
  writeFileSync(join(box.data, 'device-key'), 'ffff');
  await box.restart();
  t.ok((await alarmIds(box)).includes('pins-void'));
  t.equal(readdirSync(box.data).filter((name) => name.startsWith('device-key.broken-')).length, 1);
  await box.dial(1, '12');
  await until('telephone 2 rings', () => box.telephone(2).ringing || undefined, 4000);
});

t.test('an empty file in place of the code on the label opens the box to nobody', async (t) => {
  const box = await startBox(t, { claim: false });
  for (const left of ['', '\n', '----']) {
    writeFileSync(join(box.data, 'label-code'), left);
    await t.rejects(box.api.claim('', adminPassword), /wrong-code|bad-request/);
    t.match(box.claimCode, /^[A-Z0-9]{4}-[A-Z0-9]{4}$/, 'another code was made');
  }
  await box.api.claim(box.claimCode, adminPassword);
});
