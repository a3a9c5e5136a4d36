/** RFC 3311: UPDATE, in early and in confirmed dialogs. */
import t from 'tap';
import {
  answered,
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
import { sdp } from './kit.ts';

t.test('RFC 3311 5.1: before the answer, within the early dialog, both ways', async (t) => {
  const b = await bench(t);
  const { invite, cseq } = await outgoing(b);
  b.peer.reply(invite, 183, { tag: 'early', body: sdp(5000) });
  const early = await response(b.app, 183);
  inDialog(b.app, dialogOf(early), 'UPDATE', '', sdp(4002));
  const update = await b.peer.expect('UPDATE');
  t.match(update.headers, { cseq: `${cseq + 1} UPDATE`, to: /tag=early/, contact: /^<sip:/ });
  t.equal(update.body, sdp(4002));
  b.peer.reply(update, 200, { body: sdp(5002) });
  t.ok((await response(b.app, 200)).sip.endsWith(sdp(5002)));
  const theirs = {
    callId: invite.headers['call-id']!,
    fromTag: 'early',
    toTag: tagOf(invite.headers.from!),
  };
  b.peer.request(b.to, 'UPDATE', { ...theirs, cseq: 1, body: sdp(5004) });
  const frame = await request(b.app, 'UPDATE');
  t.equal(dialogOf(frame), dialogOf(early));
  respond(b.app, frame, 200, '', sdp(4002));
  const ok = await b.peer.response(200);
  t.match(ok, { body: sdp(4002), headers: { cseq: '1 UPDATE' } });
});

t.test('RFC 3311 5.2: a second one before the answer to the first is 500 with Retry-After', async (t) => {
  const b = await bench(t);
  const { ids } = await answered(b);
  b.peer.request(b.to, 'UPDATE', { ...ids, cseq: 2, body: sdp() });
  const first = await request(b.app, 'UPDATE');
  b.peer.request(b.to, 'UPDATE', { ...ids, cseq: 3, body: sdp() });
  t.match(await b.peer.next((m) => m.headers.cseq === '3 UPDATE'), {
    status: 500,
    headers: { 'retry-after': /^\d$/ },
  });
  b.peer.request(b.to, 'INVITE', { ...ids, cseq: 4, body: sdp() });
  t.equal((await b.peer.next((m) => m.headers.cseq === '4 INVITE')).status, 500, 'nor a re-INVITE');
  respond(b.app, first, 200, '', sdp(5000));
  t.equal((await b.peer.next((m) => m.headers.cseq === '2 UPDATE')).status, 200);
  b.peer.request(b.to, 'UPDATE', { ...ids, cseq: 5, body: sdp() });
  respond(b.app, await request(b.app, 'UPDATE'), 488);
  t.equal((await b.peer.next((m) => m.headers.cseq === '5 UPDATE')).status, 488);
  b.peer.request(b.to, 'UPDATE', { ...ids, cseq: 6, body: sdp() });
  await request(b.app, 'UPDATE');
});

t.test('RFC 3311 5.2: an offer that meets an offer of ours is 491; without one it passes', async (t) => {
  const b = await bench(t);
  const { ids, dialog } = await connected(b);
  inDialog(b.app, dialog, 'UPDATE', '', sdp(4002));
  const ours = await b.peer.expect('UPDATE');
  b.peer.request(b.to, 'UPDATE', { ...ids, cseq: 1, body: sdp(5002) });
  t.equal((await b.peer.next((m) => m.headers.cseq === '1 UPDATE')).status, 491);
  b.peer.request(b.to, 'INVITE', { ...ids, cseq: 2, body: sdp(5002) });
  t.equal((await b.peer.next((m) => m.headers.cseq === '2 INVITE')).status, 491);
  b.peer.request(b.to, 'UPDATE', { ...ids, cseq: 3 });
  respond(b.app, await request(b.app, 'UPDATE'), 200);
  t.equal((await b.peer.next((m) => m.headers.cseq === '3 UPDATE')).status, 200);
  b.peer.reply(ours, 200, { body: sdp(5000) });
  await response(b.app, 200);
  b.peer.request(b.to, 'UPDATE', { ...ids, cseq: 4, body: sdp(5002) });
  respond(b.app, await request(b.app, 'UPDATE'), 200, '', sdp(4002));
  t.equal((await b.peer.next((m) => m.headers.cseq === '4 UPDATE')).status, 200);
});

t.test('RFC 3311 5.2: while our re-INVITE is open an offer by UPDATE is 491', async (t) => {
  const b = await bench(t);
  const { ids, dialog } = await connected(b);
  inDialog(b.app, dialog, 'INVITE', '', sdp(4002));
  await b.peer.expect('INVITE');
  b.peer.request(b.to, 'UPDATE', { ...ids, cseq: 1, body: sdp(5002) });
  t.equal((await b.peer.next((m) => m.headers.cseq === '1 UPDATE')).status, 491);
});

t.test('RFC 3311 5.2: before the first offer has its answer, another by UPDATE is 500', async (t) => {
  const b = await bench(t);
  const { invite, callId, fromTag } = await incoming(b);
  respond(b.app, invite, 180);
  const ids = { callId, fromTag, toTag: tagOf((await b.peer.response(180)).headers.to!) };
  b.peer.request(b.to, 'UPDATE', { ...ids, cseq: 2, body: sdp(4002) });
  t.equal((await b.peer.next((m) => m.headers.cseq === '2 UPDATE')).status, 500);
  b.peer.request(b.to, 'UPDATE', { ...ids, cseq: 3 });
  respond(b.app, await request(b.app, 'UPDATE'), 200);
  await b.peer.next((m) => m.headers.cseq === '3 UPDATE');
});

t.test('RFC 3311 5.1: the Contact of an UPDATE and of its 2xx is the new target', async (t) => {
  const b = await bench(t);
  const { ids, dialog } = await connected(b);
  b.peer.request(b.to, 'UPDATE', { ...ids, cseq: 1, contact: `<sip:moved@${b.peer.address}>` });
  respond(b.app, await request(b.app, 'UPDATE'), 200);
  await b.peer.response(200);
  inDialog(b.app, dialog, 'UPDATE');
  const update = await b.peer.expect('UPDATE');
  t.match(update.text, /^UPDATE sip:moved@/);
  b.peer.reply(update, 200, { extra: '' });
  await response(b.app, 200);
  inDialog(b.app, dialog, 'INFO');
  t.match((await b.peer.expect('INFO')).text, /^INFO sip:peer@/, 'what the 2xx named');
});

t.test('RFC 3311 5.2: outside of a dialog it is 481', async (t) => {
  const b = await bench(t);
  b.peer.request(b.to, 'UPDATE', { body: sdp() });
  t.equal((await b.peer.response()).status, 481);
});
