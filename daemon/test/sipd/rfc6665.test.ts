/**
 * RFC 6665, 3515, 3891, 3892, 4488, 5589 and, as packages, 3842 and 4235: subscriptions, transfers and what their
 * headers say, as far as the engine has a part in it. The application decides on all of it.
 */
import t from 'tap';
import {
  answered,
  bench,
  connected,
  dialogOf,
  incoming,
  inDialog,
  request,
  respond,
  response,
  tagOf,
} from './bench.ts';
import { sdp } from './kit.ts';

const ACTIVE = 'Subscription-State: active;expires=60\r\n';
const OVER = 'Subscription-State: terminated;reason=timeout\r\n';

/** A subscription of ours at the peer. */
async function subscribing(b: Awaited<ReturnType<typeof bench>>, event: string) {
  b.app.send('sip||', `SUBSCRIBE sip:1@${b.peer.address} SIP/2.0\r\nEvent: ${event}\r\nExpires: 60\r\n\r\n`);
  const subscribe = await b.peer.expect('SUBSCRIBE');
  const ids = {
    callId: subscribe.headers['call-id']!,
    fromTag: 'peer',
    toTag: tagOf(subscribe.headers.from!),
  };
  return { subscribe, ids };
}

for (const [rfc, event] of [
  ['RFC 3842 3', 'message-summary'],
  ['RFC 4235 3', 'dialog'],
] as const)
  t.test(`${rfc}, RFC 6665 4.1: a subscription to ${event}, its notices, refresh and end`, async (t) => {
    const b = await bench(t);
    const { subscribe, ids } = await subscribing(b, event);
    t.match(subscribe.headers, { event, expires: '60', contact: /^<sip:/ });
    b.peer.reply(subscribe, 200, { extra: 'Expires: 60\r\n' });
    const dialog = dialogOf(await response(b.app, 200));
    b.peer.request(b.to, 'NOTIFY', { ...ids, cseq: 1, extra: `Event: ${event}\r\n${ACTIVE}` });
    const notice = await request(b.app, 'NOTIFY');
    t.equal(dialogOf(notice), dialog);
    respond(b.app, notice, 200);
    await b.peer.next((m) => m.headers.cseq === '1 NOTIFY');
    inDialog(b.app, dialog, 'SUBSCRIBE', `Event: ${event}\r\nExpires: 60\r\n`);
    const again = await b.peer.expect('SUBSCRIBE');
    t.equal(tagOf(again.headers.to!), 'peer', '4.1.2.2: within the dialog');
    b.peer.reply(again, 200);
    await response(b.app, 200);
    b.peer.request(b.to, 'NOTIFY', { ...ids, cseq: 2, extra: `Event: ${event}\r\n${OVER}` });
    respond(b.app, await request(b.app, 'NOTIFY'), 200);
    await b.peer.next((m) => m.headers.cseq === '2 NOTIFY');
    t.equal(b.engine.stats().dialogs, 0, '4.1.3: it ends with the notice that says so');
  });

t.test('RFC 6665 4.4.1: a NOTIFY that comes before the 2xx makes the dialog', async (t) => {
  const b = await bench(t);
  const { subscribe, ids } = await subscribing(b, 'dialog');
  b.peer.request(b.to, 'NOTIFY', { ...ids, cseq: 1, extra: `Event: dialog\r\n${ACTIVE}` });
  respond(b.app, await request(b.app, 'NOTIFY'), 200);
  await b.peer.next((m) => m.headers.cseq === '1 NOTIFY');
  b.peer.reply(subscribe, 202);
  t.ok(await response(b.app, 202));
  t.equal(b.engine.stats().dialogs, 1);
});

t.test('RFC 6665 4.1.3: a NOTIFY for no subscription is 481', async (t) => {
  const b = await bench(t);
  b.peer.request(b.to, 'NOTIFY', { toTag: 'nobody', extra: `Event: dialog\r\n${ACTIVE}` });
  t.equal((await b.peer.response()).status, 481);
});

