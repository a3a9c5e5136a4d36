/**
 * RFC 5407 section 3: the races of two user agents, each by its section. The RFC's words: early, moratorium
 * (the 2xx is sent, its ACK not there), established, mortal (BYE is sent, its answer not there).
 */
import t from 'tap';
import {
  answered,
  type Bench,
  bench,
  connected,
  dialogOf,
  incoming,
  inDialog,
  outgoing,
  request,
  respond,
  response,
  tagOf,
} from './bench.ts';
import { sdp, until } from './kit.ts';

/** Everything that the application has sent so far has been heard. */
const heard = (b: Bench): Promise<string[]> => b.app.reply(b.app.send('ping'));

t.test('RFC 5407 3.1.1: an INVITE repeated while its ACK is missing is absorbed', async (t) => {
  const b = await bench(t);
  const ids = { callId: 'again', fromTag: 'f', branch: 'z9hG4bKagain' };
  const text = b.peer.request(b.to, 'INVITE', { ...ids, body: sdp() });
  respond(b.app, await request(b.app, 'INVITE'), 200, '', sdp(5000));
  const ok = await b.peer.response(200);
  b.peer.send(b.to, text);
  await until(() => b.engine.trace('INVITE sip:').length >= 2, 1000, 'the repetition');
  t.equal(b.peer.seen.filter((m) => m.status === 200).length, 1, 'the 200 goes by its own timer (RFC 6026)');
  b.clock.advance(500);
  t.equal((await b.peer.response(200)).text, ok.text);
  t.equal(b.app.frames.filter((f) => f.words[1] === 'sip' && f.sip.startsWith('INVITE')).length, 1);
});

t.test('RFC 5407 3.1.2: a CANCEL that crosses the 200 changes nothing', async (t) => {
  const b = await bench(t);
  const ids = { callId: 'late-cancel', fromTag: 'f', branch: 'z9hG4bKlate' };
  b.peer.request(b.to, 'INVITE', { ...ids, body: sdp() });
  respond(b.app, await request(b.app, 'INVITE'), 200, '', sdp(5000));
  const ok = await b.peer.response(200);
  b.peer.request(b.to, 'CANCEL', ids);
  const answer = await b.peer.next((m) => m.headers.cseq === '1 CANCEL');
  t.ok([200, 481].includes(answer.status));
  b.peer.request(b.to, 'ACK', { callId: ids.callId, fromTag: 'f', toTag: tagOf(ok.headers.to!), cseq: 1 });
  await request(b.app, 'ACK');
  t.equal(b.engine.stats().dialogs, 1, 'the call stands until the caller sends BYE');
  t.equal(b.peer.seen.filter((m) => m.status === 487).length, 0);
});

t.test('RFC 5407 3.1.3: a BYE of the early dialog that crosses the 200 ends the call', async (t) => {
  const b = await bench(t);
  const { invite, callId, fromTag } = await incoming(b);
  respond(b.app, invite, 180);
  const toTag = tagOf((await b.peer.response(180)).headers.to!);
  respond(b.app, invite, 200, '', sdp(5000));
  await b.peer.response(200);
  b.peer.request(b.to, 'BYE', { callId, fromTag, toTag, cseq: 2 });
  respond(b.app, await request(b.app, 'BYE'), 200);
  t.equal((await b.peer.next((m) => m.headers.cseq === '2 BYE')).status, 200);
  b.peer.request(b.to, 'ACK', { callId, fromTag, toTag, cseq: 1 });
  t.equal(b.engine.stats().dialogs, 0);
  const sent = b.peer.seen.length;
  b.clock.advance(10_000);
  t.equal(b.peer.seen.length, sent, 'and no 200 is repeated any more');
});

t.test('RFC 5407 3.1.4: a re-INVITE that overtakes the ACK may be tried again', async (t) => {
  const b = await bench(t);
  const { ids } = await answered(b, '', '', false);
  b.peer.request(b.to, 'INVITE', { ...ids, cseq: 2, body: sdp(4002) });
  t.equal((await b.peer.next((m) => m.headers.cseq === '2 INVITE' && m.status > 100)).status, 491);
  b.peer.request(b.to, 'ACK', { ...ids, cseq: 2 });
  b.peer.request(b.to, 'ACK', { ...ids, cseq: 1 });
  await request(b.app, 'ACK');
  b.peer.request(b.to, 'INVITE', { ...ids, cseq: 3, body: sdp(4002) });
  respond(b.app, await request(b.app, 'INVITE'), 200, '', sdp(5000));
  await b.peer.next((m) => m.headers.cseq === '3 INVITE' && m.status === 200);
});

