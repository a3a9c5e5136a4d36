import { createSocket } from 'node:dgram';
import t from 'tap';
import { levelDbm0, toneLevelDbm0 } from '../../src/media/dsp/level.ts';
import { LossWatch } from '../../src/media/session/loss-watch.ts';
import { engine, event, toward } from './support/engine.ts';
import { silence } from './support/line-double.ts';
import { RtpPeer, sine } from './support/rtp-peer.ts';

/**
 * Waits until a tone sent at -10 dBm0 arrives as loud. Not in one packet or the other: where this process comes late, it
 * tears holes into what it sends.
 */
const hears = (peer: RtpPeer, hz: number): Promise<void> =>
  peer.until(() => toneLevelDbm0(peer.samples(Math.max(0, peer.seen.length - 10)), hz) > -11, 10_000);

t.test('when silence of the peer counts as loss', async (t) => {
  const watch = new LossWatch();
  watch.watch(true, 0);
  t.equal(watch.check(999, 1000), undefined);
  t.equal(watch.check(1000, 1000), 'lost', 'nothing for the whole time');
  t.equal(watch.check(1100, 1000), undefined, 'told once');
  t.equal(watch.rtp(1200, false), 'resumed');
  watch.rtcp(2100);
  t.equal(watch.check(2300, 1000), undefined, 'RTCP keeps it alive');
  t.equal(watch.check(3100, 1000), 'lost');
  watch.rtp(3200, true);
  t.equal(watch.check(99_000, 1000), undefined, 'comfort noise: the peer may be silent');
  watch.rtp(99_000, false);
  watch.watch(false, 99_500);
  t.equal(watch.check(200_000, 1000), undefined, 'hold is no loss');
  watch.watch(true, 200_000);
  t.equal(watch.check(200_900, 1000), undefined, 'after hold the time begins anew');
  t.equal(watch.check(999_000, 0), undefined, '0 is never');
});

t.test('loss and return of RTP are told, and an exempt session says nothing', async (t) => {
  const media = engine(t, { rtpLossMs: 300 });
  const peer = await new RtpPeer().open();
  const exempt = await new RtpPeer().open();
  for (const p of [peer, exempt]) t.teardown(() => p.close());
  const a = await media.openRtp('127.0.0.1');
  const b = await media.openRtp('127.0.0.1');
  peer.remotePort = a.port;
  await media.setRtp(b.endpoint, toward(exempt, { lossMs: 0 }));
  await media.setRtp(a.endpoint, toward(peer));
  const lost: string[] = [];
  media.on('rtpLost', (endpoint) => lost.push(endpoint));
  peer.talk(silence);
  await peer.more(20);
  t.same(lost, []);
  peer.hush();
  await event((fn: (...args: [string]) => void) => media.on('rtpLost', fn));
  const resumed = event((fn: (...args: [string]) => void) => media.on('rtpResumed', fn));
  peer.talk(silence);
  t.same(await resumed, [a.endpoint]);
  t.same(lost, [a.endpoint]);
});

t.test('RTCP: reports each way, loss told, round trip measured, BYE at the end', async (t) => {
  const media = engine(t, { rtcpIntervalMs: 200 });
  const peer = await new RtpPeer().open();
  t.teardown(() => peer.close());
  const rtcp = createSocket('udp4');
  await new Promise<void>((resolve) => rtcp.bind(0, '127.0.0.1', resolve));
  t.teardown(() => rtcp.close());
  const reports: Buffer[] = [];
  const next = (fits: (p: Buffer) => boolean): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no such report')), 3000);
      const listen = (p: Buffer): void => {
        reports.push(p);
        if (!fits(p)) return;
        clearTimeout(timer);
        rtcp.off('message', listen);
        resolve(p);
      };
      rtcp.on('message', listen);
    });
  const { endpoint, port } = await media.openRtp('127.0.0.1');
  peer.remotePort = port;
  await media.setRtp(endpoint, { ...toward(peer), remoteRtcpPort: rtcp.address().port });
  let n = 0;
  peer.talk(silence, 20, (p) => {
    if (n++ % 4 !== 3) peer.raw(p);
  });
  const report = await next((p) => p[1] === 200 && (p[0]! & 31) === 1 && p.readUInt16BE(42) > 0);
  t.equal(report.readUInt32BE(28), peer.ssrc, 'the block is about the peer');
  await peer.more(20);
  const later = await next((p) => p[1] === 200 && (p[0]! & 31) === 1);
  t.ok(Math.abs(later[32]! / 256 - 0.25) < 0.15, `a quarter lost, told as ${later[32]}/256`);
  t.ok(later.readUInt32BE(20) > 10, 'packets sent are told');
  t.equal(port % 2, 0, 'RTP is even');
  // A receiver report of the peer that answers the sender report after 50 ms.
  const answer = Buffer.alloc(32);
  answer[0] = 0x81;
  answer[1] = 201;
  answer.writeUInt16BE(7, 2);
  answer.writeUInt32BE(peer.ssrc, 4);
  answer.writeUInt32BE(later.readUInt32BE(4), 8);
  // Of the packets of ours it has lost 3 in all, a quarter of the last ones; jitter 4 ms.
  answer.writeUInt32BE((64 << 24) | 3, 12);
  answer.writeUInt32BE(32, 20);
  answer.writeUInt32BE(later.readUInt32BE(10), 24);
  answer.writeUInt32BE(Math.round(0.02 * 65536), 28);
  await new Promise((resolve) => setTimeout(resolve, 50));
  rtcp.send(answer, port + 1, '127.0.0.1');
  await next((p) => p[1] === 200);
  const [told, none] = await media.statisticsOf([endpoint, 'rtp:99']);
  t.same(told?.peer, { packetsLost: 3, lostPart: 0.25, jitterMs: 4 }, 'what the peer says of our packets');
  t.equal(none, undefined);
  t.ok((told?.playoutMs ?? 0) >= 20, 'and the delay of our own playout');
  const trip = (await media.statistics(endpoint))?.roundTripMs ?? -1;
  t.ok(trip >= 25 && trip < 150, `round trip ${trip.toFixed(0)} ms: 50 waited less 20 told`);
  const bye = next((p) => p.length > 8 && p.readUInt8(p.length - 7) === 203);
  const figures = await media.closeRtp(endpoint);
  await bye;
  t.ok(figures!.packetsLost > 5);
  t.equal(await media.closeRtp(endpoint), undefined, 'closing twice is no error');
});

