/** RFC 3326 and RFC 6432: Reason with a Q.850 cause, both ways, in every message that ends a call. */
import t from 'tap';
import { parseReason, reasonHeader } from '../../src/sip/cause.ts';
import { answered, bench, connected, incoming, outgoing, tagOf } from './bench.ts';
import { next } from './kit.ts';

t.test('RFC 3326 2: several values, in any order and spelling; parameters in any order', async (t) => {
  t.match(parseReason('SIP ;cause=580 ;text="Precondition Failure", Q.850;cause=16;text="Terminated"'), {
    q850: 16,
    text: 'Terminated',
  });
  t.match(parseReason('Q.850 ;text="x;cause=1" ;cause=31'), { q850: 31 });
  t.match(parseReason('preemption;cause=1;text="UA Preemption"'), { text: 'UA Preemption' });
  t.equal(parseReason('SIP;cause=200').q850, undefined, 'a SIP status is no Q.850 cause');
  t.equal(parseReason('Q.850;cause=128').q850, undefined);
  t.equal(reasonHeader(17), 'Q.850;cause=17;text="User busy"');
});

t.test('RFC 3326 1, RFC 6432 3: in our BYE and in theirs', async (t) => {
  const b = await bench(t);
  const ours = await connected(b);
  ours.leg.release({ q850: 31, text: 'limit reached', by: 'local' });
  t.equal((await b.peer.expect('BYE')).headers.reason, 'Q.850;cause=31;text="limit reached"');
  const theirs = await answered(b);
  const released = next(theirs.leg, 'released');
  b.peer.request(b.to, 'BYE', {
    ...theirs.ids,
    cseq: 2,
    extra: 'Reason: Q.850;cause=27;text="out of order"\r\n',
  });
  t.match((await released)[0], { q850: 27, text: 'BYE: out of order', by: 'remote' });
});

t.test('RFC 3326 3.1: in our CANCEL and in theirs', async (t) => {
  const b = await bench(t);
  const { leg, invite } = await outgoing(b);
  const alerting = next(leg, 'alerting');
  b.peer.reply(invite, 180);
  await alerting;
  leg.release({ q850: 26, text: 'answered elsewhere', by: 'local' });
  t.equal((await b.peer.expect('CANCEL')).headers.reason, 'Q.850;cause=26;text="answered elsewhere"');
  const theirs = await incoming(b);
  const released = next(theirs.leg, 'released');
  theirs.leg.alert();
  b.peer.request(b.to, 'CANCEL', {
    ...theirs.ids,
    extra: 'Reason: SIP;cause=200;text="Call completed elsewhere"\r\nReason: Q.850;cause=26\r\n',
  });
  t.match((await released)[0], { q850: 26, sip: 487, by: 'remote' });
});

t.test('RFC 6432 3: in responses, where it stands over the status', async (t) => {
  const b = await bench(t);
  const { leg, invite } = await outgoing(b);
  const released = next(leg, 'released');
  b.peer.reply(invite, 480, { extra: 'Reason: Q.850;cause=34;text="no circuit"\r\n' });
  t.match((await released)[0], { q850: 34, sip: 480 });
  const theirs = await incoming(b);
  theirs.leg.release({ q850: 17, text: 'User busy', by: 'local' });
  t.match(await b.peer.response(), { status: 486, headers: { reason: 'Q.850;cause=17;text="User busy"' } });
  void tagOf;
});

t.test('RFC 6432 3: in a provisional response, for a refusal that tells no cause of its own', async (t) => {
  const b = await bench(t);
  for (const [extra, q850] of [
    ['', 1],
    ['Reason: SIP;cause=480\r\n', 1],
    ['Reason: Q.850;cause=27\r\n', 27],
  ] as const) {
    const { leg, invite } = await outgoing(b);
    const alerting = next(leg, 'alerting');
    const released = next(leg, 'released');
    // An announcement plays: the number does not exist.
    b.peer.reply(invite, 183, { extra: 'Reason: Q.850;cause=1;text="Unallocated number"\r\n' });
    await alerting;
    b.peer.reply(invite, 480, { extra });
    t.match((await released)[0], { q850, sip: 480, final: true });
  }
});