t.test('RFC 5407 3.1.5: the same while the ACK owes the answer to our offer', async (t) => {
  const b = await bench(t);
  const { invite, callId, fromTag } = await incoming(b, '', '');
  respond(b.app, invite, 200, '', sdp(5000));
  const ids = { callId, fromTag, toTag: tagOf((await b.peer.response(200)).headers.to!) };
  b.peer.request(b.to, 'INVITE', { ...ids, cseq: 2, body: sdp(4002) });
  t.equal((await b.peer.next((m) => m.headers.cseq === '2 INVITE' && m.status > 100)).status, 491);
  b.peer.request(b.to, 'UPDATE', { ...ids, cseq: 3, body: sdp(4002) });
  t.equal((await b.peer.next((m) => m.headers.cseq === '3 UPDATE')).status, 491, 'and by UPDATE');
  b.peer.request(b.to, 'ACK', { ...ids, cseq: 1, body: sdp(4000) });
  t.ok((await request(b.app, 'ACK')).sip.endsWith(sdp(4000)));
});

t.test('RFC 5407 3.1.6: a BYE that overtakes the ACK ends the call', async (t) => {
  const b = await bench(t);
  const { ids } = await answered(b, '', '', false);
  b.peer.request(b.to, 'BYE', { ...ids, cseq: 2 });
  respond(b.app, await request(b.app, 'BYE'), 200);
  t.equal((await b.peer.next((m) => m.headers.cseq === '2 BYE')).status, 200);
  b.peer.request(b.to, 'ACK', { ...ids, cseq: 1 });
  b.clock.advance(40_000);
  t.equal(b.peer.count('BYE'), 0);
  t.equal(b.engine.stats().counts['ack.timeout'], undefined);
});

t.test('RFC 3261 15, RFC 5407 3.1: the callee’s own BYE waits for the ACK', async (t) => {
  const b = await bench(t);
  const { ids, dialog } = await answered(b, '', '', false);
  const bye = inDialog(b.app, dialog, 'BYE');
  await heard(b);
  b.clock.advance(500);
  await b.peer.response(200);
  t.equal(b.peer.count('BYE'), 0);
  b.peer.request(b.to, 'ACK', { ...ids, cseq: 1 });
  b.peer.reply(await b.peer.expect('BYE'), 200);
  t.equal((await b.app.reply(bye))[0], 'OK');
  await response(b.app, 200);
  t.equal(b.engine.stats().dialogs, 0);
});

t.test('RFC 3261 15: without the ACK the callee’s BYE goes out after 64*T1', async (t) => {
  const b = await bench(t);
  const lost = await answered(b, '', '', false);
  inDialog(b.app, lost.dialog, 'BYE');
  await heard(b);
  b.clock.advance(32_000);
  b.peer.reply(await b.peer.expect('BYE'), 200);
  await response(b.app, 200);
  t.equal(b.engine.stats().dialogs, 0);
});

t.test('RFC 3261 15: and not at all if the caller’s came first', async (t) => {
  const b = await bench(t);
  const ended = await answered(b, '', '', false);
  const waiting = inDialog(b.app, ended.dialog, 'BYE');
  t.match(
    await b.app.reply(inDialog(b.app, ended.dialog, 'BYE')),
    ['NOK', /unable to find dialog/],
    'one is enough',
  );
  b.peer.request(b.to, 'BYE', { ...ended.ids, cseq: 2 });
  respond(b.app, await request(b.app, 'BYE'), 200);
  await b.peer.next((m) => m.headers.cseq === '2 BYE');
  t.match(await b.app.reply(waiting), ['NOK', /unable to find dialog/]);
});