t.test('rtcp-mux: reports on the RTP port', async (t) => {
  const media = engine(t, { rtcpIntervalMs: 100 });
  const peer = await new RtpPeer().open();
  t.teardown(() => peer.close());
  const { endpoint, port } = await media.openRtp('127.0.0.1');
  peer.remotePort = port;
  await media.setRtp(endpoint, toward(peer, { rtcpMux: true }));
  await peer.until(() => peer.seen.some((p) => p.payloadType === (200 & 127)));
  t.pass('a sender report came');
});

t.test('hold: each direction carries what it may', async (t) => {
  const media = engine(t);
  const a = await new RtpPeer().open();
  const b = await new RtpPeer('PCMU').open();
  for (const p of [a, b]) t.teardown(() => p.close());
  const ea = await media.openRtp('127.0.0.1');
  const eb = await media.openRtp('127.0.0.1');
  a.remotePort = ea.port;
  b.remotePort = eb.port;
  await media.setRtp(ea.endpoint, toward(a));
  await media.setRtp(eb.endpoint, toward(b));
  await media.connect(ea.endpoint, eb.endpoint);
  a.talk(sine(1000, -10));
  b.talk(sine(600, -10));
  await b.more(30);
  await media.setRtp(ea.endpoint, toward(a, { direction: 'sendonly' }));
  const held = b.seen.length;
  await b.more(40);
  t.ok(levelDbm0(b.samples(held + 20)) < -60, 'sendonly: nothing of A goes on');
  await hears(a, 600);
  t.pass('while A still hears');
  await media.setRtp(ea.endpoint, toward(a, { direction: 'inactive' }));
  await b.more(5);
  const quiet = a.seen.length;
  await b.more(20);
  t.equal(a.seen.length, quiet, 'inactive: A is sent nothing');
  await media.setRtp(ea.endpoint, toward(a));
  await hears(b, 1000);
  t.pass('and back again');
  const ssrcs = new Set(a.seen.map((p) => p.ssrc));
  t.equal(ssrcs.size, 1);
});

t.test('ports: an even and the odd one above, bounded attempts, freed at the end', async (t) => {
  const taken = createSocket('udp4');
  await new Promise<void>((resolve) => taken.bind(0, '127.0.0.1', resolve));
  t.teardown(() => taken.close());
  const port = taken.address().port & ~1;
  const media = engine(t, { rtpPorts: { min: port, max: port + 1 } });
  await t.rejects(media.openRtp('127.0.0.1'), { code: 'media/no-port' });
  await t.rejects(media.openRtp('192.0.2.1'), { code: 'media/address' });
  t.throws(() => engine(t, { rtpPorts: { min: 5001, max: 5002 } }), { code: 'media/port-range' });
  const wide = engine(t);
  const opened = await Promise.all(Array.from({ length: 20 }, () => wide.openRtp('127.0.0.1')));
  t.equal(new Set(opened.map((o) => o.port)).size, 20, 'opened at once, each has its own');
  t.ok(opened.every((o) => o.port % 2 === 0));
  await t.rejects(wide.connect(opened[0]!.endpoint, opened[0]!.endpoint), { code: 'media/loop' });
  await t.rejects(wide.connect(opened[0]!.endpoint, 'rtp:999'), { code: 'media/no-endpoint' });
  await t.rejects(wide.play('line:1', { type: 'pcm', samples: new Int16Array(8) }), {
    code: 'media/no-endpoint',
  });
});

t.test('playing toward a trunk: replaced, stopped, ended', async (t) => {
  const media = engine(t);
  const peer = await new RtpPeer().open();
  t.teardown(() => peer.close());
  const { endpoint, port } = await media.openRtp('127.0.0.1');
  peer.remotePort = port;
  await media.setRtp(endpoint, toward(peer));
  const tone = (frequency: number) =>
    ({ type: 'tone', tone: { frequencies: [frequency], levelDbm0: -10, cadence: [] } }) as const;
  const first = media.play(endpoint, tone(425));
  await peer.more(10);
  const second = media.play(endpoint, tone(1000));
  t.equal(await first, false, 'replaced');
  const from = peer.seen.length;
  await peer.more(20);
  t.ok(toneLevelDbm0(peer.samples(from + 2), 1000) > -11);
  await media.stop(endpoint);
  t.equal(await second, false, 'stopped');
  const samples = new Int16Array(800).map((_, n) => sine(1500, -10)(n));
  const pcm = media.play(endpoint, { type: 'pcm', samples, repeat: 2 });
  t.equal(await pcm, true, 'ended');
  await peer.more(3);
  const third = media.play(endpoint, tone(425));
  const figures = await media.closeRtp(endpoint);
  t.equal(await third, false, 'closing stops it');
  t.ok(figures!.packetsSent >= 30);
});
