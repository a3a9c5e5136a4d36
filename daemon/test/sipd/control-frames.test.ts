/** The control protocol word by word: every kind of frame, at the places where drachtio-srf 5.0.29 reads. */
import t from 'tap';
import { type Control, control, type Frame } from './control.ts';
import { type Any, at, QUICK, sdp, startEngine } from './kit.ts';
import { type Peer, type Seen, udpPeer } from './peer.ts';

/** 64*T1 is 1.28 s. */
const FAST = { T1: 20, T2: 160, T4: 200 };
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TIME = /^\d\d:\d\d:\d\d\.\d{6}$/;

async function bench(t: Any, timers: Any = QUICK) {
  const engine = await startEngine({ timers });
  t.teardown(() => engine.close());
  const [c, peer] = [await control(t, engine), await udpPeer(t)];
  const [host, port] = at(engine).split(':') as [string, string];
  /** `sip` frame with this start. */
  const sip = (start: string): Promise<Frame> =>
    c.next((f) => f.words[1] === 'sip' && f.sip.startsWith(start));
  const answer = async (id: string): Promise<Frame> =>
    await c.next((f) => f.words[1] === 'response' && f.words[2] === id);
  return { engine, c, peer, host, port, sip, answer, to: at(engine) };
}
const tagOf = (value: string): string => /;tag=([^;>]+)/.exec(value)![1]!;
const body = `Content-Type: application/sdp\r\n\r\n${sdp()}`;
const bytes = (f: Frame): string => String(f.sip.length);

async function routed(c: Control, ...verbs: string[]): Promise<void> {
  for (const verb of verbs) await c.reply(c.send(`route|${verb}`));
}

/** A call of the client to the peer, answered and acknowledged. */
async function calling(b: Any): Promise<{ invite: Seen; dialog: string; txn: string }> {
  const { c, peer, sip, answer } = b;
  const echo = await answer(c.send('sip||', `INVITE sip:1@${peer.address} SIP/2.0\r\n${body}`));
  const invite = await peer.expect('INVITE');
  peer.reply(invite, 200, { body: sdp(5000) });
  const dialog = (await sip('SIP/2.0 200')).words[9];
  await c.reply(c.send(`sip||${dialog}`, `ACK sip:1@${peer.address} SIP/2.0\r\n\r\n`));
  await peer.expect('ACK');
  return { invite, dialog, txn: echo.words[10] };
}

t.jobs = 4;
const test = (name: string, work: (t: Any) => Promise<void>): Any => t.test(name, { buffered: true }, work);

test('flow 1: INVITE, 180, 200, ACK, re-INVITE, BYE of a call that comes in', async (t) => {
  const { c, peer, host, port, sip, answer, to } = await bench(t);
  await routed(c, 'invite');
  peer.request(to, 'INVITE', { callId: 'c1', fromTag: 'f1', body: sdp() });
  const invite = await sip('INVITE');
  const from = ['udp', '127.0.0.1', String(peer.port)];
  const txn = invite.words[8]!;
  t.match(invite.words[0], UUID);
  t.match(txn, UUID);
  t.match(invite.words[7], TIME);
  t.same(invite.words.slice(1, 7), ['sip', 'network', bytes(invite), ...from]);
  t.same(invite.words.slice(8), [txn, '', host, port, ''], 'no dialog; the address it came to');

  const ringing = await answer(
    c.send(`sip|${txn}|`, 'SIP/2.0 180 Ringing\r\nTo: <sip:x@y>;tag=mine\r\n\r\n'),
  );
  t.same(ringing.words.slice(3, 9), ['OK', 'application', bytes(ringing), 'udp', host, port]);
  t.match(ringing.words[9], TIME);
  t.same(ringing.words.slice(10), [txn, 'c1;from-tag=f1', '', 'Msg sent:', '']);
  const seen = await peer.response(180);
  t.equal(ringing.sip, seen.text, 'the echo is what was sent');
  t.equal(tagOf(seen.headers.to!), 'mine', 'the client chooses the tag');

  const ok = await answer(c.send(`sip|${txn}|`, `SIP/2.0 200 OK\r\n${body}`));
  t.same(ok.words.slice(10), [txn, 'c1;from-tag=f1', '', 'Msg sent:', '']);
  const toTag = tagOf((await peer.response(200)).headers.to!);
  peer.request(to, 'ACK', { callId: 'c1', fromTag: 'f1', toTag });
  const ack = await sip('ACK');
  t.same(ack.words.slice(8), [txn, 'c1;from-tag=f1', ''], 'the ACK has the INVITE’s transaction');

  peer.request(to, 'INVITE', { callId: 'c1', fromTag: 'f1', toTag, cseq: 2, body: sdp() });
  const again = await sip('INVITE');
  t.same(again.words.slice(9), ['c1;from-tag=f1', '']);
  await answer(c.send(`sip|${again.words[8]}|`, `SIP/2.0 200 OK\r\n${body}`));
  await peer.response(200);
  peer.request(to, 'ACK', { callId: 'c1', fromTag: 'f1', toTag, cseq: 2 });
  t.not((await sip('ACK')).words[8], txn, 'another transaction');

  peer.request(to, 'BYE', { callId: 'c1', fromTag: 'f1', toTag, cseq: 3 });
  const bye = await sip('BYE');
  t.same(bye.words.slice(9), ['c1;from-tag=f1', '']);
  t.match(bye.words[8], UUID);
  const gone = await answer(c.send(`sip|${bye.words[8]}|`, 'SIP/2.0 200 OK\r\n\r\n'));
  t.same(gone.words.slice(10), [bye.words[8], '', '', 'Msg sent:', ''], 'no dialog any more');
});