t.test('RFC 5407 3.2.1: two BYEs that cross are both answered 200', async (t) => {
  const b = await bench(t);
  const { ids, dialog } = await connected(b);
  inDialog(b.app, dialog, 'BYE');
  const ours = await b.peer.expect('BYE');
  b.peer.request(b.to, 'BYE', { ...ids, cseq: 1 });
  t.equal((await b.peer.next((m) => m.headers.cseq === '1 BYE')).status, 200);
  b.peer.reply(ours, 200);
  await response(b.app, 200);
  t.equal(b.engine.stats().dialogs, 0);
});

t.test('RFC 5407 3.2.2: a re-INVITE that crosses our BYE is 481, and not shown', async (t) => {
  const b = await bench(t);
  const { ids, dialog } = await connected(b);
  inDialog(b.app, dialog, 'BYE');
  const ours = await b.peer.expect('BYE');
  b.peer.request(b.to, 'INVITE', { ...ids, cseq: 1, body: sdp(5002) });
  t.equal((await b.peer.next((m) => m.headers.cseq === '1 INVITE' && m.status > 100)).status, 481);
  b.peer.reply(ours, 200);
  await response(b.app, 200);
  t.equal(b.app.frames.filter((f) => f.words[1] === 'sip' && f.sip.startsWith('INVITE')).length, 0);
});

t.test('RFC 5407 3.2.3: the 200 to our re-INVITE that meets our BYE is acknowledged', async (t) => {
  const b = await bench(t);
  const { dialog } = await connected(b);
  inDialog(b.app, dialog, 'INVITE', '', sdp(4002));
  const reinvite = await b.peer.expect('INVITE');
  inDialog(b.app, dialog, 'BYE');
  const bye = await b.peer.expect('BYE');
  b.peer.reply(reinvite, 200, { body: sdp(5002) });
  t.match((await response(b.app, 200)).sip, /CSeq: \d+ INVITE/);
  inDialog(b.app, dialog, 'ACK');
  t.equal((await b.peer.expect('ACK')).headers.cseq, reinvite.headers.cseq!.replace('INVITE', 'ACK'));
  b.peer.reply(bye, 200);
  await response(b.app, 200);
  t.equal(b.engine.stats().dialogs, 0);
});

t.test('RFC 5407 3.2.4: an ACK that comes after their BYE is let fall', async (t) => {
  const b = await bench(t);
  const { ids } = await answered(b, '', '', false);
  b.peer.request(b.to, 'BYE', { ...ids, cseq: 2 });
  respond(b.app, await request(b.app, 'BYE'), 200);
  await b.peer.next((m) => m.headers.cseq === '2 BYE');
  // The 200 of the INVITE may be repeated before its ACK comes.
  const others = (): number => b.peer.seen.filter((m) => m.headers.cseq !== '1 INVITE').length;
  const before = others();
  b.peer.request(b.to, 'ACK', { ...ids, cseq: 1 });
  await until(() => b.engine.trace('ACK sip:').length === 1, 1000, 'the ACK');
  t.equal(others(), before, 'an ACK is never answered');
});

t.test('RFC 5407 3.3.1: two re-INVITEs that cross: both are 491', async (t) => {
  const b = await bench(t);
  const { ids, dialog } = await connected(b);
  inDialog(b.app, dialog, 'INVITE', '', sdp(4002));
  const ours = await b.peer.expect('INVITE');
  b.peer.request(b.to, 'INVITE', { ...ids, cseq: 1, body: sdp(5002) });
  t.equal((await b.peer.next((m) => m.headers.cseq === '1 INVITE' && m.status > 100)).status, 491);
  b.peer.reply(ours, 491);
  t.ok(await response(b.app, 491), 'which the application hears, and waits');
  b.peer.request(b.to, 'INVITE', { ...ids, cseq: 2, body: sdp(5002) });
  respond(b.app, await request(b.app, 'INVITE'), 200, '', sdp(4000));
  await b.peer.next((m) => m.headers.cseq === '2 INVITE' && m.status === 200);
});

