import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { Registrations } from '../../src/main/registrations.ts';
import type { StoredBinding } from '../../src/sip/index.ts';

const binding = (deviceId: string, port: number): StoredBinding => ({
  ...{ deviceId, uri: `sip:${deviceId}@192.0.2.1:${port}`, q: 1, callId: 'a', sequence: 1, expiresAt: 1e12 },
  ...{ path: [], source: { protocol: 'udp', address: '192.0.2.1', port }, rport: true },
});

t.test('registrations are written together, and read again', async (t) => {
  const data = t.testdir();
  const clock = new FakeClock();
  const kept = new Registrations(data, clock, () => t.fail('written'));
  t.same(kept.load(), []);
  kept.save('desk', [binding('desk', 1)]);
  kept.save('hall', [binding('hall', 2), binding('hall', 3)]);
  kept.save('nobody', []);
  t.throws(() => readFileSync(join(data, 'registrations.json')), 'not each by itself');
  await kept.close();
  const again = new Registrations(data, clock, () => {});
  t.same(again.load(), [binding('desk', 1), binding('hall', 2), binding('hall', 3)]);
  again.save('hall', []);
  await again.close();
  t.same(new Registrations(data, clock, () => {}).load(), [binding('desk', 1)]);
});

t.test('a file that cannot be read costs the registrations and not the start', async (t) => {
  const data = t.testdir();
  const clock = new FakeClock();
  for (const text of ['', '[{"deviceId":', '{"a":1}', '[null, 7, {"deviceId":"desk","uri":"sip:x"}]']) {
    writeFileSync(join(data, 'registrations.json'), text);
    t.same(new Registrations(data, clock, () => {}).load(), [], text || 'empty');
  }
});

t.test('a disk that takes nothing is said, and the box goes on', async (t) => {
  const said: string[] = [];
  const kept = new Registrations(join(t.testdir(), 'gone'), new FakeClock(), (message) => said.push(message));
  kept.save('desk', [binding('desk', 1)]);
  await kept.close();
  t.match(said, [/cannot write/]);
  t.equal(kept.load().length, 1);
});