test('flow 2: INVITE, 180, 200, ACK, BYE of a call that goes out', async (t) => {
  const b = await bench(t);
  const { c, peer, host, port, sip, answer } = b;
  const echo = await answer(c.send('sip||', `INVITE sip:1@${peer.address} SIP/2.0\r\n${body}`));
  const invite = await peer.expect('INVITE');
  const txn = echo.words[10]!;
  t.same(echo.words.slice(3, 9), ['OK', 'application', bytes(echo), 'udp', host, port]);
  t.same(echo.words.slice(10), [txn, 'Msg sent:', '']);
  const dialog = `${invite.headers['call-id']};from-tag=${tagOf(invite.headers.from!)}`;
  peer.reply(invite, 183, { body: sdp(5000) });
  const progress = await sip('SIP/2.0 183');
  t.same(progress.words.slice(1, 7), [
    'sip',
    'network',
    bytes(progress),
    'udp',
    '127.0.0.1',
    String(peer.port),
  ]);
  t.same(progress.words.slice(8), [txn, dialog, '']);
  peer.reply(invite, 200, { body: sdp(5000) });
  t.same((await sip('SIP/2.0 200')).words.slice(8), [txn, dialog, '']);
  const ack = await answer(c.send(`sip||${dialog}`, `ACK sip:wrong@192.0.2.1 SIP/2.0\r\n\r\n`));
  t.same(ack.words.slice(3, 9), ['OK', 'application', bytes(ack), 'udp', host, port]);
  t.same(ack.words.slice(11), ['Msg sent:', '']);
  t.match(ack.words[10], UUID);
  const acknowledged = await peer.expect('ACK');
  t.match(acknowledged.text, new RegExp(`^ACK sip:peer@${peer.address} `), 'the remote target');
  const bye = await answer(c.send(`sip||${dialog}`, 'BYE sip:placeholder SIP/2.0\r\n\r\n'));
  t.same(bye.words.slice(11), ['Msg sent:', '']);
  const seen = await peer.expect('BYE');
  t.match(seen.text, new RegExp(`^BYE sip:peer@${peer.address} `));
  peer.reply(seen, 200);
  t.same((await sip('SIP/2.0 200')).words.slice(8), [bye.words[10], dialog, '']);
});

