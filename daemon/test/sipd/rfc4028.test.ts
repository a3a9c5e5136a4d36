/** RFC 4028: session timers. What has a clock of its own and no application to ask; see session-timer.test.ts too. */
import t from 'tap';
import { delayOf } from '../../src/sipd/dialog/session-timer.ts';
import {
  answered,
  type Bench,
  bench,
  connected,
  incoming,
  inDialog,
  outgoing,
  request,
  respond,
  response,
} from './bench.ts';
import { sdp, until } from './kit.ts';
import type { Seen } from './peer.ts';

const TIMER = 'Supported: timer\r\n';

/** The engine has seen what the peer sent. */
const settled = (b: Bench, text: string, times: number): Promise<void> =>
  until(() => b.engine.trace(text).length >= times, 1000, text);

t.test('RFC 4028 7.3: 422 goes to the application, which asks for longer; Min-SE is kept to', async (t) => {
  const b = await bench(t);
  const ids = 'Call-ID: longer\r\nFrom: <sip:us@localhost>;tag=us\r\n';
  const first = await outgoing(b, `${ids}CSeq: 1 INVITE\r\n${TIMER}Session-Expires: 90\r\n`);
  b.peer.reply(first.invite, 422, { extra: 'Min-SE: 300\r\n' });
  t.match((await response(b.app, 422)).sip, /Min-SE: 300/);
  await b.peer.expect('ACK');
  const second = await outgoing(b, `${ids}CSeq: 2 INVITE\r\n${TIMER}Session-Expires: 300\r\nMin-SE: 300\r\n`);
  t.match(second.invite.headers, { 'call-id': 'longer', cseq: '2 INVITE', 'min-se': '300' });
});

t.test('RFC 4028 7.3: a refresh of the engine that is answered 422 goes out again, longer', async (t) => {
  const b = await bench(t);
  const asked = `Allow: UPDATE\r\nSession-Expires: 100;refresher=uac\r\nRequire: timer\r\n`;
  await connected(b, `${TIMER}Session-Expires: 100\r\n`, asked);
  b.clock.advance(50_000);
  b.peer.reply(await b.peer.expect('UPDATE'), 422, { extra: 'Min-SE: 200\r\n' });
  const again = await b.peer.expect('UPDATE');
  t.match(again.headers, { 'session-expires': '200;refresher=uac', 'min-se': '200' });
  b.peer.reply(again, 200, { extra: 'Session-Expires: 200;refresher=uac\r\n' });
  await settled(b, 'Session-Expires: 200;refresher=uac', 2);
  b.clock.advance(99_000);
  t.equal(b.peer.count('UPDATE'), 2);
  b.clock.advance(1000);
  t.equal((await b.peer.expect('UPDATE')).headers['min-se'], '200', '7.4: for the rest of the dialog');
});

t.test('RFC 4028 7.4: a refresh that meets another offer waits its turn', async (t) => {
  const b = await bench(t);
  const asked = `Allow: UPDATE\r\nSession-Expires: 110;refresher=uac\r\nRequire: timer\r\n`;
  const { ids } = await connected(b, `${TIMER}Session-Expires: 110\r\n`, asked);
  b.peer.request(b.to, 'INVITE', { ...ids, cseq: 1, body: sdp(5002) });
  const theirs = await request(b.app, 'INVITE');
  b.clock.advance(55_000);
  t.equal(b.peer.count('UPDATE'), 0, 'not while their INVITE is open');
  respond(b.app, theirs, 488);
  await b.peer.response(488);
  b.peer.request(b.to, 'ACK', { ...ids, cseq: 1 });
  b.clock.advance(4000);
  b.peer.reply(await b.peer.expect('UPDATE'), 491);
  await settled(b, 'SIP/2.0 491', 1);
  b.clock.advance(4000);
  b.peer.reply(await b.peer.expect('UPDATE'), 500);
  await settled(b, 'SIP/2.0 500', 1);
  b.clock.advance(10_000);
  b.peer.reply(await b.peer.expect('UPDATE'), 200, { extra: 'Session-Expires: 110;refresher=uac\r\n' });
  await settled(b, 'SIP/2.0 200 X', 2);
  b.clock.advance(54_000);
  t.equal(b.peer.count('BYE'), 0, 'the session goes on');
});

