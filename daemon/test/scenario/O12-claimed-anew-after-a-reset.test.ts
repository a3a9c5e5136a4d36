import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { SessionView } from '../../src/api/contract.ts';
import { adminPassword, startBox } from '../kit/box.ts';

t.test('a box whose settings were taken back asks for the code on its label again (O12)', async (t) => {
  const box = await startBox(t);
  const label = box.claimCode;
  t.match(label, /^[A-Z2-9]{4}-[A-Z2-9]{4}$/);
  t.equal(statSync(join(box.data, 'label-code')).mode & 0o077, 0, 'for the daemon alone');
  t.match(await box.api.get<SessionView>('/api/v1/session'), { claimed: true, signedIn: true });
  await t.rejects(box.api.claim(label, 'another password'), 'a claimed box is not claimed twice');

  await box.daemon.stop();
  for (const name of ['config.json', 'history']) rmSync(join(box.data, name), { recursive: true });
  await t.rejects(box.restart(), 'the old password opens nothing');
  t.match(await box.api.get<SessionView>('/api/v1/session'), { claimed: false, signedIn: false });
  t.equal(box.claimCode, label, 'the label has not changed');
  await t.rejects(box.api.claim('ABCD-EFGH', adminPassword));
  await t.rejects(box.records(), 'nor is anything to be seen meanwhile');
  await box.api.claim(label, adminPassword);
  t.same(await box.records(), []);
});