test('requests outside of dialogs have no dialog in their responses; SUBSCRIBE has', async (t) => {
  const { c, peer, sip, answer } = await bench(t);
  for (const [method, forms] of [
    ['OPTIONS', false],
    ['REGISTER', false],
    ['MESSAGE', false],
    ['PUBLISH', false],
    ['REFER', false],
    ['SUBSCRIBE', true],
  ] as const) {
    const id = c.send('sip||', `${method} sip:1@${peer.address} SIP/2.0\r\nEvent: x\r\n\r\n`);
    const echo = await answer(id);
    const seen = await peer.expect(method);
    peer.reply(seen, 202);
    const dialog = forms ? `${seen.headers['call-id']};from-tag=${tagOf(seen.headers.from!)}` : '';
    t.same((await sip('SIP/2.0 202')).words.slice(8), [echo.words[10], dialog, ''], method);
  }
});

test('CANCEL: quick without a dialog, after a 180 with; 487 of the client then comes late', async (t) => {
  const { c, peer, sip, to } = await bench(t);
  await routed(c, 'invite');
  for (const rings of [false, true]) {
    const call = { callId: `x${rings}`, branch: `z9hG4bKx${rings}`, fromTag: 'f' };
    peer.request(to, 'INVITE', call);
    const txn = (await sip('INVITE')).words[8]!;
    if (rings) await c.reply(c.send(`sip|${txn}|`, 'SIP/2.0 180 Ringing\r\n\r\n'));
    peer.request(to, 'CANCEL', { ...call, extra: 'Reason: SIP;cause=200\r\n' });
    const cancel = await sip('CANCEL');
    t.same(cancel.words.slice(8), [txn, rings ? `${call.callId};from-tag=f` : '', '']);
    t.match(cancel.sip, /\r\nReason: SIP;cause=200\r\n/);
    await peer.response(487);
    t.same(await c.reply(c.send(`sip|${txn}|`, 'SIP/2.0 487 Request Terminated\r\n\r\n')), [
      'NOK',
      'Response not sent due to unknown transaction',
    ]);
  }
  t.notOk(c.closed);
});

test('an own CANCEL: the 200 to it is not told, the 487 is', async (t) => {
  const { c, peer, sip, answer } = await bench(t);
  const echo = await answer(c.send('sip||', `INVITE sip:1@${peer.address} SIP/2.0\r\n${body}`));
  const invite = await peer.expect('INVITE');
  peer.reply(invite, 180);
  await sip('SIP/2.0 180');
  const cancelled = await answer(c.send(`sip|${echo.words[10]}|`, 'CANCEL sip:1@x SIP/2.0\r\n\r\n'));
  t.same(cancelled.words.slice(3, 5), ['OK', 'application']);
  t.same(cancelled.words.slice(11), ['Msg sent:', '']);
  peer.reply(await peer.expect('CANCEL'), 200);
  peer.reply(invite, 487);
  t.same((await sip('SIP/2.0 487')).words.slice(8, 9), [echo.words[10]]);
  t.notOk(c.frames.some((f) => f.words[1] === 'sip' && f.sip.startsWith('SIP/2.0 200')));
});

test('unsolicited: the BYE that the engine sent by itself', async (t) => {
  const { c, peer, sip, to } = await bench(t, FAST);
  await routed(c, 'invite');
  peer.request(to, 'INVITE', { callId: 'u', fromTag: 'f', body: sdp() });
  const { words } = await sip('INVITE');
  await c.reply(c.send(`sip|${words[8]}|`, `SIP/2.0 200 OK\r\n${body}`));
  const bye = await sip('BYE');
  t.same(bye.words.slice(1, 4), ['sip', 'application', bytes(bye)]);
  t.same(bye.words.slice(8), ['unsolicited', 'u;from-tag=f', '']);
  t.match(bye.sip, /\r\nReason: SIP ;cause=200 ;text="ACK timeout"\r\n/);
  const seen = await peer.expect('BYE');
  t.equal(bye.sip, seen.text);
});

