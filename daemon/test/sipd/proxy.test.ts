import t from 'tap';
import { type Any, at, client, QUICK, sdp, startEngine, until, within } from './kit.ts';
import { type Seen, udpPeer } from './peer.ts';

/** A proxying client, a caller with an engine of its own, and bare peers as destinations. */
async function bench(t: Any) {
  const [proxy, engine] = await Promise.all([startEngine({ timers: QUICK }), startEngine({ timers: QUICK })]);
  const [app, caller] = await Promise.all([client(proxy), client(engine)]);
  const peers = [await udpPeer(t), await udpPeer(t)] as const;
  t.teardown(async () => {
    app.disconnect();
    caller.disconnect();
    await Promise.all([proxy.close(), engine.close()]);
  });
  const call = (): Promise<Any> =>
    within(caller.createUAC(`sip:1@${at(proxy)}`, { localSdp: sdp() }), 4000, 'call');
  return { proxy, engine, app, caller, peers, call };
}

t.test('with Record-Route the proxy stays in the dialog; the client sees every response', async (t) => {
  const { proxy, app, peers, call } = await bench(t);
  const [peer] = peers;
  const result = new Promise<Any>((resolve) => {
    app.invite(async (req: Any) =>
      resolve(
        await app.proxyRequest(req, [`sip:bob@${peer.address}`], {
          remainInDialog: true,
          headers: { 'X-Via': 'box' },
        }),
      ),
    );
  });
  const calling = call();
  const invite = await peer.expect('INVITE');
  t.match(invite.text, new RegExp(`^INVITE sip:bob@${peer.address} SIP/2.0`));
  t.equal(invite.headers['record-route'], `<sip:${at(proxy)};lr>`);
  t.equal(invite.headers['max-forwards'], '69');
  t.equal(invite.headers['x-via'], 'box');
  t.equal(invite.headers.via!.split(',').length, 2);
  const rr = `Record-Route: ${invite.headers['record-route']}\r\n`;
  peer.reply(invite, 180, { extra: rr });
  peer.reply(invite, 200, { extra: rr, body: sdp(5000) });
  const dialog = await calling;
  const ack = await peer.expect('ACK');
  t.equal(ack.headers.route, undefined, 'our Route entry is taken off');
  t.match(ack.headers.via, new RegExp(`^SIP/2.0/UDP ${at(proxy)};`), 'it came through the proxy');
  t.match(await within(result, 2000, 'result'), { connected: true, finalStatus: 200 });
  t.same(
    (await result).responses.flatMap((r: Any) => r.msgs.map((m: Any) => m.status)),
    [180, 200],
  );
  const ended = dialog.destroy();
  const bye = await peer.expect('BYE');
  t.equal(bye.headers.via!.split(',').length, 2);
  peer.reply(bye, 200);
  await within(ended, 2000, 'BYE');
});

t.test('serial: the next destination is tried after a refusal; the best refusal is passed on', async (t) => {
  const { app, peers, call } = await bench(t);
  app.invite((req: Any) =>
    app
      .proxyRequest(
        req,
        peers.map((p) => `sip:x@${p.address}`),
      )
      .catch(() => {}),
  );
  const calling = call().catch((e) => e.status);
  peers[0].reply(await peers[0].expect('INVITE'), 404);
  await peers[0].expect('ACK');
  peers[1].reply(await peers[1].expect('INVITE'), 486);
  await peers[1].expect('ACK');
  t.equal(await calling, 404, 'both are of class 4: the first stands');
});

t.test('simultaneous: the first to answer wins and the other is cancelled', async (t) => {
  const { app, peers, call } = await bench(t);
  app.invite((req: Any) =>
    app.proxyRequest(
      req,
      peers.map((p) => `sip:x@${p.address}`),
      { forking: 'simultaneous' },
    ),
  );
  const calling = call();
  const [one, two] = await Promise.all(peers.map((p) => p.expect('INVITE')));
  peers[0].reply(one!, 180);
  peers[1].reply(two!, 180);
  await new Promise((resolve) => setTimeout(resolve, 30));
  peers[1].reply(two!, 200, { body: sdp(5000) });
  await calling;
  const cancel = await peers[0].expect('CANCEL');
  peers[0].reply(cancel, 200);
  peers[0].reply(one!, 487);
  await peers[0].expect('ACK');
});

