import t from 'tap';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench } from '../kit/services.ts';

const pins = [
  ...office.pins,
  { ...office.pins[0], id: 'pin-long', name: 'Long', hmac: '1'.repeat(64), length: 8, userNumber: '18' },
];

/** Port 4 dials a number for which its class asks for a PIN. */
async function asked(): Promise<Bench> {
  const b = new Bench({ ...office, pins }, officePins);
  b.port(4).lift();
  await b.port(4).key('88121234567');
  await settle();
  t.equal(b.trunkCalls.length, 0);
  return b;
}

t.test('a PIN of eight digits is taken inside where the access number says six', async (t) => {
  const b = await asked();
  await b.port(4).key('24681357');
  t.equal(b.trunkCalls.length, 1);
  t.match(b.record, { pinId: 'pin-long' });
});

t.test('one of six is still taken with its last digit', async (t) => {
  const b = await asked();
  await b.port(4).key('135790');
  t.equal(b.trunkCalls.length, 1);
  t.match(b.record, { pinId: 'pin-sales' });
});

t.test('star begins anew, # and a pause end a wrong one, and a long one counts once', async (t) => {
  const b = await asked();
  await b.port(4).key('2468135*24681357');
  t.equal(b.trunkCalls.length, 1);

  const other = await asked();
  await other.port(4).key('111111#');
  t.notOk(other.services.lockouts.locked('port:4', other.clock.now()));
  await other.port(4).key('1111112');
  other.clock.advance(5000);
  await settle();
  t.notOk(other.services.lockouts.locked('port:4', other.clock.now()), 'two so far');
  await other.port(4).key('11111122');
  await settle();
  t.ok(other.services.lockouts.locked('port:4', other.clock.now()), 'the third');
});

t.test('a locked place is not told by its haste that the digits were right', async (t) => {
  const b = await asked();
  for (let i = 0; i < 3; i++)
    b.services.lockouts.failed('port:4', b.clock.now(), { attempts: 3, lockoutMs: 600_000 });
  const played = b.media.played.length;
  await b.port(4).key('135790');
  t.equal(b.media.played.length, played, 'it waits for more, as after wrong ones');
  await b.port(4).key('11');
  t.not(b.media.played.length, played);
  t.equal(b.trunkCalls.length, 0);
});
