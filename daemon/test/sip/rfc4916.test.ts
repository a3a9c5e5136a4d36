/** RFC 4916: who is really there is heard of, and shown to the office's own telephones. */
import t from 'tap';
import { configSchema } from '../../src/config/schema.ts';
import { udpPeer } from '../sipd/peer.ts';
import { AUDIO, answered, bench, closing, connected, describe, outgoing, tagOf } from './bench.ts';
import { next, startEngine, startGateway } from './kit.ts';

const WHO = 'P-Asserted-Identity: "Warehouse" <sip:+78127654321@op>\r\n';

t.test('RFC 3325 9.1: the 200 names who answered', async (t) => {
  const b = await bench(t);
  const { leg, invite } = await outgoing(b);
  const told = next(leg, 'connected');
  b.peer.reply(invite, 200, { body: describe(AUDIO), extra: WHO });
  t.same((await told)[0], { number: '+78127654321', name: 'Warehouse' });
});

t.test('RFC 4916 4.4: From of an UPDATE or re-INVITE is another after a transfer', async (t) => {
  const b = await bench(t);
  const { leg, ids } = await connected(b);
  const heard: unknown[] = [];
  leg.on('connected', (party) => heard.push(party));
  const update = (cseq: number, extra = '', from = ''): void => {
    const text = b.peer.request('127.0.0.1:9', 'UPDATE', { ...ids, cseq, extra });
    b.peer.send(
      b.to,
      text.replace(/From: <[^>]*>/, (whole) => (from === '' ? whole : `From: <${from}>`)),
    );
  };
  update(2, WHO);
  await b.peer.response(200);
  update(3, WHO);
  await b.peer.response(200);
  update(4, '', 'sip:+78125550000@op');
  await b.peer.response(200);
  update(5, 'Privacy: id\r\n', 'sip:+78125550001@op');
  await b.peer.response(200);
  t.same(heard, [{ number: '+78127654321', name: 'Warehouse' }, { number: '+78125550000' }], 'each once');
});

t.test('the caller that holds by re-INVITE has not become another', async (t) => {
  const b = await bench(t);
  const { leg, ids } = await answered(b);
  const heard: unknown[] = [];
  leg.on('connected', (party) => heard.push(party));
  b.peer.request(b.to, 'INVITE', { ...ids, cseq: 2, body: describe([...AUDIO, 'a=sendonly'], 2) });
  await b.peer.response(200);
  b.peer.request(b.to, 'ACK', { ...ids, cseq: 2 });
  t.same(heard, []);
});

t.test('RFC 4916 4.4: a telephone that takes UPDATE is shown whom it talks to now', async (t) => {
  const engine = await startEngine(t);
  const phone = await udpPeer(t);
  const { devices } = configSchema.parse({
    version: 1,
    devices: [
      {
        id: 'desk',
        name: 'Desk',
        user: 'desk',
        classOfService: 'office',
        mode: 'static',
        address: phone.address,
      },
    ],
  });
  const { gateway } = await startGateway(t, engine, [], {
    devices,
    onLink: (address) => address.startsWith('127.0.0.'),
  });
  closing(t, gateway, [phone]);
  const call = async (allow: string) => {
    const made = gateway.callDevice({ deviceId: 'desk', number: '31', caller: { number: '32' } });
    if (!Array.isArray(made)) throw new Error(made.text);
    const leg = made[0]![0]!();
    leg.start();
    const invite = await phone.expect('INVITE');
    t.same(leg.ringingDialog, { callId: invite.headers['call-id'], remoteTag: tagOf(invite.headers.from!) });
    const ringing = next(leg, 'alerting');
    phone.reply(invite, 180, { tag: 'rung' });
    await ringing;
    t.equal(leg.ringingDialog?.localTag, 'rung', 'as the telephone sees it, for whoever picks it up');
    const up = next(leg, 'answered');
    phone.reply(invite, 200, { tag: 'rung', body: describe(AUDIO), extra: `Allow: INVITE, ${allow}\r\n` });
    await up;
    t.equal(leg.ringingDialog, undefined);
    return leg;
  };
  const leg = await call('UPDATE');
  leg.show?.({ number: '+78127654321', name: 'Склад' });
  const update = await phone.expect('UPDATE');
  t.match(
    Buffer.from(update.headers['p-asserted-identity']!, 'latin1').toString(),
    /^"Склад" <sip:\S*8127654321@127\.0\.0\.1>$/,
  );
  t.equal(update.body, '', 'the session is as it was');
  phone.reply(update, 200);
  leg.show?.({ absence: 'private' });
  const hidden = await phone.expect('UPDATE');
  t.match(hidden.headers['p-asserted-identity'], /anonymous\.invalid/);
  phone.reply(hidden, 200);
  const deaf = await call('BYE');
  deaf.show?.({ number: '+78127654321' });
  await new Promise((resolve) => setTimeout(resolve, 100));
  t.equal(phone.count('UPDATE'), 2);
});