t.test('a CANCEL from the caller reaches the destination; its 487 goes back', async (t) => {
  const { app, caller, proxy, peers } = await bench(t);
  app.invite((req: Any) => app.proxyRequest(req, `sip:x@${peers[0].address}`).catch(() => {}));
  let req: Any;
  const calling = within(
    caller.createUAC(
      `sip:1@${at(proxy)}`,
      { localSdp: sdp() },
      { cbRequest: (_e: Any, r: Any) => (req = r), cbProvisional: () => req.cancel() },
    ),
    3000,
    'call',
  ).catch((e) => e.status);
  const invite = await peers[0].expect('INVITE');
  peers[0].reply(invite, 180);
  const cancel = await peers[0].expect('CANCEL');
  peers[0].reply(cancel, 200);
  peers[0].reply(invite, 487);
  t.equal(await calling, 487);
});

t.test('a silent destination is left after its time; redirects are followed if asked', async (t) => {
  const { app, peers, call } = await bench(t);
  app.invite((req: Any) =>
    app.proxyRequest(
      req,
      peers.map((p) => `sip:x@${p.address}`),
      { provisionalTimeout: '150ms', followRedirects: true },
    ),
  );
  const third = await udpPeer(t);
  const calling = call();
  await peers[0].expect('INVITE');
  peers[1].reply(await peers[1].expect('INVITE'), 302, { extra: `Contact: <sip:y@${third.address}>\r\n` });
  // The peer's own Contact comes first in its answer: it is tried too, and refuses.
  peers[1].reply(await peers[1].expect('INVITE'), 480);
  third.reply(await third.expect('INVITE'), 200, { body: sdp(5000) });
  await calling;
});

t.test('a stranger cannot use the proxy as a relay', async (t) => {
  const { proxy, peers } = await bench(t);
  peers[0].request(at(proxy), 'OPTIONS', {
    uri: `sip:x@${peers[1].address}`,
    toTag: 'x',
    extra: `Route: <sip:${at(proxy)};lr>\r\n`,
  });
  t.equal((await peers[0].response()).status, 481);
  await until(() => peers[1].seen.length === 0, 100, 'nothing sent');
});

t.test(
  'RFC 3261 16.3 step 4: what comes back the same is a loop, what comes back for another is a spiral',
  async (t) => {
    const proxy = await startEngine({ timers: QUICK });
    const app = await client(proxy);
    const [peer, target] = [await udpPeer(t), await udpPeer(t)];
    t.teardown(async () => {
      app.disconnect();
      await proxy.close();
    });
    app.options((req: Any) => void app.proxyRequest(req, [`sip:bob@${target.address}`], {}).catch(() => {}));
    const to = at(proxy);
    const sent = peer.request(to, 'OPTIONS', { uri: `sip:bob@${to}`, callId: 'loop', fromTag: 'f' });
    const passed = await target.expect('OPTIONS');
    const via = passed.headers.via!.split(',')[0]!;
    t.match(via, /;branch=z9hG4bK[\w-]+\.[\w-]{16};/);
    // It comes back to the proxy with the proxy's Via in it, once for the same and once for somebody else.
    const back = (uri: string, branch: string): string =>
      sent
        .replace(/^OPTIONS \S+/, `OPTIONS ${uri}`)
        .replace(/^Via: .*$/m, `Via: SIP/2.0/UDP ${target.address};branch=${branch}\r\nVia: ${via}`);
    target.send(to, back(`sip:bob@${to}`, 'z9hG4bKback1'));
    const refused = await target.response(482);
    t.match(refused.headers.via, /z9hG4bKback1/);
    target.send(to, back(`sip:carol@${to}`, 'z9hG4bKback2'));
    // What was passed on before is not answered, and sent again meanwhile.
    const vias = (length: number) => (seen: Seen) =>
      seen.method === 'OPTIONS' && seen.headers.via!.split(',').length === length;
    t.ok(await target.next(vias(3)), 'on its way with three');
    // Somebody else's branch that looks like ours proves nothing.
    const foreign = via.replace(to, '192.0.2.1:5060');
    target.send(to, back(`sip:bob@${to}`, 'z9hG4bKback3').replace(via, foreign));
    t.ok(await target.expect('OPTIONS'));
  },
);