t.test('RFC 5407 3.3.2: an UPDATE and a re-INVITE that cross: both are 491', async (t) => {
  const b = await bench(t);
  const { ids, dialog } = await connected(b);
  inDialog(b.app, dialog, 'INVITE', '', sdp(4002));
  const reinvite = await b.peer.expect('INVITE');
  b.peer.request(b.to, 'UPDATE', { ...ids, cseq: 1, body: sdp(5002) });
  t.equal((await b.peer.next((m) => m.headers.cseq === '1 UPDATE')).status, 491);
  b.peer.reply(reinvite, 491);
  await response(b.app, 491);
  inDialog(b.app, dialog, 'UPDATE', '', sdp(4002));
  await b.peer.expect('UPDATE');
  b.peer.request(b.to, 'INVITE', { ...ids, cseq: 2, body: sdp(5002) });
  t.equal((await b.peer.next((m) => m.headers.cseq === '2 INVITE' && m.status > 100)).status, 491);
});

t.test('RFC 5407 3.3.3: a REFER that crosses our BYE is 481', async (t) => {
  const b = await bench(t);
  const { ids, dialog } = await connected(b);
  inDialog(b.app, dialog, 'BYE');
  await b.peer.expect('BYE');
  b.peer.request(b.to, 'REFER', { ...ids, cseq: 1, extra: 'Refer-To: <sip:other@example.com>\r\n' });
  t.equal((await b.peer.next((m) => m.headers.cseq === '1 REFER')).status, 481);
});

t.test('RFC 5407 appendix A: BYE of the early dialog, from the caller', async (t) => {
  const b = await bench(t);
  const { invite, callId, fromTag } = await incoming(b);
  respond(b.app, invite, 180);
  const toTag = tagOf((await b.peer.response(180)).headers.to!);
  b.peer.request(b.to, 'BYE', { callId, fromTag, toTag, cseq: 2 });
  t.equal((await b.peer.response(487)).headers.cseq, '1 INVITE', '15.1.2 of RFC 3261: what is open is ended');
  respond(b.app, await request(b.app, 'BYE'), 200);
  t.equal((await b.peer.response(200)).headers.cseq, '2 BYE');
  t.equal(b.engine.stats().dialogs, 0);
});

t.test('RFC 5407 appendix B: BYE while a re-INVITE of theirs is open', async (t) => {
  const b = await bench(t);
  const { ids } = await answered(b);
  b.peer.request(b.to, 'INVITE', { ...ids, cseq: 2, body: sdp(4002) });
  await request(b.app, 'INVITE');
  b.peer.request(b.to, 'BYE', { ...ids, cseq: 3 });
  t.equal((await b.peer.response(487)).headers.cseq, '2 INVITE');
  respond(b.app, await request(b.app, 'BYE'), 200);
  t.equal((await b.peer.next((m) => m.headers.cseq === '3 BYE')).status, 200);
});

t.test('RFC 5407 appendix C: our CANCEL is sent only after a provisional response', async (t) => {
  const b = await bench(t);
  const { invite, txn } = await outgoing(b);
  b.app.send(`sip|${txn}|`, 'CANCEL sip:x SIP/2.0\r\n\r\n');
  b.clock.advance(500);
  await b.peer.expect('INVITE');
  t.equal(b.peer.count('CANCEL'), 0);
  b.peer.reply(invite, 100);
  const cancel = await b.peer.expect('CANCEL');
  t.equal(cancel.headers.via, invite.headers.via);
  b.peer.reply(cancel, 200);
  b.peer.reply(invite, 487);
  await response(b.app, 487);
  await b.peer.expect('ACK');
});

t.test(
  'RFC 5407 appendix E: forks: each early dialog is known, the answered one stands, a second is ended',
  async (t) => {
    const b = await bench(t);
    const { invite } = await outgoing(b);
    for (const tag of ['one', 'two', 'three']) b.peer.reply(invite, 180, { tag });
    for (let i = 0; i < 3; i++) await response(b.app, 180);
    b.peer.reply(invite, 200, { tag: 'two', body: sdp(5000) });
    const ok = await response(b.app, 200);
    inDialog(b.app, dialogOf(ok), 'ACK');
    t.equal(tagOf((await b.peer.expect('ACK')).headers.to!), 'two');
    b.peer.reply(invite, 200, { tag: 'three', body: sdp(5002) });
    t.equal(tagOf((await b.peer.expect('ACK')).headers.to!), 'three');
    t.equal(tagOf((await b.peer.expect('BYE')).headers.to!), 'three');
    t.equal(b.app.frames.filter((f) => f.sip.startsWith('SIP/2.0 200')).length, 1);
  },
);
