/**
 * RFC 3666: call flows between SIP and the telephone network, with the gateway in its middle. The telephone side is
 * what call control does with the leg.
 */
import t from 'tap';
import { AUDIO, answered, bench, describe, incoming, outgoing, tagOf } from './bench.ts';
import { next } from './kit.ts';

t.test('RFC 3666 2 (SIP to PSTN): success: ringing heard in band, answer, the caller hangs up', async (t) => {
  const b = await bench(t);
  const { leg, ids } = await incoming(b);
  await leg.openEarlyMedia();
  t.match(await b.peer.response(183), { body: /m=audio/ });
  await leg.answer();
  const ok = await b.peer.response(200);
  const all = { callId: ids.callId, fromTag: ids.fromTag, toTag: tagOf(ok.headers.to!) };
  b.peer.request(b.to, 'ACK', { ...all, cseq: 1 });
  const released = next(leg, 'released');
  b.peer.request(b.to, 'BYE', { ...all, cseq: 2 });
  t.match((await released)[0], { q850: 16, by: 'remote' });
  t.equal((await b.peer.next((m) => m.headers.cseq === '2 BYE')).status, 200);
});

t.test('RFC 3666 2 (SIP to PSTN): the telephone network clears first', async (t) => {
  const b = await bench(t);
  const { leg } = await answered(b);
  leg.release({ q850: 16, text: 'Normal call clearing', by: 'remote' });
  t.match((await b.peer.expect('BYE')).headers.reason, /cause=16/);
});

t.test(
  'RFC 3666 2 (SIP to PSTN): an announcement of the network, then the cause it releases with',
  async (t) => {
    const b = await bench(t);
    const { leg } = await incoming(b);
    await leg.openEarlyMedia();
    await b.peer.response(183);
    leg.release({ q850: 1, text: 'Unallocated number', by: 'remote' });
    t.match(await b.peer.response(404), { headers: { reason: /Q\.850;cause=1;/ } });
  },
);

t.test('RFC 3666 2 (SIP to PSTN): released with a cause before anything is heard', async (t) => {
  const b = await bench(t);
  for (const [q850, status] of [
    [17, 486],
    [34, 480],
    [28, 484],
    [27, 502],
  ] as const) {
    const { leg, ids } = await incoming(b);
    leg.release({ q850, text: '', by: 'remote' });
    const refused = await b.peer.response();
    t.match(refused, { status, headers: { reason: new RegExp(`Q\\.850;cause=${q850};`) } });
    b.peer.request(b.to, 'ACK', { ...ids, toTag: tagOf(refused.headers.to!) });
  }
});

t.test('RFC 3666 2 (SIP to PSTN): nobody answers, the caller abandons', async (t) => {
  const b = await bench(t);
  const { leg, ids } = await incoming(b);
  leg.alert();
  await b.peer.response(180);
  const released = next(leg, 'released');
  b.peer.request(b.to, 'CANCEL', ids);
  t.equal((await b.peer.response(200)).headers.cseq, '1 CANCEL');
  t.equal((await b.peer.response(487)).headers.cseq, '1 INVITE');
  t.match((await released)[0], { sip: 487, by: 'remote' });
});

t.test('RFC 3666 3 (PSTN to SIP): ringing, answer, the called hangs up with a cause', async (t) => {
  const b = await bench(t);
  const { leg, invite, ids } = await outgoing(b);
  const alerting = next(leg, 'alerting');
  b.peer.reply(invite, 180);
  t.equal((await alerting)[0], false);
  const up = next(leg, 'answered');
  b.peer.reply(invite, 200, { body: describe(AUDIO) });
  await up;
  const released = next(leg, 'released');
  b.peer.request(b.to, 'BYE', { ...ids, cseq: 1, extra: 'Reason: Q.850;cause=31\r\n' });
  t.match((await released)[0], { q850: 31 });
});

t.test('RFC 3666 3 (PSTN to SIP): answered at once, without ringing', async (t) => {
  const b = await bench(t);
  const { leg, invite } = await outgoing(b);
  const up = next(leg, 'answered');
  b.peer.reply(invite, 200, { body: describe(AUDIO) });
  await up;
  await b.peer.expect('ACK');
});

t.test(
  'RFC 3666 3 (PSTN to SIP): no sign of life: recovery on timer expiry, and the next route',
  async (t) => {
    const b = await bench(t, { noAnswerMs: 500 });
    const { leg } = await outgoing(b);
    const [cause] = await next(leg, 'released');
    t.match(cause, { q850: 102, sip: 408, by: 'local' });
    t.equal(cause.final, undefined);
  },
);

t.test('RFC 3666 3 (PSTN to SIP): the caller hangs up while it rings', async (t) => {
  const b = await bench(t);
  const { leg, invite } = await outgoing(b);
  const alerting = next(leg, 'alerting');
  b.peer.reply(invite, 180);
  await alerting;
  leg.release({ q850: 16, text: 'Normal call clearing', by: 'local' });
  const cancel = await b.peer.expect('CANCEL');
  t.match(cancel.headers, { reason: /cause=16/, cseq: invite.headers.cseq!.replace('INVITE', 'CANCEL') });
});

t.test('RFC 3666 3 (PSTN to SIP): what refusals mean to the telephone network', async (t) => {
  const b = await bench(t);
  for (const [status, q850] of [
    [486, 17],
    [404, 1],
    [480, 18],
    [503, 41],
    [484, 28],
    [603, 21],
  ] as const) {
    const { leg, invite } = await outgoing(b);
    const released = next(leg, 'released');
    b.peer.reply(invite, status);
    t.match((await released)[0], { q850, sip: status });
  }
});
