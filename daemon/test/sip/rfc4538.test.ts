/** RFC 4538: REFER outside of dialogs, from whoever can name a call of its own. */
import t from 'tap';
import type { TransferOrder } from '../../src/call/leg.ts';
import { configSchema } from '../../src/config/schema.ts';
import { readTargetDialog } from '../../src/sip/lan/outside-refer.ts';
import { RawPhone } from '../peers/raw-phone.ts';
import { type Peer, type Seen, udpPeer } from '../sipd/peer.ts';
import { AUDIO, closing, describe, tagOf } from './bench.ts';
import { next, sipAddress, startEngine, startGateway, trunkConfig } from './kit.ts';

const account = { user: 'ivan', password: 'right horse' };

/** Two telephones known by their address and one by its password, and an operator. */
async function office(t: Parameters<typeof startEngine>[0]) {
  const engine = await startEngine(t);
  const [desk, other, operator] = await Promise.all([
    udpPeer(t, '127.0.0.2'),
    udpPeer(t, '127.0.0.3'),
    udpPeer(t, '127.0.0.4'),
  ]);
  const device = { classOfService: 'office', mode: 'static' };
  const { devices } = configSchema.parse({
    version: 1,
    devices: [
      { ...device, id: 'desk', name: 'Desk', user: 'desk', address: desk.address },
      { ...device, id: 'other', name: 'Other', user: 'other', address: other.address },
      { ...device, id: 'ivan', name: 'Ivan', mode: 'registers', ...account },
    ],
  });
  const { gateway } = await startGateway(t, engine, [trunkConfig({ server: operator.address })], {
    devices,
    onLink: (address) => address.startsWith('127.0.0.'),
  });
  closing(t, gateway, [desk, other, operator]);
  return { gateway, desk, other, operator, at: sipAddress(engine) };
}

type Office = Awaited<ReturnType<typeof office>>;

let calls = 0;

/** `phone` calls, and is answered; `orders`: the transfers it asks for. */
async function talking({ gateway, at }: Office, phone: Peer) {
  const ids = { callId: `td-${++calls}`, fromTag: `p${calls}` };
  const arrived = next(gateway, 'deviceCalls');
  phone.request(at, 'INVITE', { ...ids, body: describe(AUDIO) });
  const [leg] = await arrived;
  const orders: TransferOrder[] = [];
  leg.on('transferAsked', (order) => orders.push(order));
  await leg.answer();
  const ok = await phone.response(200);
  const ours = tagOf(ok.headers.to!);
  phone.request(at, 'ACK', { ...ids, cseq: 1, toTag: ours });
  const target = `Target-Dialog: ${ids.callId};local-tag=${ours};remote-tag=${ids.fromTag}\r\n`;
  return { leg, ok, ids, ours, orders, target };
}

const refer = (phone: Peer, at: string, extra: string, callId = `out-${++calls}`): string =>
  phone.request(at, 'REFER', { callId, extra: `Refer-To: <sip:12@box>\r\n${extra}` });

t.test('RFC 4538 7: the header is written from the point of view of whoever receives it', (t) => {
  const read = (value: string) => readTargetDialog({ get: () => value });
  t.same(read('fa77as7dad8-sd98ajzz@host.example.com ;local-tag=kkaz- ;remote-tag=6544'), {
    callId: 'fa77as7dad8-sd98ajzz@host.example.com',
    localTag: 'kkaz-',
    remoteTag: '6544',
    earlyOnly: false,
  });
  for (const wrong of ['', 'a', 'a;local-tag=1', ';local-tag=1;remote-tag=2', 'a;remote-tag=1'])
    t.equal(read(wrong), undefined, wrong);
  t.end();
});

t.test('RFC 4538 3: telephones are told that we know it, operators are not', async (t) => {
  const o = await office(t);
  const { ok } = await talking(o, o.desk);
  t.match(ok.headers.supported, /\btdialog\b/);
  const made = o.gateway.callDevice({ deviceId: 'other', number: '12', caller: { number: '11' } });
  if (!Array.isArray(made)) return t.fail(made.text);
  made[0]![0]!().start();
  const invite = await o.other.expect('INVITE');
  t.match(invite.headers.supported, /\btdialog\b/);
  o.other.reply(invite, 486);
});

