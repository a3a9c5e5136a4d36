import { createSocket } from 'node:dgram';
import t from 'tap';
import { type CryptoLine, freshLine, SrtpStream } from '../../../../scripts/lib/operator/srtp.ts';
import type { SrtpParameters, SrtpSuite } from '../../../src/media/api.ts';
import { engine, steadyLevel, toward } from '../support/engine.ts';
import { RtpPeer, sine } from '../support/rtp-peer.ts';

const keyOf = ({ suite, key }: CryptoLine) => ({ suite: suite as SrtpSuite, key: key.toString('base64') });

/** Lets a peer speak SRTP of its own make; returns what the box is told. */
function secure(peer: RtpPeer, suite: SrtpSuite): SrtpParameters {
  const theirs = freshLine(suite);
  const ours = freshLine(suite);
  const out = new SrtpStream(theirs);
  const into = new SrtpStream(ours);
  peer.sealed = (packet) => out.seal(packet);
  peer.opened = (datagram) => into.open(datagram);
  return { send: keyOf(ours), receive: keyOf(theirs) };
}

for (const [suite, other] of [
  ['AES_CM_128_HMAC_SHA1_80', 'AEAD_AES_256_GCM'],
  ['AES_CM_128_HMAC_SHA1_32', undefined],
] as const) {
  t.test(`${suite} joined with ${other ?? 'plain RTP'}: each leg by its own keys`, async (t) => {
    const media = engine(t);
    const [a, b] = [await new RtpPeer().open(), await new RtpPeer().open()];
    for (const peer of [a, b]) t.teardown(() => peer.close());
    const [ea, eb] = [await media.openRtp('127.0.0.1'), await media.openRtp('127.0.0.1')];
    a.remotePort = ea.port;
    b.remotePort = eb.port;
    await media.setRtp(ea.endpoint, toward(a, { srtp: secure(a, suite) }));
    await media.setRtp(eb.endpoint, toward(b, other ? { srtp: secure(b, other) } : {}));
    await media.connect(ea.endpoint, eb.endpoint);
    a.talk(sine(1000, -10));
    b.talk(sine(600, -16));
    await b.more(30, 8000);
    await a.more(5, 8000);
    const heard = steadyLevel(b.samples(5), 1000);
    t.ok(Math.abs(heard + 10) < 0.5, `1 kHz at ${heard} dBm0`);
    const back = steadyLevel(a.samples(5), 600);
    t.ok(Math.abs(back + 16) < 0.5, `600 Hz at ${back} dBm0`);
    t.equal(a.unopened + b.unopened, 0, 'nothing went out in the clear or with another key');
    t.match(await media.statistics(ea.endpoint), { packetsLost: 0, rejected: 0 });
  });
}

t.test(
  'what is not protected is neither heard nor settles the source, and new keys take effect',
  async (t) => {
    const media = engine(t, { rtcpIntervalMs: 200 });
    const peer = await new RtpPeer().open();
    t.teardown(() => peer.close());
    const { endpoint, port } = await media.openRtp('127.0.0.1');
    peer.remotePort = port;
    const rtcp = createSocket('udp4');
    await new Promise<void>((resolve) => rtcp.bind(0, '127.0.0.1', resolve));
    t.teardown(() => rtcp.close());
    const reports: Buffer[] = [];
    rtcp.on('message', (report) => reports.push(report));
    const remoteRtcpPort = rtcp.address().port;
    let latched = 0;
    media.on('latched', () => latched++);
    await media.setRtp(endpoint, toward(peer, { remoteRtcpPort, srtp: secure(peer, 'AEAD_AES_128_GCM') }));
    let plain = 0;
    peer.talk(sine(1000, -10), 20, (packet) => {
      plain++;
      peer.raw(packet);
    });
    await peer.more(20, 8000);
    t.equal(latched, 0, 'nobody is believed');
    const before = await media.statistics(endpoint);
    t.equal(before?.packetsReceived, 0);
    t.ok(before!.rejected > 0 && before!.rejected <= plain, `${before?.rejected} of ${plain} refused`);
    peer.talk(sine(1000, -10));
    await peer.more(20, 8000);
    t.equal(latched, 1);
    const heard = (await media.statistics(endpoint))!.packetsReceived;
    t.ok(heard > 0, 'protected packets are heard');
    // A re-INVITE with new keys: packets by the old ones count no more.
    const old = peer.sealed;
    await media.setRtp(
      endpoint,
      toward(peer, { remoteRtcpPort, srtp: secure(peer, 'AES_256_CM_HMAC_SHA1_80') }),
    );
    await peer.more(20, 8000);
    t.ok((await media.statistics(endpoint))!.packetsReceived > heard + 5, 'by the new keys');
    // What was on its way by the old keys has come.
    peer.unopened = 0;
    peer.hush();
    const { rejected } = (await media.statistics(endpoint))!;
    peer.raw(old(peer.audio(sine(1000, -10), 20, 0)));
    peer.talk(sine(1000, -10));
    await peer.more(10, 8000);
    t.equal((await media.statistics(endpoint))!.rejected, rejected + 1, 'not by the old');
    t.equal(peer.unopened, 0);
    t.ok(reports.length > 0, 'reports are sent');
    t.ok(
      reports.every((report) => report[1] === 200 && report.length >= 28 + 14),
      'with index and tag',
    );
    await t.rejects(
      media.setRtp(
        endpoint,
        toward(peer, {
          srtp: {
            send: { suite: 'AEAD_AES_128_GCM', key: '' },
            receive: keyOf(freshLine('AEAD_AES_128_GCM')),
          },
        }),
      ),
      { code: 'media/srtp' },
      'a bad key is refused',
    );
  },
);
