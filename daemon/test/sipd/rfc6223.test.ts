import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { DEFAULT_LIMITS, LenienceCounter } from '../../src/sipd/message/limits.ts';
import type { SipMessage } from '../../src/sipd/message/message.ts';
import { parse } from '../../src/sipd/message/parse.ts';
import type { Flow } from '../../src/sipd/transport/flow.ts';
import { Keepalives } from '../../src/sipd/transport/keepalive.ts';
import { bindingAnswer } from '../../src/sipd/transport/stun.ts';
import { type Any, at, client, QUICK, sdp, startEngine, until, within } from './kit.ts';
import { udpPeer } from './peer.ts';

async function setting(t: Any) {
  const engine = await startEngine({ timers: QUICK });
  const srf = await client(engine);
  t.teardown(async () => {
    srf.disconnect();
    await engine.close();
  });
  return { engine, srf, peer: await udpPeer(t) };
}

/** The Via of a request with a value for `keep`, as who agrees sends it back. */
const agreed = (via: string): string => via.replace(/;keep\b/, ';keep=30');

t.test('RFC 6223 4.3: our INVITE asks, and the flow is kept for as long as the call lasts', async (t) => {
  const { engine, srf, peer } = await setting(t);
  const calling = srf.createUAC(`sip:2@${peer.address}`, { localSdp: sdp() });
  const invite = await peer.expect('INVITE');
  t.match(invite.headers.via, /;rport;keep(;|$)/);
  const { via } = invite.headers;
  peer.reply({ ...invite, headers: { ...invite.headers, via: agreed(via!) } }, 200, { body: sdp(6000) });
  const dialog = await within(calling, 3000, 'answer');
  t.equal(engine.stats().keptAlive, 1);

  // RFC 6223 4.2.3: asked anew with each re-INVITE; this time the other side does not agree.
  const held = dialog.modify('hold');
  const again = await peer.next((m) => m.method === 'INVITE' && m.headers.cseq !== invite.headers.cseq);
  t.match(again.headers.via, /;keep(;|$)/);
  peer.reply(again, 200, { body: sdp(6000) });
  await within(held, 3000, 'hold');
  t.equal(engine.stats().keptAlive, 0);

  const resumed = dialog.modify('unhold');
  const third = await peer.next(
    (m) => m.method === 'INVITE' && !['', again.headers.cseq, invite.headers.cseq].includes(m.headers.cseq),
  );
  peer.reply({ ...third, headers: { ...third.headers, via: agreed(third.headers.via!) } }, 200, {
    body: sdp(6000),
  });
  await within(resumed, 3000, 'unhold');
  t.equal(engine.stats().keptAlive, 1);
  const over = dialog.destroy();
  const bye = await peer.expect('BYE');
  t.notMatch(bye.headers.via, /;keep/);
  peer.reply(bye, 200);
  await within(over, 3000, 'BYE');
  await until(() => engine.stats().keptAlive === 0, 3000, 'let go');
});

t.test('RFC 6223 4.3: who does not agree gets no keepalives', async (t) => {
  const { engine, srf, peer } = await setting(t);
  const calling = srf.createUAC(`sip:2@${peer.address}`, { localSdp: sdp() });
  peer.reply(await peer.expect('INVITE'), 200, { body: sdp(6000) });
  const dialog = await within(calling, 3000, 'answer');
  t.equal(engine.stats().keptAlive, 0, 'a flag that comes back without a value is no agreement');
  const over = dialog.destroy();
  peer.reply(await peer.expect('BYE'), 200);
  await within(over, 3000, 'BYE');
});

t.test('RFC 3261 9.1, 17.1.1.3: CANCEL and ACK carry the Via of the INVITE, flag and all', async (t) => {
  const { srf, peer } = await setting(t);
  let req: Any;
  const calling = srf.createUAC(
    `sip:2@${peer.address}`,
    { localSdp: sdp() },
    { cbRequest: (_: Any, sent: Any) => (req = sent) },
  );
  calling.catch(() => {});
  const invite = await peer.expect('INVITE');
  peer.reply(invite, 180);
  await until(() => req !== undefined, 3000, 'request');
  req.cancel(() => {});
  const cancel = await peer.expect('CANCEL');
  t.equal(cancel.headers.via, invite.headers.via);
  peer.reply(cancel, 200);
  peer.reply(invite, 487);
  t.equal((await peer.expect('ACK')).headers.via, invite.headers.via);
  await t.rejects(calling);
});

