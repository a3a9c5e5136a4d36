import t from 'tap';
import type { TransferOrder } from '../../src/call/leg.ts';
import { readRefer, readReplaces } from '../../src/sip/refer.ts';
import {
  expectRequest,
  expectResponse,
  request,
  respond,
  respondInDialog,
  sippSdp,
  startSipp,
} from '../peers/sipp.ts';
import { makeLeg, startEngine, startGateway, trunkConfig } from './kit.ts';

/** A REFER as far as it is read. */
const refer = (headers: Record<string, string>): Parameters<typeof readRefer>[0] => ({
  get: (name) => headers[name],
  has: (name) => name in headers,
});

t.test('RFC 3515 2.4.2: what Refer-To may say', (t) => {
  t.same(readRefer(refer({ 'Refer-To': '<sip:12@192.0.2.1>' })), { to: '12', silent: false });
  t.same(readRefer(refer({ 'Refer-To': 'sip:%2B78121234567@box' })), { to: '+78121234567', silent: false });
  t.same(readRefer(refer({ 'Refer-To': '"Anna" <tel:+7-812-123>' })), { to: '+7-812-123', silent: false });
  t.same(readRefer(refer({ 'Refer-To': '<sip:12@box;method=INVITE>' })), { to: '12', silent: false });
  for (const wrong of [
    undefined,
    '',
    '<sip:12@a>, <sip:13@a>',
    'sip:12@a, sip:13@a',
    '<http://example.org>',
    '<sip:box>',
    '<sip:12@a?Replaces=%>',
    '<sip:12@a?Replaces=call>',
  ])
    t.same(
      readRefer(refer(wrong === undefined ? {} : { 'Refer-To': wrong })),
      { status: 400 },
      wrong ?? 'none',
    );
  t.same(readRefer(refer({ 'Refer-To': '<sip:12@a;method=BYE>' })), { status: 603 });
  t.end();
});

t.test('RFC 3891 6.1, RFC 5589 7.3: Replaces in Refer-To, and by itself', (t) => {
  const escaped = '7743%40phone%3Bto-tag%3Dours%3Bfrom-tag%3Dtheirs%3Bearly-only';
  t.same(readRefer(refer({ 'Refer-To': `<sip:12@a?Replaces=${escaped}&X=1>` })), {
    to: '12',
    replaces: { callId: '7743@phone', localTag: 'ours', remoteTag: 'theirs', earlyOnly: true },
    silent: false,
  });
  t.equal(readReplaces('call;to-tag=a'), undefined);
  t.match(readReplaces(' call ; from-tag=b ; to-tag=a '), {
    localTag: 'a',
    remoteTag: 'b',
    earlyOnly: false,
  });
  t.end();
});

t.test('RFC 3892 2.1 and RFC 4488 4: who refers, and that no reports are wanted', (t) => {
  t.same(
    readRefer(
      refer({ 'Refer-To': '<sip:12@a>', 'Referred-By': '"A" <sip:31@box>;cid="1"', 'Refer-Sub': 'false' }),
    ),
    { to: '12', referredBy: 'sip:31@box', silent: true },
  );
  t.end();
});

const invited = expectRequest(
  'INVITE',
  'rrs="true"',
  '<ereg regexp=".*" search_in="hdr" header="From:" assign_to="from"/><ereg regexp="sip:.*@[^&gt;]*" search_in="hdr" header="Contact:" assign_to="target"/>',
);

/** A REFER of SIPp's in the dialog that `invited` began. */
const sendRefer = (cseq: number, headers: string): string =>
  request(
    `REFER [$target] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:sipp@[local_ip]>;tag=[pid]sipp[call_number]
To: [$from]
Call-ID: [call_id]
CSeq: ${cseq} REFER
Contact: <sip:sipp@[local_ip]:[local_port]>
Max-Forwards: 70
${headers}
Content-Length: 0`,
    ' retrans="500"',
  );

const notified = [expectRequest('NOTIFY'), respondInDialog('200 OK')];

