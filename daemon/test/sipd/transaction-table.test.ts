import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { Repeater } from '../../src/sipd/dialog/invite-2xx.ts';
import { LenienceCounter } from '../../src/sipd/message/limits.ts';
import type { SipMessage } from '../../src/sipd/message/message.ts';
import { parseText } from '../../src/sipd/message/parse.ts';
import { type ClientTransaction, cancelOf } from '../../src/sipd/transaction/client.ts';
import { TransactionTable } from '../../src/sipd/transaction/table.ts';
import type { Flow } from '../../src/sipd/transport/flow.ts';
import type { Any } from './kit.ts';

const flow = {
  proto: 'udp',
  local: { host: '10.0.0.1', port: 5060 },
  remote: { host: '10.0.0.2', port: 5062 },
  open: true,
  connected: true,
  send() {},
} as Flow;

function message(text: string): SipMessage {
  const result = parseText(text, new LenienceCounter());
  if (!result.ok) throw new Error(result.text);
  return result.message;
}

const request = (
  method: string,
  o: { branch?: string; via?: string; to?: string; cseq?: string; uri?: string } = {},
): SipMessage =>
  message(
    `${method} ${o.uri ?? 'sip:a@b'} SIP/2.0\r\nVia: SIP/2.0/UDP ${o.via ?? '10.0.0.2:5062'};branch=${o.branch ?? 'z9hG4bK1'}\r\n` +
      `From: <sip:x@y>;tag=f\r\nTo: <sip:a@b>${o.to ?? ''}\r\nCall-ID: c\r\nCSeq: ${o.cseq ?? '1'} ${method}\r\nContent-Length: 0\r\n\r\n`,
  );

function table() {
  const clock = new FakeClock();
  const sent: [number, string][] = [];
  const first = (text: string): string => text.split('\r\n')[0]!;
  const tab = new TransactionTable(
    clock,
    undefined,
    { serverBytes: 1e6, serverTransactions: 3, clientTransactions: 3 },
    {
      transmit: (_flow, text) => void sent.push([clock.now(), first(text)]),
      reply: (_m, _flow, text) => void sent.push([clock.now(), first(text)]),
    },
  );
  return { clock, sent, tab };
}

t.test('a lost INVITE is sent at exactly these instants, then given up, and nothing is left', async (t) => {
  const { clock, sent, tab } = table();
  const told: [number, string][] = [];
  tab.send({ method: 'INVITE', text: 'INVITE sip:a@b SIP/2.0\r\n\r\n', branch: 'z9hG4bKx' }, flow, {
    response() {},
    timeout: () => void told.push([clock.now(), 'timeout']),
    failed() {},
  });
  clock.advance(60_000);
  t.same(
    sent.map((s) => s[0]),
    [0, 500, 1500, 3500, 7500, 15_500, 31_500],
  );
  t.same(told, [[32_000, 'timeout']]);
  t.same(tab.sizes, { server: 0, client: 0 });
  t.equal(clock.pending, 0);
});

t.test('requests find their transaction by branch, sent-by and method (17.2.3)', async (t) => {
  const { tab } = table();
  const tx = tab.serve(request('INVITE'), flow);
  t.equal(tab.findServer(request('INVITE')), tx);
  t.equal(tab.findServer(request('ACK')), tx, 'ACK finds its INVITE');
  t.equal(tab.findServer(request('CANCEL')), undefined);
  t.equal(tab.findCancelled(request('CANCEL')), tx);
  t.equal(
    tab.findServer(request('INVITE', { via: '10.0.0.3:5062' })),
    undefined,
    'another sent-by, as a spoofer or a loop has',
  );
  t.equal(tab.findServer(request('INVITE', { branch: 'z9hG4bK2' })), undefined);
});

t.test('RFC 2543 peers without a magic branch are told apart by what they repeat', async (t) => {
  const { tab } = table();
  const tx = tab.serve(request('INVITE', { branch: '1' }), flow);
  t.equal(tab.findServer(request('INVITE', { branch: '1' })), tx);
  t.equal(tab.findServer(request('ACK', { branch: '1', to: ';tag=ours' })), tx, 'its ACK has a To tag');
  t.equal(tab.findServer(request('INVITE', { branch: '1', cseq: '2' })), undefined);
});

t.test('the same request by two ways is a merged one (8.2.2.2)', async (t) => {
  const { tab } = table();
  const tx = tab.serve(request('INVITE'), flow);
  t.ok(tab.isMerged(request('INVITE', { branch: 'z9hG4bK2' })));
  t.notOk(tab.isMerged(request('INVITE', { branch: 'z9hG4bK2', cseq: '2' })));
  tx.respond(401, 'SIP/2.0 401 Unauthorized\r\n\r\n');
  t.notOk(tab.isMerged(request('INVITE', { branch: 'z9hG4bK2' })), 'after a refusal it is a new try');
});

t.test('tables are bounded and empty themselves', async (t) => {
  const { clock, tab } = table();
  for (let i = 0; i < 3; i++)
    tab.serve(request('OPTIONS', { branch: `z9hG4bK${i}` }), flow).respond(200, 'x');
  t.ok(tab.full);
  clock.advance(32_000);
  t.notOk(tab.full);
  t.equal(clock.pending, 0);
});

