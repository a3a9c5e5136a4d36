import t from 'tap';
import { control } from './control.ts';
import { type Any, at, client, next, QUICK, sdp, startEngine, until, within } from './kit.ts';
import { type Peer, type Seen, udpPeer } from './peer.ts';

/** 64*T1 is 1.28 s here. */
const FAST = { T1: 20, T2: 160, T4: 200 };

async function bench(t: Any, timers: Any = FAST) {
  const engine = await startEngine({ timers });
  const srf = await client(engine);
  const peer = await udpPeer(t);
  t.teardown(async () => {
    srf.disconnect();
    await engine.close();
  });
  return { engine, srf, peer };
}

const tagOf = (value: string): string => /;tag=([^;>]+)/.exec(value)![1]!;

/** The peer's ACK or other request within the dialog that `ok` confirmed; the peer called. */
function within2(peer: Peer, to: string, ok: Seen, method: string, cseq: number, o: Any = {}): string {
  return peer.request(to, method, {
    callId: ok.headers['call-id'],
    fromTag: tagOf(ok.headers.from!),
    toTag: tagOf(ok.headers.to!),
    cseq,
    ...o,
  }); // prettier-ignore
}

/** An answered call from the peer, not yet acknowledged. */
async function called(t: Any, timers: Any = FAST) {
  const { engine, srf, peer } = await bench(t, timers);
  const uas = new Promise<Any>((resolve, reject) => {
    srf.invite((req: Any, res: Any) =>
      srf.createUAS(req, res, { localSdp: sdp(5000) }).then(resolve, reject),
    );
  });
  await until(() => engine.stats().sessions === 1, 500, 'client');
  await new Promise((resolve) => setTimeout(resolve, 20));
  peer.request(at(engine), 'INVITE', { body: sdp() });
  const ok = await peer.response(200);
  return { engine, srf, peer, uas: await uas, ok };
}

/** A call to the peer, answered and acknowledged. */
async function calling(t: Any, timers: Any = FAST) {
  const { engine, srf, peer } = await bench(t, timers);
  const call = srf.createUAC(`sip:1@${peer.address}`, { localSdp: sdp() });
  const invite = await peer.expect('INVITE');
  const ok = peer.reply(invite, 200, { body: sdp(5000) });
  const uac = await within(call, 2000, 'answer');
  const ack = await peer.expect('ACK');
  return { engine, srf, peer, uac, invite, ok, ack };
}

t.test('a lost ACK: the 200 is repeated, then BYE says why and the client is told', async (t) => {
  const { engine, peer, uas } = await called(t);
  const destroyed = next(uas, 'destroy', 3000);
  const bye = await peer.expect('BYE', 3000);
  t.match(bye.headers.reason, /text="ACK timeout"/);
  peer.reply(bye, 200);
  t.equal((await destroyed)[1], 'ACK timeout');
  const times = peer.seen.filter((m) => m.status === 200 && m.headers.cseq === '1 INVITE').map((m) => m.at);
  t.ok(times.length >= 8 && times.length <= 11, `${times.length} times: at 0, T1, 3*T1 ... capped at T2`);
  t.ok(bye.at - times[0]! > 1200 && bye.at - times[0]! < 1700, 'after 64*T1');
  await until(() => engine.stats().dialogs === 0, 1000, 'dialog gone');
});

t.test('an ACK stops the repetition and reaches the client once', async (t) => {
  const { engine, peer, uas, ok } = await called(t);
  const acks: Any[] = [];
  uas.on('ack', (req: Any) => acks.push(req));
  within2(peer, at(engine), ok, 'ACK', 1);
  within2(peer, at(engine), ok, 'ACK', 1);
  await until(() => acks.length === 1, 1000, 'ack');
  const count = peer.seen.length;
  await new Promise((resolve) => setTimeout(resolve, 250));
  t.equal(peer.seen.length, count, 'no more 200s');
  t.equal(acks.length, 1);
});

t.test('our ACK is repeated for a repeated 200; another fork’s 200 is acknowledged and ended', async (t) => {
  const { peer, invite, ok, ack, engine } = await calling(t);
  peer.send(at(engine), ok);
  const again = await peer.expect('ACK');
  t.equal(again.text, ack.text);
  peer.reply(invite, 200, { tag: 'fork2', body: sdp(5002) });
  const forkAck = await peer.expect('ACK');
  t.equal(tagOf(forkAck.headers.to!), 'fork2');
  const bye = await peer.expect('BYE');
  t.equal(tagOf(bye.headers.to!), 'fork2');
  t.equal(engine.stats().dialogs, 1, 'the call itself stands');
});