t.test('RFC 6223 4.4: who asks us in an INVITE is told how often', async (t) => {
  const { engine, srf, peer } = await setting(t);
  srf.invite((req: Any, res: Any) => srf.createUAS(req, res, { localSdp: sdp() }).catch(() => {}));
  const to = at(engine);
  const ask = (via: string, callId: string): void =>
    peer.send(
      to,
      `INVITE sip:2000@${to} SIP/2.0\r\nVia: SIP/2.0/UDP ${peer.address};branch=z9hG4bK${callId}${via}\r\nMax-Forwards: 70\r\n` +
        `From: <sip:a@b>;tag=${callId}\r\nTo: <sip:2000@${to}>\r\nCall-ID: ${callId}\r\nCSeq: 1 INVITE\r\n` +
        `Contact: <sip:a@${peer.address}>\r\nContent-Type: application/sdp\r\nContent-Length: ${sdp().length}\r\n\r\n${sdp()}`,
    );
  for (const [via, answer] of [
    [';keep;rport', /;keep=30;rport=\d+/],
    [';rport;keep', /;rport=\d+;keep=30/],
    [';rport', /;rport=\d+(?!.*keep)/],
  ] as const) {
    const callId = `k${via.length}${via.charAt(1)}`;
    ask(via, callId);
    const ok = await peer.next((m) => m.status === 200 && m.headers['call-id'] === callId);
    t.match(ok.headers.via, answer);
    peer.request(to, 'ACK', { callId, fromTag: callId, toTag: /tag=(\S+)/.exec(ok.headers.to!)![1]! });
  }
});

const response = (via: string, method: string): SipMessage => {
  const text = `SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKx${via}\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: x\r\nCSeq: 1 ${method}\r\nContent-Length: 0\r\n\r\n`;
  const result = parse(Buffer.from(text, 'latin1'), new LenienceCounter(), DEFAULT_LIMITS);
  if (!result.ok) throw new Error(result.code);
  return result.message;
};

t.test('RFC 6223 4.2: a registration and calls on one flow share its keepalives', async (t) => {
  const clock = new FakeClock();
  const sent: Buffer[] = [];
  const failed: string[] = [];
  const flow: Flow = {
    proto: 'udp',
    local: { host: '10.0.0.1', port: 5060 },
    remote: { host: '192.0.2.1', port: 5060 },
    open: true,
    connected: true,
    send() {},
  };
  const keepalives = new Keepalives({
    clock,
    random: () => 0.5,
    failed: (_flow, reason) => failed.push(reason),
    sendStun: (_flow, bytes) => {
      sent.push(bytes);
      queueMicrotask(() => keepalives.stun(bindingAnswer(bytes, { host: '198.51.100.7', port: 1 })!, flow));
    },
  });
  /** Keepalives within `ms`. */
  const within = async (ms: number): Promise<number> => {
    const before = sent.length;
    for (let i = 0; i < ms; i += 500) {
      clock.advance(500);
      await Promise.resolve();
    }
    return sent.length - before;
  };
  const one = keepalives.called(response(';keep=20', 'INVITE'), flow)!;
  const two = keepalives.called(response(';keep=40', 'INVITE'), flow)!;
  t.equal(keepalives.size, 1);
  t.equal(await within(180_000), 10, 'at the pace of who wants most');
  one();
  one();
  t.equal(await within(180_000), 5);
  keepalives.registered(response(';keep=10', 'REGISTER'), flow, false);
  t.equal(await within(90_000), 10);
  two();
  t.equal(keepalives.size, 1, 'the registration goes on');
  const three = keepalives.called(response(';keep=40', 'INVITE'), flow)!;
  keepalives.registered(response('', 'REGISTER'), flow, true);
  t.equal(keepalives.size, 1, 'and a call outlives it');
  three();
  t.equal(keepalives.size, 0);
  t.equal(clock.pending, 0);
  t.equal(keepalives.called(response(';keep', 'INVITE'), flow), undefined);

  // A flow that only calls want: its end is nobody's news.
  const stream: Flow = { ...flow, proto: 'tcp' };
  keepalives.called(response(';keep=30', 'INVITE'), stream);
  keepalives.closed(stream, 'tcp/ECONNRESET');
  clock.advance(60_000);
  t.same(failed, []);
  t.equal(keepalives.size, 0);
});