t.test('RFC 3515 2.4: 202, a report at once, on the way and at the end; the call goes on', async (t) => {
  const engine = await startEngine(t);
  const sipp = await startSipp(t, t.testdir(), {
    scenario: [
      invited,
      respond('200 OK', { sdp: sippSdp() }),
      expectRequest('ACK'),
      sendRefer(1, 'Refer-To: <sip:12@box>'),
      expectResponse(202),
      ...notified,
      ...notified,
      ...notified,
      // RFC 4488: no reports.
      sendRefer(2, 'Refer-To: <sip:13@box>\nRefer-Sub: false'),
      expectResponse(202),
      sendRefer(3, 'Refer-To: <sip:14@box>'),
      expectResponse(202),
      ...notified,
      ...notified,
      sendRefer(4, 'Refer-To: <sip:15@box>'),
      expectResponse(403),
      sendRefer(5, 'X-Refer-To: none'),
      expectResponse(400),
      expectRequest('BYE'),
      respondInDialog('200 OK'),
    ].join('\n'),
  });
  const { gateway } = await startGateway(t, engine, [
    trunkConfig({ server: `127.0.0.1:${sipp.port}`, transferClass: 'office' }),
  ]);
  const leg = await makeLeg(gateway);
  const asked: string[] = [];
  const handle: Record<string, (order: TransferOrder) => void> = {
    '12': (order) => {
      order.accept();
      order.ringing();
      order.ringing();
      order.done();
      order.failed({ q850: 16, text: 'too late', by: 'local' });
    },
    '13': (order) => {
      order.accept();
      order.done();
    },
    '14': (order) => {
      order.accept();
      order.failed({ q850: 17, sip: 486, text: 'busy', by: 'remote' });
    },
    '15': (order) => {
      order.refuse({ q850: 21, sip: 403, text: 'not allowed', by: 'local' });
      // The answer to the last one comes by itself; then the call is ended.
      setTimeout(() => leg.release({ q850: 16, text: 'bye', by: 'local' }), 200);
    },
  };
  leg.on('transferAsked', (order) => {
    asked.push(order.to);
    handle[order.to]?.(order);
  });
  leg.start();
  await sipp.done();
  t.same(asked, ['12', '13', '14', '15']);
  const messages = await sipp.messages();
  const reports = messages.filter((m) => m.startLine.startsWith('NOTIFY'));
  t.same(
    reports.map((m) => [m.header('Event'), m.header('Subscription-State'), m.body.split('\n', 1)[0]]),
    [
      ['refer', 'active;expires=180', 'SIP/2.0 100 Trying'],
      ['refer', 'active;expires=180', 'SIP/2.0 180 Ringing'],
      ['refer', 'terminated;reason=noresource', 'SIP/2.0 200 OK'],
      ['refer;id=3', 'active;expires=180', 'SIP/2.0 100 Trying'],
      ['refer;id=3', 'terminated;reason=noresource', 'SIP/2.0 486 busy'],
    ],
  );
  t.ok(reports.every((m) => m.header('Content-Type') === 'message/sipfrag;version=2.0'));
  const accepted = messages.filter((m) => m.startLine.startsWith('SIP/2.0 202'));
  t.same(
    accepted.map((m) => m.header('Refer-Sub')),
    [undefined, 'false', undefined],
  );
  t.ok(accepted.every((m) => m.header('Contact')));
});

t.test('ruling 8: an operator without leave gets 603, whoever listens', async (t) => {
  const engine = await startEngine(t);
  const sipp = await startSipp(t, t.testdir(), {
    scenario: [
      invited,
      respond('200 OK', { sdp: sippSdp() }),
      expectRequest('ACK'),
      sendRefer(1, 'Refer-To: <sip:+8810@premium.example>'),
      expectResponse(603),
      expectRequest('BYE'),
      respondInDialog('200 OK'),
    ].join('\n'),
  });
  const { gateway } = await startGateway(t, engine, [trunkConfig({ server: `127.0.0.1:${sipp.port}` })]);
  const leg = await makeLeg(gateway);
  let asked = 0;
  leg.on('transferAsked', () => asked++);
  leg.on('answered', () => setTimeout(() => leg.release({ q850: 16, text: '', by: 'local' }), 200));
  leg.start();
  await sipp.done();
  t.equal(asked, 0);
});