t.test('RFC 4028 7.4: a peer that does not know UPDATE after all is refreshed by re-INVITE', async (t) => {
  const b = await bench(t);
  const asked = `Allow: UPDATE\r\nSession-Expires: 100;refresher=uac\r\nRequire: timer\r\n`;
  await connected(b, `${TIMER}Session-Expires: 100\r\n`, asked);
  b.clock.advance(50_000);
  b.peer.reply(await b.peer.expect('UPDATE'), 501, { extra: 'Allow: INVITE, ACK, BYE\r\n' });
  await settled(b, 'SIP/2.0 501', 1);
  b.clock.advance(10_000);
  const invite = await b.peer.expect('INVITE');
  t.equal(invite.body, sdp(), 'with the session description as it stands');
  b.peer.reply(invite, 200, { extra: asked, body: sdp(5000) });
  await b.peer.expect('ACK');
});

t.test('RFC 4028 7.4: a re-INVITE of the application goes on with the timer and its roles', async (t) => {
  const b = await bench(t);
  const { dialog } = await connected(
    b,
    `${TIMER}Session-Expires: 120\r\n`,
    'Session-Expires: 120;refresher=uas\r\nRequire: timer\r\n',
  );
  b.clock.advance(60_000);
  inDialog(b.app, dialog, 'INVITE', '', sdp(4002));
  const invite = await b.peer.expect('INVITE');
  t.match(invite.headers, { 'session-expires': '120;refresher=uas', supported: 'timer' });
  b.peer.reply(invite, 200, {
    extra: 'Session-Expires: 120;refresher=uas\r\nRequire: timer\r\n',
    body: sdp(5000),
  });
  await response(b.app, 200);
  inDialog(b.app, dialog, 'ACK');
  await b.peer.expect('ACK');
  b.clock.advance(87_000);
  t.equal(b.peer.count('BYE'), 0, 'it was a refresh');
  b.clock.advance(2000);
  t.match((await b.peer.expect('BYE')).headers.reason, /Session expired/);
});

t.test('RFC 3261 14.1, C07: an offer that was refused is not what a refresh repeats', async (t) => {
  const b = await bench(t);
  const asked = 'Session-Expires: 100;refresher=uac\r\nRequire: timer\r\nAllow: INVITE, ACK, BYE\r\n';
  const { dialog } = await connected(b, `${TIMER}Session-Expires: 100\r\n`, asked);
  const image = sdp().replace(/m=audio (\d+) .*/, 'm=image $1 udptl t38');
  inDialog(b.app, dialog, 'INVITE', '', image);
  const offered = await b.peer.expect('INVITE');
  t.match(offered.body, /m=image/);
  b.peer.reply(offered, 488);
  await b.peer.expect('ACK');
  await response(b.app, 488);
  b.clock.advance(50_000);
  const refresh = await b.peer.expect('INVITE');
  t.equal(refresh.body, sdp(), 'the description in force');
  b.peer.reply(refresh, 200, { extra: asked, body: sdp(5000) });
  await b.peer.expect('ACK');
  inDialog(b.app, dialog, 'INVITE', '', image);
  b.peer.reply(await b.peer.expect('INVITE'), 200, { extra: asked, body: image });
  await response(b.app, 200);
  inDialog(b.app, dialog, 'ACK');
  await b.peer.expect('ACK');
  b.clock.advance(50_000);
  t.equal((await b.peer.expect('INVITE')).body, image, 'which T.38 is once it is taken');
});

t.test('RFC 4028 7.2: a peer that drops the timer is not waited for', async (t) => {
  const b = await bench(t);
  const { dialog } = await connected(
    b,
    `${TIMER}Session-Expires: 120\r\n`,
    'Allow: UPDATE\r\nSession-Expires: 120;refresher=uas\r\nRequire: timer\r\n',
  );
  inDialog(b.app, dialog, 'UPDATE');
  b.peer.reply(await b.peer.expect('UPDATE'), 200);
  await response(b.app, 200);
  b.clock.advance(60_000);
  const refresh = await b.peer.expect('UPDATE');
  t.equal(refresh.headers['session-expires'], '120;refresher=uac', 'we refresh in its place');
});

t.test('RFC 4028 9: who refreshes, by what the caller supports and asks (table 2)', async (t) => {
  const b = await bench(t);
  const rows: [string, string | undefined, string | undefined][] = [
    ['', undefined, undefined],
    [TIMER, undefined, undefined],
    [`${TIMER}Session-Expires: 600\r\n`, '600;refresher=uac', 'timer'],
    [`${TIMER}Session-Expires: 600;refresher=uac\r\n`, '600;refresher=uac', 'timer'],
    [`${TIMER}Session-Expires: 600;refresher=uas\r\n`, '600;refresher=uas', undefined],
    ['Session-Expires: 600\r\n', '600;refresher=uas', undefined],
    ['Session-Expires: 50\r\n', '90;refresher=uas', undefined],
    [`${TIMER}x: 600\r\nMin-SE: 900\r\n`, '900;refresher=uac', 'timer'],
  ];
  for (const [lines, expires, require] of rows) {
    const { ok } = await answered(b, lines);
    t.equal(ok.headers['session-expires'], expires, JSON.stringify(lines));
    t.equal(ok.headers.require, require, JSON.stringify(lines));
  }
});