t.test(
  'in-dialog requests: CSeq counts, ACK carries the INVITE’s, target is refreshed by re-INVITE',
  async (t) => {
    const { peer, uac, invite, ack, engine, ok } = await calling(t);
    const cseq = Number.parseInt(invite.headers.cseq!, 10);
    t.equal(ack.headers.cseq, `${cseq} ACK`);
    t.match(ack.text, new RegExp(`^ACK sip:peer@${peer.address} SIP/2.0`));
    const info = uac.request({ method: 'INFO' });
    const seen = await peer.expect('INFO');
    t.equal(seen.headers.cseq, `${cseq + 1} INFO`);
    t.equal(tagOf(seen.headers.to!), 'peer');
    peer.reply(seen, 200);
    await info;
    const other = await udpPeer(t);
    peer.request(at(engine), 'INVITE', {
      callId: invite.headers['call-id']!,
      fromTag: 'peer',
      toTag: tagOf(invite.headers.from!),
      cseq: 5,
      body: sdp(5009),
      contact: `<sip:moved@${other.address}>`,
    }); // prettier-ignore
    await peer.response(200);
    peer.request(at(engine), 'ACK', {
      callId: invite.headers['call-id']!,
      fromTag: 'peer',
      toTag: tagOf(invite.headers.from!),
      cseq: 5,
    });
    await new Promise((resolve) => setTimeout(resolve, 30));
    const ended = uac.destroy();
    const bye = await other.expect('BYE');
    t.match(bye.text, /^BYE sip:moved@/);
    other.reply(bye, 200);
    await ended;
    void ok;
  },
);

t.test('glare: our re-INVITE outstanding refuses theirs with 491; old CSeq is 500', async (t) => {
  const { peer, uac, invite, engine } = await calling(t);
  const modify = uac.modify(sdp(4010));
  const ours = await peer.expect('INVITE');
  const ids = { callId: invite.headers['call-id']!, fromTag: 'peer', toTag: tagOf(invite.headers.from!) };
  peer.request(at(engine), 'INVITE', { ...ids, cseq: 10, body: sdp(5010) });
  t.equal((await peer.response(491)).status, 491);
  peer.reply(ours, 200, { body: sdp(5011) });
  await within(modify, 1000, 'modify');
  peer.request(at(engine), 'INFO', { ...ids, cseq: 9 });
  // The 491, which has no ACK here, is repeated meanwhile.
  const old = await peer.response(500);
  t.equal(old.status, 500);
  t.match(old.headers['retry-after'], /^\d$/);
});

t.test('a second INVITE while the first is unanswered is 500; while the ACK is missing, 491', async (t) => {
  const { peer, uas, ok, engine } = await called(t, QUICK);
  within2(peer, at(engine), ok, 'INVITE', 2, { body: sdp() });
  t.equal((await peer.response(491)).status, 491);
  within2(peer, at(engine), ok, 'ACK', 1);
  uas.on('modify', () => {});
  within2(peer, at(engine), ok, 'INVITE', 3, { body: sdp(4321) });
  await peer.next((m) => m.status === 100);
  within2(peer, at(engine), ok, 'INVITE', 4, { body: sdp(4322) });
  t.equal((await peer.response(500)).headers.cseq, '4 INVITE');
});

