/** RFC 3261: clauses of sections 8, 9, 12 to 16 that no other test names. The machines of 17 have files of their own. */
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
import { sdp, until } from './kit.ts';

t.test('RFC 3261 8.1.1: what every request of ours has', async (t) => {
  const b = await bench(t);
  const { invite } = await outgoing(b);
  t.match(invite.headers, {
    to: /^<sip:1@/,
    from: /;tag=.+/,
    cseq: /^\d+ INVITE$/,
    'call-id': /.{16,}/,
    'max-forwards': '70',
    via: /^SIP\/2\.0\/UDP .*;branch=z9hG4bK.{16,}/,
    contact: /^<sip:/,
  });
  t.notMatch(invite.headers.to, /tag=/, '8.1.1.2: no To tag outside of a dialog');
  t.ok(Number.parseInt(invite.headers.cseq!, 10) < 2 ** 31);
});

t.test('RFC 3261 8.1.3.3: a response with more than our Via is not ours', async (t) => {
  const b = await bench(t);
  const { invite } = await outgoing(b);
  const via = `${invite.headers.via}\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKother`;
  b.peer.reply({ ...invite, headers: { ...invite.headers, via } }, 180);
  b.peer.reply(invite, 183);
  t.match((await response(b.app, 18)).sip, /^SIP\/2\.0 183/);
  t.equal(b.engine.stats().counts['response.vias'], 1);
});

t.test('RFC 3261 8.2.1, 8.2.2: method, URI and Require are judged in this order', async (t) => {
  const b = await bench(t);
  const ask = async (method: string, o: object): Promise<Awaited<ReturnType<typeof b.peer.response>>> => {
    b.peer.request(b.to, method, o);
    return b.peer.response();
  };
  t.match(await ask('FOO', {}), { status: 405, headers: { allow: /INVITE, ACK, CANCEL, BYE/ } });
  t.equal((await ask('OPTIONS', { uri: 'http://x', extra: 'Require: foo\r\n' })).status, 416);
  t.match(await ask('OPTIONS', { extra: 'Require: 100rel, foo\r\n' }), {
    status: 420,
    headers: { unsupported: 'foo' },
  });
});

t.test('RFC 3261 8.2.6: Timestamp in the 100; one To tag in all responses', async (t) => {
  const b = await bench(t);
  const { invite } = await incoming(b, 'Timestamp: 54\r\n');
  t.equal((await b.peer.next((m) => m.status === 100)).headers.timestamp, '54');
  respond(b.app, invite, 180);
  respond(b.app, invite, 200, '', sdp(5000));
  const tags = [await b.peer.response(180), await b.peer.response(200)].map((m) => tagOf(m.headers.to!));
  t.equal(tags[0], tags[1]);
});

t.test('RFC 3261 8.2.7: a request too many is answered without state', async (t) => {
  const b = await bench(t, { limits: { serverTransactions: 2 } });
  await incoming(b);
  await incoming(b);
  b.peer.request(b.to, 'INVITE', { body: sdp() });
  t.match(await b.peer.response(), { status: 503, headers: { 'retry-after': /^\d+$/ } });
});

t.test(
  'RFC 3261 9.1: CANCEL has the INVITE’s line, Via, Route, From, To, Call-ID and number, and no Require',
  async (t) => {
    const b = await bench(t);
    const { invite, txn } = await outgoing(
      b,
      `Require: 100rel\r\nProxy-Require: x\r\nRoute: <sip:${b.peer.address};lr>\r\n`,
    );
    b.peer.reply(invite, 180);
    await response(b.app, 180);
    b.app.send(`sip|${txn}|`, 'CANCEL sip:x SIP/2.0\r\nReason: SIP;cause=200\r\n\r\n');
    const cancel = await b.peer.expect('CANCEL');
    for (const name of ['via', 'route', 'from', 'to', 'call-id'])
      t.equal(cancel.headers[name], invite.headers[name], name);
    t.match(cancel.headers, {
      cseq: invite.headers.cseq!.replace('INVITE', 'CANCEL'),
      reason: 'SIP;cause=200',
      require: undefined,
      'proxy-require': undefined,
      'content-length': '0',
    });
    t.equal(cancel.text.split(' ')[1], invite.text.split(' ')[1]);
  },
);

t.test('RFC 3261 9.1: an INVITE that ends by neither is taken for cancelled after 64*T1', async (t) => {
  const b = await bench(t);
  const { invite, txn } = await outgoing(b);
  b.peer.reply(invite, 180);
  await response(b.app, 180);
  b.app.send(`sip|${txn}|`, 'CANCEL sip:x SIP/2.0\r\n\r\n');
  b.peer.reply(await b.peer.expect('CANCEL'), 200);
  await until(() => b.engine.trace('SIP/2.0 200').length === 1, 1000, 'the 200 to it');
  b.clock.advance(32_000);
  t.match((await response(b.app, 408)).sip, /INVITE/);
});