t.test('RFC 4028 9: 422 with Min-SE only to who understands it; also to UPDATE and re-INVITE', async (t) => {
  const b = await bench(t);
  const short = `${TIMER}Session-Expires: 60\r\n`;
  b.peer.request(b.to, 'INVITE', { extra: short, body: sdp() });
  t.match(await b.peer.response(), { status: 422, headers: { 'min-se': '90' } });
  const { ids } = await answered(b);
  for (const [i, method] of ['UPDATE', 'INVITE'].entries()) {
    b.peer.request(b.to, method, { ...ids, cseq: 2 + i, extra: short });
    t.equal((await b.peer.next((m) => m.headers.cseq === `${2 + i} ${method}`)).status, 422);
  }
});

t.test('RFC 4028 9: the terms that the application writes into its 2xx are kept to', async (t) => {
  const b = await bench(t);
  const { ok } = await answered(
    b,
    `Allow: UPDATE\r\n${TIMER}Session-Expires: 1800\r\n`,
    'Session-Expires: 200;refresher=uas\r\n',
  );
  t.equal(ok.headers['session-expires'], '200;refresher=uas');
  b.clock.advance(100_000);
  t.equal((await b.peer.expect('UPDATE')).headers['session-expires'], '200;refresher=uac');
});

t.test('RFC 4028 9: a re-INVITE that is silent about the timer does not end it', async (t) => {
  const b = await bench(t);
  const { ids } = await answered(b, `${TIMER}Session-Expires: 120\r\n`);
  b.clock.advance(60_000);
  b.peer.request(b.to, 'INVITE', { ...ids, cseq: 2, extra: TIMER, body: sdp() });
  respond(b.app, await request(b.app, 'INVITE'), 200, '', sdp(5000));
  const ok = await b.peer.next((m) => m.headers.cseq === '2 INVITE' && m.status === 200);
  t.match(ok.headers, { 'session-expires': '120;refresher=uac', require: 'timer' });
  b.peer.request(b.to, 'ACK', { ...ids, cseq: 2 });
  await request(b.app, 'ACK');
  b.clock.advance(87_000);
  t.equal(b.peer.count('BYE'), 0);
  b.clock.advance(2000);
  b.peer.reply(await b.peer.expect('BYE'), 200);
});

t.test('RFC 4028 10: BYE a third of the interval, at most 32 s, before the end', async (t) => {
  for (const [interval, bye] of [
    [90, 60],
    [120, 88],
    [1800, 1768],
  ] as const) {
    const b = await bench(t);
    await answered(b, `${TIMER}Session-Expires: ${interval};refresher=uac\r\n`);
    b.clock.advance(bye * 1000 - 1);
    t.equal(b.engine.trace('BYE sip:').length, 0, `${interval}: not yet`);
    b.clock.advance(1);
    const sent: Seen = await b.peer.expect('BYE');
    t.match(sent.headers.reason, /Session expired/);
    t.match((await b.app.next((f) => f.words[8] === 'unsolicited')).sip, /^BYE/);
  }
});

t.test('RFC 4028 4: an interval longer than any timer is no interval of nothing', async (t) => {
  t.equal(delayOf(90), 90_000);
  t.equal(delayOf(4_294_967_295), 2 ** 31 - 1, 'Node fires what is longer at once');
});

t.test('RFC 4028 10: a refresh without an answer, or with 481, ends the session', async (t) => {
  const asked = `Allow: UPDATE\r\nSession-Expires: 100;refresher=uac\r\nRequire: timer\r\n`;
  for (const status of [481, 0]) {
    const b = await bench(t);
    await connected(b, `${TIMER}Session-Expires: 100\r\n`, asked);
    b.clock.advance(50_000);
    const update = await b.peer.expect('UPDATE');
    if (status) b.peer.reply(update, status);
    else b.clock.advance(32_000);
    t.match((await b.peer.expect('BYE')).headers.reason, /Session expired/, `${status}`);
  }
});

t.test('RFC 4028 8.1, 9: an INVITE without a timer runs none', async (t) => {
  const b = await bench(t);
  await answered(b, TIMER);
  await incoming(b);
  b.clock.advance(10_000);
  t.equal(b.peer.count('BYE') + b.peer.count('UPDATE'), 0);
});
