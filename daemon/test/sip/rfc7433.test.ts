/** RFC 7433: User-to-User goes on with a forwarded call and with a transfer, where the trunk lets it. */
import t from 'tap';
import { configSchema } from '../../src/config/schema.ts';
import { readUserToUser } from '../../src/sip/carried.ts';
import { readRefer } from '../../src/sip/refer.ts';
import { udpPeer } from '../sipd/peer.ts';
import { bench, closing, forwarded, incoming, outgoing } from './bench.ts';
import { sipAddress, startEngine, startGateway, trunkConfig } from './kit.ts';

const UUI = '56a390f3d2b7310023a2;encoding=hex;purpose=isdn-uui;content=isdn-uui';

t.test('RFC 7433 4.1: one value or several, and nothing that is none', (t) => {
  t.same(readUserToUser(`${UUI}, "a, b";purpose=x`), [UUI, '"a, b";purpose=x']);
  t.same(readUserToUser(undefined), []);
  t.same(readUserToUser('a b c, "open'), []);
  t.same(readUserToUser('a'.repeat(600)), []);
  t.end();
});

t.test('from trunk to trunk on a forwarded call; a trunk may keep it to itself', async (t) => {
  const b = await bench(t);
  const { leg } = await incoming(b, { extra: `User-to-User: ${UUI}\r\nP-Charging-Vector: icid-value=1\r\n` });
  const { invite } = await forwarded(b, leg);
  t.equal(invite.headers['user-to-user'], UUI);
  t.equal(invite.headers['p-charging-vector'], undefined, 'RFC 7315 5.6: not beyond who is trusted');
  const closed = await bench(t, { passOn: [] });
  const second = await incoming(closed, { extra: `User-to-User: ${UUI}\r\n` });
  t.equal((await forwarded(closed, second.leg)).invite.headers['user-to-user'], undefined);
});

t.test('RFC 7315 5.6: the charging vector, only where the trunk is set to', async (t) => {
  const b = await bench(t, { passOn: ['charging-vector'] });
  const vector = 'icid-value=1234bc9876e;icid-generated-at=192.0.6.8;orig-ioi=home1.net';
  const { leg } = await incoming(b, { extra: `P-Charging-Vector: ${vector}\r\nUser-to-User: ${UUI}\r\n` });
  const { invite } = await forwarded(b, leg);
  t.equal(invite.headers['p-charging-vector'], vector);
  t.equal(invite.headers['user-to-user'], undefined);
});

t.test('RFC 7433 4.1: in Refer-To, for whom the call is put through to', async (t) => {
  const escaped = encodeURIComponent(UUI);
  const refer = (to: string) =>
    readRefer({ get: (name) => (name === 'Refer-To' ? to : undefined), has: () => true });
  t.match(refer(`<sip:12@box?User-to-User=${escaped}>`), { to: '12', userToUser: UUI });
  t.match(refer(`<sip:12@box?Replaces=c%3Bto-tag%3Da%3Bfrom-tag%3Db&User-to-User=${escaped}>`), {
    userToUser: UUI,
  });
  t.notOk('userToUser' in refer('<sip:12@box?User-to-User=%0d%0aX:%20y>'));
  const b = await bench(t);
  const { invite } = await outgoing(b, { userToUser: UUI });
  t.equal(invite.headers['user-to-user'], UUI);
});

t.test('to a device of the office only where it asks for it', async (t) => {
  const engine = await startEngine(t);
  const [operator, desk, plain] = await Promise.all([
    udpPeer(t),
    udpPeer(t, '127.0.0.2'),
    udpPeer(t, '127.0.0.3'),
  ]);
  const device = { classOfService: 'office', mode: 'static' };
  const { devices } = configSchema.parse({
    version: 1,
    devices: [
      { ...device, id: 'desk', name: 'Desk', user: 'desk', address: desk.address, userToUser: true },
      { ...device, id: 'plain', name: 'Plain', user: 'plain', address: plain.address },
    ],
  });
  const { gateway, media } = await startGateway(t, engine, [trunkConfig({ server: operator.address })], {
    devices,
    onLink: (address) => address.startsWith('127.0.0.'),
  });
  closing(t, gateway, [operator, desk, plain]);
  const b = { peer: operator, gateway, media, to: sipAddress(engine) };
  const { leg } = await incoming(b, { extra: `User-to-User: ${UUI}\r\n` });
  for (const [deviceId, peer, told] of [
    ['desk', desk, UUI],
    ['plain', plain, undefined],
  ] as const) {
    const made = gateway.callDevice({ deviceId, number: '31', caller: {} });
    if (!Array.isArray(made)) return t.fail(made.text);
    const out = made[0]![0]!();
    out.follows?.(leg);
    out.start();
    t.equal((await peer.expect('INVITE')).headers['user-to-user'], told, deviceId);
  }
});