t.test('ACK and CANCEL repeat the INVITE’s Via, URI, Route, From, Call-ID and number', async (t) => {
  const { tab, sent } = table();
  const text =
    'INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKq;rport\r\nRoute: <sip:p;lr>\r\nMax-Forwards: 69\r\n' +
    'From: <sip:x@y>;tag=f\r\nTo: <sip:a@b>\r\nCall-ID: c\r\nCSeq: 7 INVITE\r\nAuthorization: Digest x\r\nContact: <sip:x@y>\r\nContent-Length: 0\r\n\r\n';
  const cancel = cancelOf({ method: 'INVITE', text, branch: 'z9hG4bKq' }, 'Reason: SIP;cause=200\r\n').text;
  t.equal(
    cancel,
    'CANCEL sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKq;rport\r\nRoute: <sip:p;lr>\r\nMax-Forwards: 70\r\n' +
      'From: <sip:x@y>;tag=f\r\nTo: <sip:a@b>\r\nCall-ID: c\r\nCSeq: 7 CANCEL\r\nReason: SIP;cause=200\r\nContent-Length: 0\r\n\r\n',
  );
  let passed: SipMessage | undefined;
  const tx: ClientTransaction = tab.send({ method: 'INVITE', text, branch: 'z9hG4bKq' }, flow, {
    response: (m) => (passed = m),
    timeout() {},
    failed() {},
  });
  const busy = message(
    'SIP/2.0 486 Busy\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKq\r\nFrom: <sip:x@y>;tag=f\r\nTo: <sip:a@b>;tag=t\r\nCall-ID: c\r\nCSeq: 7 INVITE\r\nContent-Length: 0\r\n\r\n',
  );
  t.equal(tab.findClient(busy), tx);
  tx.receive(busy, flow);
  t.equal(passed as Any, busy);
  t.equal(sent.at(-1)![1], 'ACK sip:a@b SIP/2.0');
});

t.test(
  'a 2xx is repeated at T1, doubling to T2, for 64*T1; a reliable 1xx doubles without end',
  async (t) => {
    for (const [capped, expected] of [
      [true, [500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]],
      [false, [500, 1500, 3500, 7500, 15_500, 31_500]],
    ] as const) {
      const { clock, tab } = table();
      const at: number[] = [];
      let gaveUp = 0;
      const r = new Repeater(clock, tab.timing, {
        capped,
        send: () => at.push(clock.now()),
        gaveUp: () => (gaveUp = clock.now()),
      });
      clock.advance(100_000);
      t.same(at, expected);
      t.equal(gaveUp, 32_000);
      t.notOk(r.running);
      t.equal(clock.pending, 0);
    }
  },
);

t.test(
  'a settled exchange: its repetitions get the same response for 64*T1, and it costs no transaction',
  async (t) => {
    const { clock, sent, tab } = table();
    const bye = request('BYE', { to: ';tag=t' });
    const tx = tab.serve(bye, flow);
    tx.settle();
    t.equal(tab.sizes.server, 1, 'not before its final response');
    tx.respond(200, 'SIP/2.0 200 OK\r\n\r\n');
    tx.settle();
    t.equal(tab.sizes.server, 0);
    t.notOk(tab.full);
    clock.advance(31_999);
    t.ok(tab.repeated(bye, flow));
    t.same(sent, [
      [0, 'SIP/2.0 200 OK'],
      [31_999, 'SIP/2.0 200 OK'],
    ]);
    clock.advance(1);
    t.notOk(tab.repeated(bye, flow), 'then it is another request');
    t.equal(sent.length, 2);
  },
);

t.test(
  'a settled INVITE: repetitions and late ACKs are absorbed, the same by another way is merged',
  async (t) => {
    const { clock, sent, tab } = table();
    const invite = request('INVITE');
    const tx = tab.serve(invite, flow);
    tx.respond(200, 'SIP/2.0 200 OK\r\n\r\n');
    tx.settle();
    t.equal(tab.findServer(invite), undefined);
    t.ok(tab.repeated(invite, flow));
    t.ok(tab.repeated(request('ACK', { to: ';tag=t' }), flow));
    t.equal(sent.length, 1, 'nothing more is sent');
    const otherWay = request('INVITE', { branch: 'z9hG4bK2' });
    t.notOk(tab.repeated(otherWay, flow));
    t.ok(tab.isMerged(otherWay));
    clock.advance(32_000);
    t.notOk(tab.isMerged(otherWay));

    const refused = tab.serve(request('INVITE', { branch: 'z9hG4bK3' }), flow);
    refused.respond(486, 'SIP/2.0 486 Busy Here\r\n\r\n');
    refused.settle();
    t.equal(tab.sizes.server, 1, 'a refusal is repeated until its ACK comes');
    tab.close();
  },
);

t.test('settled exchanges are bounded: of more than the limit the newest are kept', async (t) => {
  const { tab } = table();
  const requests = Array.from({ length: 7 }, (_, i) => request('OPTIONS', { branch: `z9hG4bKo${i}` }));
  for (const options of requests) {
    const tx = tab.serve(options, flow);
    tx.respond(200, 'SIP/2.0 200 OK\r\n\r\n');
    tx.settle();
  }
  t.same(
    requests.map((options) => tab.repeated(options, flow)),
    [false, false, false, false, true, true, true],
  );
  tab.close();
});