t.test('RFC 3261 9.2: a CANCEL for nothing is 481; for another method it changes nothing', async (t) => {
  const b = await bench(t);
  b.peer.request(b.to, 'CANCEL');
  t.equal((await b.peer.response()).status, 481);
  const ids = { callId: 'opt', fromTag: 'f', branch: 'z9hG4bKopt' };
  b.peer.request(b.to, 'OPTIONS', ids);
  const options = await request(b.app, 'OPTIONS');
  b.peer.request(b.to, 'CANCEL', ids);
  t.match(await b.peer.response(), { status: 481, headers: { cseq: '1 CANCEL' } });
  respond(b.app, options, 200);
  t.equal((await b.peer.response()).headers.cseq, '1 OPTIONS');
});

t.test('RFC 3261 12.1.1: Record-Route and Contact in what makes the dialog', async (t) => {
  const b = await bench(t);
  const routes = `Record-Route: <sip:p2@${b.peer.address};lr>\r\nRecord-Route: <sip:p1@192.0.2.1;lr>\r\n`;
  const { ok, dialog } = await answered(b, routes);
  t.match(ok.headers['record-route'], /p2@.*p1@/);
  t.match(ok.headers.contact, /^<sip:/);
  inDialog(b.app, dialog, 'INFO');
  const info = await b.peer.expect('INFO');
  t.match(info.headers.route, /p2@.*p1@/, 'the route set of the callee stands in their order');
  t.match(info.text, /^INFO sip:peer@/);
});

t.test(
  'RFC 3261 12.2.1.1: a strict first route becomes the Request-URI, the target the last Route',
  async (t) => {
    const b = await bench(t);
    const { dialog } = await answered(
      b,
      `Record-Route: <sip:strict@${b.peer.address}>, <sip:next@192.0.2.1;lr>\r\n`,
    );
    inDialog(b.app, dialog, 'INFO');
    const info = await b.peer.expect('INFO');
    t.match(info.text, /^INFO sip:strict@/);
    t.match(info.headers.route, /^<sip:next@192\.0\.2\.1;lr>, ?<sip:peer@.*>$/);
  },
);

t.test('RFC 3261 12.2.2: an older CSeq is 500; a gap is no fault', async (t) => {
  const b = await bench(t);
  const { ids } = await answered(b);
  b.peer.request(b.to, 'INFO', { ...ids, cseq: 100 });
  respond(b.app, await request(b.app, 'INFO'), 200);
  t.equal((await b.peer.next((m) => m.headers.cseq === '100 INFO')).status, 200);
  b.peer.request(b.to, 'INFO', { ...ids, cseq: 99 });
  t.equal((await b.peer.next((m) => m.headers.cseq === '99 INFO')).status, 500);
});

t.test(
  'RFC 3261 13.2.2.4: the ACK has the INVITE’s number and credentials, and goes by the route set',
  async (t) => {
    const b = await bench(t);
    const { invite, cseq } = await outgoing(b, 'Authorization: Digest username="u"\r\n');
    b.peer.reply(invite, 200, {
      extra: `Record-Route: <sip:a@192.0.2.9;lr>, <sip:b@${b.peer.address};lr>\r\n`,
      body: sdp(5000),
    });
    inDialog(b.app, dialogOf(await response(b.app, 200)), 'ACK');
    const ack = await b.peer.expect('ACK');
    t.match(ack.headers, {
      cseq: `${cseq} ACK`,
      authorization: 'Digest username="u"',
      route: /^<sip:b@.*<sip:a@192\.0\.2\.9;lr>$/,
    });
    t.not(ack.headers.via, invite.headers.via, 'a transaction of its own');
  },
);

t.test(
  'RFC 3261 14.1: a refused re-INVITE leaves the session; 481 to it is the application’s affair',
  async (t) => {
    const b = await bench(t);
    const { ids, dialog } = await connected(b);
    inDialog(b.app, dialog, 'INVITE', '', sdp(4002));
    b.peer.reply(await b.peer.expect('INVITE'), 488);
    await response(b.app, 488);
    b.peer.request(b.to, 'INFO', { ...ids, cseq: 1 });
    respond(b.app, await request(b.app, 'INFO'), 200);
    t.equal((await b.peer.response(200)).headers.cseq, '1 INFO');
  },
);

t.test('RFC 3261 15.1.1: a BYE without an answer ends the dialog all the same', async (t) => {
  const b = await bench(t);
  const { dialog } = await connected(b);
  inDialog(b.app, dialog, 'BYE');
  await b.peer.expect('BYE');
  b.clock.advance(32_000);
  await response(b.app, 408);
  t.equal(b.engine.stats().dialogs, 0);
});

t.test(
  'RFC 3261 16.3: a proxy refuses what has no hop left, and extensions that it does not know',
  async (t) => {
    const b = await bench(t);
    const pass = async (extra: string, maxForwards: string): Promise<number> => {
      const text = b.peer
        .request('127.0.0.1:9', 'OPTIONS', { extra })
        .replace('Max-Forwards: 70', `Max-Forwards: ${maxForwards}`);
      b.peer.send(b.to, text);
      const frame = await request(b.app, 'OPTIONS');
      const to = `sip:1@${b.peer.address}`;
      b.app.send(`proxy|${frame.words[8]}||||serial|||${to}`, `OPTIONS ${to} SIP/2.0\r\n\r\n`);
      return (await b.peer.response()).status;
    };
    t.equal(await pass('', '0'), 483);
    t.equal(await pass('Proxy-Require: foo\r\n', '70'), 420);
  },
);