t.test('RFC 6665 4.2: the peer subscribes, we notify and end it', async (t) => {
  const b = await bench(t);
  b.peer.request(b.to, 'SUBSCRIBE', {
    callId: 's',
    fromTag: 'f',
    extra: 'Event: message-summary\r\nExpires: 60\r\n',
  });
  const frame = await request(b.app, 'SUBSCRIBE');
  const echo = await b.app.reply(respond(b.app, frame, 200, 'Expires: 60\r\n'));
  const ok = await b.peer.response(200);
  t.match(ok.headers, { expires: '60', contact: /^<sip:/ });
  inDialog(b.app, echo[8]!, 'NOTIFY', `Event: message-summary\r\n${ACTIVE}`);
  const first = await b.peer.expect('NOTIFY');
  t.match(first.headers, {
    to: /tag=f/,
    from: new RegExp(`tag=${tagOf(ok.headers.to!)}`),
    event: 'message-summary',
  });
  b.peer.reply(first, 200);
  await response(b.app, 200);
  b.peer.request(b.to, 'SUBSCRIBE', {
    callId: 's',
    fromTag: 'f',
    toTag: tagOf(ok.headers.to!),
    cseq: 2,
    extra: 'Event: message-summary\r\nExpires: 0\r\n',
  });
  respond(b.app, await request(b.app, 'SUBSCRIBE'), 200, 'Expires: 0\r\n');
  await b.peer.next((m) => m.headers.cseq === '2 SUBSCRIBE');
  inDialog(b.app, echo[8]!, 'NOTIFY', `Event: message-summary\r\n${OVER}`);
  b.peer.reply(await b.peer.expect('NOTIFY'), 200);
  await response(b.app, 200);
  t.equal(b.engine.stats().dialogs, 0);
});

t.test('RFC 6665 4.1.2: a subscription that is not renewed is forgotten, on either side', async (t) => {
  const b = await bench(t);
  const { subscribe } = await subscribing(b, 'dialog');
  b.peer.reply(subscribe, 200, { extra: 'Expires: 60\r\n' });
  await response(b.app, 200);
  b.peer.request(b.to, 'SUBSCRIBE', { extra: 'Event: dialog\r\nExpires: 600\r\n' });
  const echo = await b.app.reply(respond(b.app, await request(b.app, 'SUBSCRIBE'), 200, 'Expires: 60\r\n'));
  await b.peer.response(200);
  b.clock.advance(91_000);
  t.equal(b.engine.stats().dialogs, 2, 'not while its last NOTIFY may be under way');
  b.clock.advance(1000);
  t.equal(b.engine.stats().dialogs, 0);
  t.match(await b.app.reply(inDialog(b.app, echo[8]!, 'NOTIFY', `Event: dialog\r\n${OVER}`)), ['NOK']);
});

t.test('RFC 6665 4.2.1: an event that nobody has is 489, by the application', async (t) => {
  const b = await bench(t);
  b.peer.request(b.to, 'SUBSCRIBE', { extra: 'Event: nothing\r\n' });
  respond(b.app, await request(b.app, 'SUBSCRIBE'), 489, 'Allow-Events: message-summary\r\n');
  t.match(await b.peer.response(), { status: 489, headers: { 'allow-events': 'message-summary' } });
  t.equal(b.engine.stats().dialogs, 0);
});

