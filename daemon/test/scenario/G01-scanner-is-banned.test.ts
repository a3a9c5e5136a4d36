/** Somebody tries number after number: he is banned, the page says so, a restart forgives nothing, one click does. */
import t from 'tap';
import type { LiveState, ProtectionView } from '../../src/api/contract.ts';
import { adminPassword, pointTrunk, startBox, startOperator, until } from '../kit/box.ts';
import { udpPeer } from '../sipd/peer.ts';

const SCANNER = '127.0.0.66';

t.test('banned, told, kept over a restart, lifted', async (t) => {
  const alpha = await startOperator(t);
  const box = await startBox(t, {
    edit: (office) => {
      pointTrunk(office, 'alpha', alpha);
      pointTrunk(office, 'beta', alpha);
      // All of loopback but the operators is the Internet here.
      office.protection = { officeNetworks: ['127.0.0.1'] };
    },
  });
  const scanner = await udpPeer(t, SCANNER);
  /** Calls a number and acknowledges the refusal, which shows that the address is his own; false if nothing came. */
  const scan = async (n: number): Promise<boolean> => {
    const to = `${box.sip.host}:${box.sip.port}`;
    const ids = {
      callId: `scan${n}-${performance.now()}`,
      branch: `z9hG4bKscan${n}${performance.now()}`,
      fromTag: 'f',
    };
    scanner.request(to, 'INVITE', { ...ids, uri: `sip:81044${n}@box` });
    const refusal = await scanner
      .next((m) => m.status >= 200 && m.headers['call-id'] === ids.callId, 1500)
      .catch(() => undefined);
    if (!refusal) return false;
    t.equal(refusal.status, 403, 'no answer tells one number from another');
    scanner.request(to, 'ACK', { ...ids, toTag: /tag=([^;\s]+)/.exec(refusal.headers.to!)![1]! });
    return true;
  };
  let tried = 0;
  while (tried < 20 && (await scan(tried))) tried++;
  t.equal(tried, 8, 'eight numbers are enough');
  const view = (): Promise<ProtectionView> => box.api.get('/api/v1/protection');
  t.match((await view()).bans, [{ source: SCANNER, reason: 'dialing', times: 1 }]);
  const notice = await until(
    'the notice',
    async () => (await box.live()).alarms.find((a: LiveState['alarms'][number]) => a.id === 'sip-bans'),
    3000,
  );
  t.match(notice.said, {
    ru: /127\.0\.0\.66.*перебирает номера/,
    en: /127\.0\.0\.66.*tries number after number/,
  });
  t.equal(await scan(100), false, 'not a word more');

  await box.daemon.stop();
  await box.restart();
  await box.api.login(adminPassword);
  t.match((await view()).bans, [{ source: SCANNER, reason: 'dialing' }], 'the restart has not forgotten him');
  t.equal(await scan(101), false);
  await box.api.post('/api/v1/protection/lift', { source: SCANNER });
  t.same((await view()).bans, []);
  t.ok(await scan(102), 'heard again');
});