t.test('CANCEL: 200 to it, 487 to the INVITE; after the 200 it changes nothing', async (t) => {
  const { engine, srf, peer } = await bench(t);
  let cancelled = 0;
  srf.invite((req: Any, res: Any) => {
    req.on('cancel', () => cancelled++);
    res.send(180);
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  const branch = 'z9hG4bKcancelme';
  const ids = { branch, callId: 'cancel-1', fromTag: 'f', uri: 'sip:1@x' };
  peer.request(at(engine), 'INVITE', { ...ids, body: sdp() });
  await peer.response(180);
  peer.request(at(engine), 'CANCEL', ids);
  t.equal((await peer.response(200)).headers.cseq, '1 CANCEL');
  const terminated = await peer.response(487);
  t.equal(terminated.headers.cseq, '1 INVITE');
  peer.request(at(engine), 'ACK', { ...ids, toTag: tagOf(terminated.headers.to!) });
  await until(() => cancelled === 1, 500, 'cancel event');
  peer.request(at(engine), 'CANCEL', { ...ids, branch: 'z9hG4bKnobody' });
  t.equal((await peer.response(481)).headers.cseq, '1 CANCEL');
  await until(() => engine.stats().dialogs === 0, 500, 'no dialog');
});

t.test('a 200 that crosses our CANCEL is acknowledged and ended, and the client told', async (t) => {
  const { engine, srf, peer } = await bench(t);
  let req: Any;
  const call = srf.createUAC(
    `sip:1@${peer.address}`,
    { localSdp: sdp() },
    { cbRequest: (_e: Any, r: Any) => (req = r) },
  );
  const invite = await peer.expect('INVITE');
  peer.reply(invite, 180);
  await until(() => req !== undefined, 500, 'request');
  req.cancel();
  const cancel = await peer.expect('CANCEL');
  peer.reply(invite, 200, { body: sdp(5000) });
  peer.reply(cancel, 200);
  const dialog = await within(call, 1000, 'the answer all the same');
  const destroyed = next(dialog, 'destroy');
  await peer.expect('ACK');
  const bye = await peer.expect('BYE');
  t.match(bye.headers.reason, /cancel race/);
  peer.reply(bye, 200);
  t.match((await destroyed)[1], /cancel race/);
  await until(() => engine.stats().dialogs === 0, 500, 'no dialog');
});

t.test('unknown dialogs are 481; a BYE that crossed ours is 200', async (t) => {
  const { peer, uac, invite, engine } = await calling(t);
  for (const method of ['BYE', 'INVITE', 'UPDATE', 'INFO', 'PRACK']) {
    peer.request(at(engine), method, { toTag: 'nobody' });
    t.equal((await peer.next((m) => m.headers.cseq === `1 ${method}` && m.status > 0)).status, 481, method);
  }
  const ended = uac.destroy();
  const ours = await peer.expect('BYE');
  peer.request(at(engine), 'BYE', {
    callId: invite.headers['call-id']!,
    fromTag: 'peer',
    toTag: tagOf(invite.headers.from!),
    cseq: 3,
  });
  t.equal((await peer.next((m) => m.headers.cseq === '3 BYE')).status, 200);
  peer.reply(ours, 200);
  await ended;
});

t.test('what is wrong with a request is said: 416, 420, 482, 400 without Contact', async (t) => {
  const { engine, srf, peer } = await bench(t);
  srf.invite(() => {});
  await new Promise((resolve) => setTimeout(resolve, 20));
  peer.request(at(engine), 'OPTIONS', { uri: 'nobodyKnowsThisScheme:totallyopaque' });
  t.equal((await peer.response()).status, 416);
  peer.request(at(engine), 'OPTIONS', {
    extra: 'Require: nothingSupportsThis, nothingSupportsThisEither\r\n',
  });
  t.match(await peer.response(), {
    status: 420,
    headers: { unsupported: 'nothingSupportsThis, nothingSupportsThisEither' },
  });
  peer.request(at(engine), 'INVITE', { callId: 'merged', fromTag: 'm' });
  peer.request(at(engine), 'INVITE', { callId: 'merged', fromTag: 'm' });
  t.equal((await peer.response(482)).status, 482);
  const text = peer.request('127.0.0.1:9', 'INVITE').replace(/Contact:.*\r\n/, '');
  peer.send(at(engine), text);
  t.equal((await peer.response(400)).status, 400);
});

t.test('reliable provisional responses: RSeq, repetition, PRACK to the client (RFC 3262)', async (t) => {
  const { engine, srf, peer } = await bench(t);
  let pracked = 0;
  srf.invite((req: Any, res: Any) => {
    res.send(
      183,
      { headers: { Require: '100rel' }, body: sdp(5000) },
      () => {},
      () => {
        pracked++;
        srf.createUAS(req, res, { localSdp: sdp(5000) });
      },
    );
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  peer.request(at(engine), 'INVITE', {
    callId: 'rel',
    fromTag: 'r',
    extra: 'Supported: 100rel\r\n',
    body: sdp(),
  });
  const progress = await peer.response(183);
  await peer.response(183);
  const rseq = progress.headers.rseq;
  t.match(progress.headers, { require: '100rel', rseq: /^\d+$/, contact: /^<sip:/ });
  const ids = { callId: 'rel', fromTag: 'r', toTag: tagOf(progress.headers.to!) };
  peer.request(at(engine), 'PRACK', { ...ids, cseq: 2, extra: `RAck: ${Number(rseq) + 7} 1 INVITE\r\n` });
  t.equal((await peer.response(481)).headers.cseq, '2 PRACK');
  peer.request(at(engine), 'PRACK', { ...ids, cseq: 3, extra: `RAck: ${rseq} 1 INVITE\r\n` });
  await peer.next((m) => m.status === 200 && m.headers.cseq === '3 PRACK');
  const ok = await peer.next((m) => m.status === 200 && m.headers.cseq === '1 INVITE');
  peer.request(at(engine), 'ACK', { ...ids, toTag: tagOf(ok.headers.to!), cseq: 1 });
  t.equal(pracked, 1);
});

t.test('a peer without 100rel: the client is told so', async (t) => {
  const { engine, srf, peer } = await bench(t);
  const told = new Promise<Any>((resolve) => {
    srf.invite((_req: Any, res: Any) =>
      res.send(183, { headers: { Require: '100rel' } }, (e: Any) => resolve(e)),
    );
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  peer.request(at(engine), 'INVITE', {});
  t.equal(await within(told, 1000, 'error'), 'Remote endpoint does not support 100rel');
});

t.test('PRACK and UPDATE from our side go to the early dialog that asked', async (t) => {
  const { srf, peer } = await bench(t, QUICK);
  const call = srf.createUAC(`sip:1@${peer.address}`, { localSdp: sdp(), headers: { Supported: '100rel' } });
  const invite = await peer.expect('INVITE');
  const cseq = Number.parseInt(invite.headers.cseq!, 10);
  peer.reply(invite, 183, {
    tag: 'early1',
    extra: `Require: 100rel\r\nRSeq: 77\r\nRecord-Route: <sip:127.0.0.1:9;lr>, <sip:${peer.address};lr>\r\n`,
  });
  const prack = await peer.expect('PRACK');
  t.equal(prack.headers.rack, `77 ${cseq} INVITE`);
  t.equal(prack.headers.cseq, `${cseq + 1} PRACK`);
  t.equal(tagOf(prack.headers.to!), 'early1');
  t.equal(prack.headers.route, `<sip:${peer.address};lr>, <sip:127.0.0.1:9;lr>`, 'the route set is reversed');
  peer.reply(prack, 200);
  peer.reply(invite, 200, { tag: 'early1', body: sdp(5000) });
  await within(call, 1000, 'answer');
  const ack = await peer.expect('ACK');
  t.equal(ack.headers.route, undefined, 'the 2xx carried no Record-Route: its route set stands');
});

t.test(
  'an answer that comes after we gave up is acknowledged and ended; a late ringing is cancelled',
  async (t) => {
    const { engine, srf, peer } = await bench(t);
    const [late, ringing] = [peer, await udpPeer(t)];
    const status = (p: Peer): Promise<Any> =>
      srf.createUAC(`sip:1@${p.address}`, { localSdp: sdp() }).catch((e: Any) => e.status);
    t.same(await within(Promise.all([status(late), status(ringing)]), 3000, '408'), [408, 408]);
    const invite = late.seen[0]!;
    late.reply(invite, 200, { body: sdp(5000) });
    const ack = await late.expect('ACK');
    t.equal(ack.headers['call-id'], invite.headers['call-id']);
    const bye = await late.expect('BYE');
    late.reply(bye, 200);
    late.reply(invite, 200, { body: sdp(5000) });
    t.equal((await late.expect('ACK')).text, ack.text);
    ringing.reply(ringing.seen[0]!, 180);
    const cancel = await ringing.expect('CANCEL');
    t.equal(cancel.headers.via, ringing.seen[0]!.headers.via);
    ringing.reply(cancel, 200);
    await until(() => engine.stats().dialogs === 0, 500, 'no dialog');
  },
);

t.test('SUBSCRIBE makes a dialog; a NOTIFY before its 2xx is taken; the last NOTIFY ends it', async (t) => {
  const { engine, srf, peer } = await bench(t);
  const subscribing = srf.createUAC(`sip:1@${peer.address}`, {
    method: 'SUBSCRIBE',
    headers: { Event: 'message-summary', Expires: '60' },
  });
  const subscribe = await peer.expect('SUBSCRIBE');
  const ids = {
    callId: subscribe.headers['call-id']!,
    fromTag: 'peer',
    toTag: tagOf(subscribe.headers.from!),
  };
  peer.request(at(engine), 'NOTIFY', {
    ...ids,
    cseq: 1,
    extra: 'Event: message-summary\r\nSubscription-State: active\r\n',
  });
  peer.reply(subscribe, 202);
  const dialog = await within(subscribing, 1000, 'subscription');
  const notified = new Promise((resolve) =>
    dialog.on('notify', (_req: Any, res: Any) => resolve(res.send(200))),
  );
  peer.request(at(engine), 'NOTIFY', {
    ...ids,
    cseq: 2,
    extra: 'Event: message-summary\r\nSubscription-State: active\r\n',
  });
  await within(notified as Promise<Any>, 1000, 'notify');
  t.equal(engine.stats().dialogs, 1);
  peer.request(at(engine), 'NOTIFY', {
    ...ids,
    cseq: 3,
    extra: 'Event: message-summary\r\nSubscription-State: terminated;reason=timeout\r\n',
  });
  await peer.next((m) => m.status === 200 && m.headers.cseq === '3 NOTIFY');
  t.equal(engine.stats().dialogs, 0);
});

t.test('the client is lost in mid-call-setup: what rings is cancelled, what waits is refused', async (t) => {
  const { engine, peer } = await bench(t);
  const c = await control(t, engine);
  await c.reply(c.send('route|invite'));
  c.send('sip||', `INVITE sip:1@${peer.address} SIP/2.0\r\nContent-Type: application/sdp\r\n\r\n${sdp()}`);
  const invite = await peer.expect('INVITE');
  peer.reply(invite, 180);
  await c.next((f) => f.sip.startsWith('SIP/2.0 180'));
  peer.request(at(engine), 'INVITE', { callId: 'waiting' });
  await c.next((f) => f.sip.startsWith('INVITE'));
  c.socket.destroy();
  peer.reply(await peer.expect('CANCEL'), 200);
  // The peer answers all the same.
  peer.reply(invite, 200, { body: sdp(5000) });
  await peer.expect('ACK');
  peer.reply(await peer.expect('BYE'), 200);
  t.equal((await peer.next((m) => m.status === 503)).headers['call-id'], 'waiting');
  await until(() => engine.stats().dialogs === 0, 1000, 'no dialog');
});

t.test('a 200 without Contact can still be acknowledged and ended', async (t) => {
  const { engine, peer } = await bench(t);
  const c = await control(t, engine);
  c.send('sip||', `INVITE sip:1@${peer.address} SIP/2.0\r\nContent-Type: application/sdp\r\n\r\n${sdp()}`);
  const invite = await peer.expect('INVITE');
  const ok = peer.reply({ ...invite, from: { address: '127.0.0.1', port: 9 } }, 200, { body: sdp(5000) });
  peer.send(at(engine), ok.replace(/Contact:.*\r\n/, ''));
  const dialog = (await c.next((f) => f.sip.startsWith('SIP/2.0 200'))).words[9];
  c.send(`sip||${dialog}`, 'ACK sip:placeholder SIP/2.0\r\n\r\n');
  await peer.expect('ACK');
  c.send(`sip||${dialog}`, 'BYE sip:placeholder SIP/2.0\r\n\r\n');
  t.match((await peer.expect('BYE')).text, new RegExp(`^BYE sip:${peer.address} SIP`));
});

t.test(
  'a call that is over: a 200 to its INVITE that comes again gets the same ACK, one of a fork ACK and BYE',
  async (t) => {
    const { engine, peer, uac, invite, ok, ack } = await calling(t);
    const gone = uac.destroy();
    peer.reply(await peer.expect('BYE'), 200);
    await gone;
    await until(() => engine.stats().dialogs === 0, 1000, 'the dialog is gone');
    t.equal(engine.stats().clientTransactions <= 1, true, 'the INVITE waits for nothing more (the BYE may)');
    peer.seen.length = 0;
    peer.send(at(engine), ok);
    t.equal((await peer.expect('ACK')).text, ack.text);
    peer.reply(invite, 200, { tag: 'fork', body: sdp(5002) });
    t.match((await peer.expect('ACK')).headers.to, /tag=fork/);
    const bye = await peer.expect('BYE');
    t.match(bye.headers.to, /tag=fork/);
    peer.reply(bye, 200);
  },
);

t.test('a BYE that is repeated after the call is over gets the same 200', async (t) => {
  const { engine, peer, ok } = await called(t, undefined);
  within2(peer, at(engine), ok, 'ACK', 1);
  const bye = within2(peer, at(engine), ok, 'BYE', 2);
  const first = await peer.next((m) => m.status === 200 && /BYE/.test(m.headers.cseq ?? ''));
  await until(() => engine.stats().dialogs === 0, 1000, 'the dialog is gone');
  t.equal(engine.stats().serverTransactions, 0, 'no transaction is left of the call');
  peer.seen.length = 0;
  peer.send(at(engine), bye);
  const again = await peer.next((m) => m.status === 200 && /BYE/.test(m.headers.cseq ?? ''));
  t.equal(again.text, first.text);
});