test('nobody answers: 408 of our own; a closed TCP port: 503', async (t) => {
  const { c, sip, answer } = await bench(t, FAST);
  const silent = await answer(c.send('sip||', 'OPTIONS sip:1@127.0.0.1:9 SIP/2.0\r\n\r\n'));
  const late = await sip('SIP/2.0 408');
  t.same(late.words.slice(1, 7), ['sip', 'network', '0', 'tcp', '', '0']);
  t.same(late.words.slice(8), [silent.words[10], '', '']);
  const closed = await answer(c.send('sip||', 'OPTIONS sip:1@127.0.0.1:9;transport=tcp SIP/2.0\r\n\r\n'));
  const refused = await sip('SIP/2.0 503');
  t.same(refused.words.slice(2, 9), ['network', '0', 'tcp', '', '0', refused.words[7], closed.words[10]]);
  for (const f of [late, refused])
    for (const name of ['Via', 'From', 'To', 'Call-ID', 'CSeq'])
      t.match(f.sip, new RegExp(`\r\n${name}: `), `${name} for srf to read`);
});

test('what cannot be sent is said in the words that srf knows', async (t) => {
  const { c, peer, to } = await bench(t);
  const no = async (leader: string, text: string): Promise<string> => {
    const [word, reason] = await c.reply(c.send(leader, text));
    t.equal(word, 'NOK');
    return reason!;
  };
  t.match(
    await no('sip||nobody;from-tag=x', 'INFO sip:placeholder SIP/2.0\r\n\r\n'),
    /unable to find dialog/i,
  );
  t.match(
    await no('sip||', `INVITE sip:1@${peer.address} SIP/2.0\r\n\r\nwhat is this`),
    /missing content-type/,
  );
  t.match(await no('sip||', `OPTIONS sip:1@${to} SIP/2.0\r\n\r\n`), /can not send request to myself/);
  t.match(
    await no('sip||', `OPTIONS sip:1@127.0.0.1;transport=tls SIP/2.0\r\n\r\n`),
    /requested protocol\/transport not available/,
  );
  t.match(await no('sip||x;from-tag=y', 'ACK sip:placeholder SIP/2.0\r\n\r\n'), /automatically generated/);
  t.match(await no('sip|nothing|', 'CANCEL sip:1@x SIP/2.0\r\n\r\n'), /unknown transaction/);
  t.notOk(c.closed, 'none of it ends the connection');
});

test('headers of an initial request: whose are they', async (t) => {
  const { c, peer, to, answer } = await bench(t);
  const send = async (lines: string, method = 'INVITE'): Promise<Seen> => {
    const sent = await answer(c.send('sip||', `${method} sip:1@${peer.address} SIP/2.0\r\n${lines}\r\n`));
    return await peer.next((m) => m.text === sent.sip);
  };
  const bare = await send('');
  t.match(bare.headers.via, new RegExp(`^SIP/2.0/UDP ${to};branch=z9hG4bK`));
  t.equal(bare.headers['max-forwards'], '70');
  t.equal(bare.headers.contact, `<sip:${to}>`, 'no user part');
  t.match(bare.headers.from, new RegExp(`^<sip:${to}>;tag=`));
  t.equal(bare.headers.to, `<sip:1@${peer.address}>`);
  t.equal(bare.headers['content-length'], '0');
  for (const name of ['user-agent', 'server', 'allow', 'supported']) t.equal(bare.headers[name], undefined);

  const given = await send(
    'Call-ID: mine\r\nCSeq: 77 INVITE\r\nMax-Forwards: 12\r\nFrom: "A" <sip:a@localhost>;tag=t1\r\nTo: sip:b@localhost\r\n' +
      'Contact: <sip:c@localhost;ob>;x=1\r\nP-Asserted-Identity: <sip:p@localhost>\r\nVia: SIP/2.0/UDP evil\r\n' +
      'Record-Route: <sip:evil;lr>\r\nRSeq: 5\r\nContent-Length: 99\r\nx-lower-case: kept\r\nsubject: hi\r\n',
  );
  t.match(given.headers, {
    'call-id': 'mine',
    cseq: '77 INVITE',
    'max-forwards': '12',
    from: `"A" <sip:a@${to}>;tag=t1`,
    to: `<sip:b@${to}>`,
    contact: `<sip:c@${to};ob>;x=1`,
    'p-asserted-identity': `<sip:p@${to}>`,
    'content-length': '0',
  });
  t.notMatch(given.text, /evil|RSeq/);
  t.match(given.text, /\r\nSubject: hi\r\n/);
  t.equal(tagOf(given.headers.from!), 't1');

  const offer = await send(`\r\n${sdp()}`);
  t.equal(offer.headers['content-type'], 'application/sdp', 'a body that begins v=0 is SDP');
  const options = await send('', 'OPTIONS');
  t.equal(options.headers.contact, undefined, 'Contact only where a dialog may begin');
});