/** The next report of a transfer, answered. */
async function report(phone: Peer): Promise<Seen> {
  const notify = await phone.expect('NOTIFY');
  phone.reply(notify, 200);
  return notify;
}

t.test('RFC 4538 4: of a call of its own; reports come in the dialog that the REFER has made', async (t) => {
  const o = await office(t);
  const { orders, target } = await talking(o, o.desk);
  refer(o.desk, o.at, `${target}Require: tdialog\r\n`, 'refer-1');
  const [order] = await firstOf(orders);
  t.equal(order.to, '12');
  order.accept();
  const accepted = await o.desk.response(202);
  const ours = tagOf(accepted.headers.to!);
  t.match(accepted.headers.contact, /^<sip:/);
  const first = await report(o.desk);
  t.match(first.headers, {
    'call-id': 'refer-1',
    event: 'refer',
    'subscription-state': /^active/,
    'content-type': /^message\/sipfrag/,
  });
  t.equal(tagOf(first.headers.from!), ours, 'the tag of the 202');
  t.match(first.body, /^SIP\/2\.0 100 /);
  order.done();
  const last = await report(o.desk);
  t.match(last.headers['subscription-state'], /^terminated/);
  t.match(last.body, /^SIP\/2\.0 200 /);
  t.ok(Number.parseInt(last.headers.cseq!, 10) > Number.parseInt(first.headers.cseq!, 10));
});

/** The first order, as soon as there is one. */
async function firstOf(orders: TransferOrder[]): Promise<[TransferOrder]> {
  for (const end = performance.now() + 3000; performance.now() < end; ) {
    if (orders[0]) return [orders[0]];
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('nobody asked for a transfer');
}

t.test('without Target-Dialog: Replaces names one of two calls, the other is put through', async (t) => {
  const o = await office(t);
  const first = await talking(o, o.desk);
  const second = await talking(o, o.desk);
  const replaces = encodeURIComponent(
    `${second.ids.callId};to-tag=${second.ours};from-tag=${second.ids.fromTag}`,
  );
  o.desk.request(o.at, 'REFER', {
    extra: `Refer-To: <sip:12@box?Replaces=${replaces}>\r\nRefer-Sub: false\r\n`,
  });
  const [order] = await firstOf(first.orders);
  t.match(order.replaces, { callId: second.ids.callId });
  t.equal(second.orders.length, 0);
  order.accept();
  t.equal((await o.desk.response(202)).headers['refer-sub'], 'false');
});

t.test('RFC 4538 4: whose call it is not, who names none, and what cannot be read', async (t) => {
  const o = await office(t);
  const { target, orders } = await talking(o, o.desk);
  const refused = async (phone: Peer, extra: string, status: number): Promise<Seen> => {
    refer(phone, o.at, extra);
    return phone.response(status);
  };
  t.match((await refused(o.other, target, 403)).headers.warning, /^399 .*somebody else/);
  t.match((await refused(o.desk, target.replace('td-', 'no-'), 481)).headers.warning, /no such call/);
  t.match((await refused(o.desk, '', 403)).headers.warning, /Target-Dialog is missing/);
  t.match((await refused(o.desk, 'Require: tdialog\r\n', 403)).headers.warning, /Target-Dialog is missing/);
  await refused(o.desk, 'Target-Dialog: rubbish\r\n', 400);
  t.equal(orders.length, 0);
});

t.test('ruling 8: an operator is refused, whatever it names', async (t) => {
  const o = await office(t);
  const { target, orders } = await talking(o, o.desk);
  refer(o.operator, o.at, target);
  await o.operator.response(603);
  t.equal(orders.length, 0);
});

t.test('a telephone known by its password is asked for it', async (t) => {
  const o = await office(t);
  const { target } = await talking(o, o.desk);
  const phone = await RawPhone.open(t, o.at);
  const headers = {
    'Refer-To': '<sip:12@box>',
    'Target-Dialog': target.slice('Target-Dialog: '.length).trim(),
    Contact: `<sip:ivan@${phone.host}:${phone.port}>`,
  };
  t.equal((await phone.request('REFER', 'sip:box', 'ivan', headers)).status, 401);
  t.equal((await phone.signed('REFER', 'sip:box', account, headers)).status, 403, "another's call");
});