t.test('RFC 3515 2.4, RFC 5589 6: REFER in a call, its notices, and the call beside it', async (t) => {
  const b = await bench(t);
  const { ids, dialog } = await answered(b);
  b.peer.request(b.to, 'REFER', {
    ...ids,
    cseq: 2,
    extra: 'Refer-To: <sip:third@example.com>\r\nReferred-By: <sip:peer@x>\r\n',
  });
  const refer = await request(b.app, 'REFER');
  t.match(refer.sip, /Refer-To: <sip:third@example\.com>\r\nReferred-By: <sip:peer@x>/);
  t.equal(dialogOf(refer), dialog);
  respond(b.app, refer, 202);
  await b.peer.response(202);
  for (const [status, state] of [
    ['SIP/2.0 100 Trying', ACTIVE],
    ['SIP/2.0 200 OK', OVER],
  ] as const) {
    b.app.send(
      `sip||${dialog}`,
      `NOTIFY sip:placeholder SIP/2.0\r\nEvent: refer\r\n${state}Content-Type: message/sipfrag;version=2.0\r\n\r\n${status}`,
    );
    const notice = await b.peer.expect('NOTIFY');
    t.match(notice, {
      body: status,
      headers: { 'content-type': 'message/sipfrag;version=2.0', event: 'refer' },
    });
    b.peer.reply(notice, 200);
    await response(b.app, 200);
    if (state === OVER) break;
  }
});

t.test('RFC 3515 2.4.4, RFC 3261 12: the last notice of a transfer ends no call', async (t) => {
  const b = await bench(t);
  const { ids } = await connected(b);
  b.peer.request(b.to, 'NOTIFY', { ...ids, cseq: 1, extra: `Event: refer\r\n${OVER}` });
  respond(b.app, await request(b.app, 'NOTIFY'), 200);
  await b.peer.response(200);
  t.equal(b.engine.stats().dialogs, 1);
});

t.test('RFC 4488 4: Refer-Sub passes both ways', async (t) => {
  const b = await bench(t);
  const { dialog } = await connected(b);
  inDialog(b.app, dialog, 'REFER', 'Refer-To: <sip:x@y>\r\nRefer-Sub: false\r\nSupported: norefersub\r\n');
  const refer = await b.peer.expect('REFER');
  t.match(refer.headers, { 'refer-sub': 'false', supported: 'norefersub', contact: /^<sip:/ });
  b.peer.reply(refer, 200, { extra: 'Refer-Sub: false\r\n' });
  t.match((await response(b.app, 200)).sip, /Refer-Sub: false/);
});

t.test('RFC 3891 3, 6.1: Replaces reaches the application as it came; required or not', async (t) => {
  const b = await bench(t);
  for (const extra of ['', 'Require: replaces\r\n']) {
    const value = '12adf2f34456gs5;to-tag=12345;from-tag=54321;early-only';
    const { invite } = await incoming(b, `${extra}Replaces: ${value}\r\n`);
    t.ok(invite.sip.includes(`Replaces: ${value}\r\n`));
    respond(b.app, invite, 481);
    await b.peer.response(481);
  }
});

t.test('RFC 3892 2.1: Referred-By, also in its short form', async (t) => {
  const b = await bench(t);
  const { invite } = await incoming(b, 'b: <sip:referrer@example>;cid="1@x"\r\n');
  t.match(invite.sip, /Referred-By: <sip:referrer@example>;cid="1@x"\r\n/);
});

t.test(
  'RFC 5589 7: a call that takes the place of another: INVITE with Replaces, then BYE of the old',
  async (t) => {
    const b = await bench(t);
    const old = await connected(b);
    const replaces = `${old.ids.callId};to-tag=${old.ids.toTag};from-tag=${old.ids.fromTag}`;
    const { invite, callId, fromTag } = await incoming(b, `Require: replaces\r\nReplaces: ${replaces}\r\n`);
    t.ok(invite.sip.includes(replaces));
    respond(b.app, invite, 200, '', sdp(5000));
    const toTag = tagOf((await b.peer.response(200)).headers.to!);
    b.peer.request(b.to, 'ACK', { callId, fromTag, toTag, cseq: 1 });
    await request(b.app, 'ACK');
    inDialog(b.app, old.dialog, 'BYE');
    b.peer.reply(await b.peer.expect('BYE'), 200);
    await response(b.app, 200);
    t.equal(b.engine.stats().dialogs, 1);
  },
);