test('headers within a dialog and of responses: whose are they', async (t) => {
  const b = await bench(t);
  const { c, peer, to, sip, answer } = b;
  const { invite, dialog } = await calling(b);
  const number = Number.parseInt(invite.headers.cseq!, 10);
  const send = async (method: string, lines = ''): Promise<Seen> => {
    const sent = await answer(c.send(`sip||${dialog}`, `${method} sip:placeholder SIP/2.0\r\n${lines}\r\n`));
    const seen = await peer.next((m) => m.text === sent.sip);
    peer.reply(seen, 200);
    await c.next((f) => f.words[8] === sent.words[10] && f.sip.startsWith('SIP/2.0 200'));
    return seen;
  };
  const info = await send(
    'INFO',
    'From: <sip:evil@x>\r\nTo: <sip:evil@x>\r\nCall-ID: evil\r\nRoute: <sip:evil;lr>\r\n',
  );
  t.equal(info.headers.cseq, `${number + 1} INFO`);
  t.equal(info.headers.from, invite.headers.from);
  t.equal(info.headers.to, `${invite.headers.to};tag=peer`);
  t.equal(info.headers['call-id'], invite.headers['call-id']);
  t.notMatch(info.text, /evil/);
  t.equal(info.headers.contact, undefined);
  const refer = await send('REFER', 'Refer-To: <sip:c@d>\r\n');
  t.equal(refer.headers.contact, invite.headers.contact, 'the dialog’s Contact');
  t.equal(refer.headers.cseq, `${number + 2} REFER`);
  t.equal(
    (await send('INFO', `CSeq: ${number + 9} INFO\r\n`)).headers.cseq,
    `${number + 9} INFO`,
    'as digest does',
  );

  await routed(c, 'invite', 'options');
  const record = 'Record-Route: <sip:p1;lr>, <sip:p2;lr>\r\n';
  peer.request(to, 'INVITE', { callId: 'r', fromTag: 'f', body: sdp(), extra: record });
  const txn = (await sip('INVITE')).words[8];
  await c.reply(c.send(`sip|${txn}|`, 'SIP/2.0 183 Session Progress\r\nuser-to-user: 1\r\n\r\n'));
  const progress = await peer.response(183);
  t.equal(progress.headers['record-route'], '<sip:p1;lr>, <sip:p2;lr>');
  t.match(progress.text, /\r\nUser-To-User: 1\r\n/);
  await c.reply(c.send(`sip|${txn}|`, `SIP/2.0 200 OK\r\nContact: <sip:me@localhost>\r\n${body}`));
  const ok = await peer.response(200);
  t.equal(ok.headers.contact, `<sip:me@${to}>`);
  t.equal(ok.headers.to, progress.headers.to);
  peer.request(to, 'OPTIONS');
  const ping = await sip('OPTIONS');
  await c.reply(c.send(`sip|${ping.words[8]}|`, 'SIP/2.0 200 OK\r\n\r\n'));
  const pong = await peer.next((m) => m.status === 200 && m.headers.cseq!.endsWith('OPTIONS'));
  t.equal(pong.headers.contact, undefined);
  t.match(pong.headers.to, /;tag=/);
});

test('several Contacts, of a redirect and of REGISTER, all go out', async (t) => {
  const { c, peer, to, sip } = await bench(t);
  await routed(c, 'invite');
  const two = 'Contact: <sip:a@x>;q=0.7\r\nContact: <sip:b@x>;q=0.3\r\n';
  peer.request(to, 'INVITE');
  const txn = (await sip('INVITE')).words[8];
  await c.reply(c.send(`sip|${txn}|`, `SIP/2.0 302 Moved\r\n${two}\r\n`));
  const moved = await peer.response(302);
  t.equal(moved.headers.contact, '<sip:a@x>;q=0.7, <sip:b@x>;q=0.3');
  c.send('sip||', `REGISTER sip:${peer.address} SIP/2.0\r\n${two}\r\n`);
  const register = await peer.expect('REGISTER');
  t.equal(register.headers.contact, '<sip:a@x>;q=0.7, <sip:b@x>;q=0.3');
  c.send('sip||', `REGISTER sip:${peer.address} SIP/2.0\r\nContact: *\r\nExpires: 0\r\n\r\n`);
  t.equal((await peer.next((m) => m.headers.expires === '0')).headers.contact, '*');
});

