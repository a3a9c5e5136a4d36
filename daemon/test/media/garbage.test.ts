/** Garbage at the RTP and RTCP ports of a call that is up: nobody hears it, nothing ends, nothing grows. */
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import t from 'tap';
import { toneLevelDbm0 } from '../../src/media/dsp/level.ts';
import { RTCP_BYE, RTCP_SR } from '../../src/media/rtp/rtcp.ts';
import { engine, event, steadyLevel, toward } from './support/engine.ts';
import { silence } from './support/line-double.ts';
import { RtpPeer, sine } from './support/rtp-peer.ts';

/** What somebody might send: noise, RTP of other streams, forged reports and farewells. */
function garbage(n: number): Buffer {
  const noise = randomBytes(n % 5 === 0 ? 1400 : 1 + (n % 300));
  if (n % 4 === 0) noise[0] = 0x80;
  if (n % 4 === 1) {
    noise[0] = 0x80 | (n % 32);
    noise[1] = RTCP_SR + (n % 8);
  }
  if (n % 4 === 2) {
    // A BYE for whatever stream it may hit.
    const bye = Buffer.alloc(8);
    bye.set([0x81, RTCP_BYE, 0, 1]);
    bye.writeUInt32BE(n, 4);
    return bye;
  }
  return noise;
}

t.test('a stranger fires at both ports; the peer itself sends noise among its speech', async (t) => {
  const media = engine(t);
  const peer = await new RtpPeer().open();
  const far = await new RtpPeer().open();
  for (const p of [peer, far]) t.teardown(() => p.close());
  const stranger = createSocket('udp4');
  await new Promise<void>((resolve) => stranger.bind(0, '127.0.0.66', () => resolve()));
  t.teardown(() => stranger.close());
  const a = await media.openRtp('127.0.0.1');
  const b = await media.openRtp('127.0.0.1');
  peer.remotePort = a.port;
  far.remotePort = b.port;
  await media.setRtp(a.endpoint, toward(peer));
  await media.setRtp(b.endpoint, toward(far));
  await media.connect(a.endpoint, b.endpoint);
  let lost = 0;
  media.on('rtpLost', () => lost++);
  const latched = event<[string, string]>(
    (fn) => media.on('latched', fn),
    (e) => e === a.endpoint,
  );
  far.talk(silence);
  peer.talk(sine(1000, -10));
  await latched;
  const before = process.memoryUsage().rss;
  const from = far.seen.length;
  const shooting = setInterval(() => {
    for (let n = 0; n < 60; n++) {
      stranger.send(garbage(n), a.port, '127.0.0.1');
      stranger.send(garbage(n), a.port + 1, '127.0.0.1');
    }
    // From the right address, but no RTP of this call.
    for (let n = 0; n < 6; n++) peer.raw(garbage(4 * n + (n % 2)).subarray(0, n % 3 === 0 ? 11 : 200));
  }, 5);
  t.teardown(() => clearInterval(shooting));
  await far.more(75);
  clearInterval(shooting);
  const heard = far.samples(from + 8);
  t.ok(
    Math.abs(steadyLevel(heard, 1000) + 10) < 1,
    `speech goes on: ${steadyLevel(heard, 1000).toFixed(1)} dBm0`,
  );
  t.ok(toneLevelDbm0(heard, 1500) < -40, 'and nothing else is heard');
  t.equal(lost, 0);
  const figures = await media.statistics(a.endpoint);
  t.equal(figures?.latched, `127.0.0.1:${peer.port}`, 'the place of the peer stands');
  t.ok(figures!.rejected > 20, `${figures!.rejected} packets were counted as no RTP`);
  t.ok((process.memoryUsage().rss - before) / 2 ** 20 < 80, 'no memory is lost on it');
});