test('proxy: each response told with `continue`, then done', async (t) => {
  const { c, peer, sip, to } = await bench(t);
  await routed(c, 'invite');
  const caller: Peer = await udpPeer(t);
  caller.request(to, 'INVITE', { body: sdp() });
  const txn = (await sip('INVITE')).words[8];
  const destination = `sip:b@${peer.address}`;
  const id = c.send(
    `proxy|${txn}|remainInDialog|fullResponse||serial|2s|1500ms|${destination}`,
    `INVITE ${destination} SIP/2.0\r\n\r\n`,
  );
  const invite = await peer.expect('INVITE');
  peer.reply(invite, 180);
  peer.reply(invite, 200, { body: sdp(5000) });
  const replies: Frame[] = [];
  for (let i = 0; i < 3; i++) replies.push(await c.next((f) => f.words[2] === id));
  for (const f of replies.slice(0, 2)) {
    t.same(f.words.slice(3, 9), ['OK', 'network', bytes(f), 'udp', '127.0.0.1', String(peer.port)]);
    t.match(f.words[9], TIME);
    t.same(f.words.slice(10), ['', '', 'continue']);
    t.match(f.sip, /^SIP\/2\.0 (180|200) /);
  }
  t.same(replies[2]!.words.slice(3), ['OK', 'done']);
  t.match(
    await c.reply(c.send(`proxy|nothing|||||||${destination}`, `INVITE ${destination} SIP/2.0\r\n\r\n`)),
    ['NOK', /unknown transaction/],
  );
});

test('several clients: requests go round, dialogs stay with their owner', async (t) => {
  const { engine, c, peer, to, sip, answer } = await bench(t);
  const other = await control(t, engine);
  await routed(c, 'message', 'invite');
  await routed(other, 'message');
  const who = async (callId: string): Promise<string> => {
    peer.request(to, 'MESSAGE', { callId });
    const mine = (x: Control) => (): boolean =>
      x.frames.some((f) => f.sip.includes(`Call-ID: ${callId}\r\n`));
    const both = [mine(c), mine(other)] as const;
    const end = performance.now() + 3000;
    while (!both.some((b) => b()) && performance.now() < end) await new Promise(setImmediate);
    return both[0]() && both[1]() ? 'both' : both[0]() ? 'c' : both[1]() ? 'other' : 'nobody';
  };
  const turns = [await who('m1'), await who('m2'), await who('m3'), await who('m4')];
  t.same(turns.slice(0, 2).sort(), ['c', 'other']);
  t.same(turns.slice(2), turns.slice(0, 2));
  peer.request(to, 'INVITE', { callId: 'd', fromTag: 'f', body: sdp() });
  const invite = await sip('INVITE');
  await answer(c.send(`sip|${invite.words[8]}|`, `SIP/2.0 200 OK\r\n${body}`));
  const toTag = tagOf((await peer.response(200)).headers.to!);
  peer.request(to, 'ACK', { callId: 'd', fromTag: 'f', toTag });
  await sip('ACK');
  for (const cseq of [2, 3, 4]) {
    peer.request(to, 'INFO', { callId: 'd', fromTag: 'f', toTag, cseq });
    const info = await sip('INFO');
    await answer(c.send(`sip|${info.words[8]}|`, 'SIP/2.0 200 OK\r\n\r\n'));
  }
  t.equal(other.frames.filter((f) => f.sip.startsWith('INFO')).length, 0, 'needs no route either');
  await c.reply(c.send('remove_route|message'));
  t.same([await who('m5'), await who('m6')], ['other', 'other']);
});
