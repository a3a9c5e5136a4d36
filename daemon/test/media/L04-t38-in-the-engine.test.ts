import { createSocket, type Socket } from 'node:dgram';
import t, { type Test } from 'tap';
import { systemClock } from '../../src/base/clock.ts';
import type { T38Parameters } from '../../src/media/api.ts';
import { MediaEngine } from '../../src/media/engine.ts';
import type { GatewayMaker } from '../../src/media/fax/gateway.ts';
import { readUdptl, UdptlSender } from '../../src/media/fax/udptl.ts';
import { engine, event, russia, toward } from './support/engine.ts';
import { RtpPeer, sine } from './support/rtp-peer.ts';
import { v21 } from './support/v21.ts';

/** Gateways that are silent, and count what they hear. */
function deafGateways(): GatewayMaker & { pushed: number; ifps: number; warmed: number } {
  const counts = {
    pushed: 0,
    ifps: 0,
    warmed: 0,
    warm: () => void counts.warmed++,
    open: () => ({ push: () => void counts.pushed++, receive: () => void counts.ifps++, close: () => {} }),
  };
  return counts;
}

function faxEngine(t: Test, fax: GatewayMaker, rtpLossMs = 400): MediaEngine {
  const media = new MediaEngine({
    clock: systemClock(),
    profile: russia,
    options: { rtpPorts: { min: 20000, max: 59999 }, rtpLossMs, rtcpIntervalMs: 100 },
    fax,
  });
  t.teardown(() => media.close());
  return media;
}

/** A T.38 peer on loopback: what came, and a way to send. */
async function faxPeer(
  t: Test,
): Promise<{ socket: Socket; port: number; came: Buffer[]; more(n: number): Promise<void> }> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => void socket.bind(0, '127.0.0.1', resolve));
  t.teardown(() => socket.close());
  const came: Buffer[] = [];
  socket.on('message', (data) => came.push(data));
  const more = async (n: number): Promise<void> => {
    const until = came.length + n;
    while (came.length < until) await new Promise((resolve) => socket.once('message', resolve));
  };
  return { socket, port: socket.address().port, came, more };
}

const t38 = (port: number): T38Parameters => ({
  remoteAddress: '127.0.0.1',
  remotePort: port,
  maxBitRate: 14_400,
  maxBuffer: 2000,
  maxDatagram: 400,
  redundancy: 3,
});

t.test('from audio to T.38 and back, on one port', async (t) => {
  const gateways = deafGateways();
  const media = faxEngine(t, gateways);
  const peer = await new RtpPeer().open();
  t.teardown(() => peer.close());
  const { endpoint, port } = await media.openRtp('127.0.0.1');
  peer.remotePort = port;
  await media.setRtp(endpoint, toward(peer));
  peer.talk(sine(1000, -10));
  await peer.more(10);
  const lost: string[] = [];
  media.on('rtpLost', (id) => lost.push(id));

  const far = await faxPeer(t);
  await media.setT38(endpoint, t38(far.port));
  await far.more(1);
  t.ok(readUdptl(far.came[0]!), 'a datagram of T.38 at once');
  const sender = new UdptlSender({ redundancy: 3, maxDatagram: 400 });
  for (let n = 0; n < 60; n++) {
    far.socket.send(sender.next(Uint8Array.of(n % 4)), port, '127.0.0.1');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  t.ok(gateways.ifps >= 58, `${gateways.ifps} packets reached the gateway`);
  t.ok(gateways.pushed > 50, 'which is moved along by the timer, as no card does it');
  t.same(lost, [], 'that no RTP comes is no loss');
  t.notOk(
    far.came.some((data) => !readUdptl(data)),
    'and neither RTP nor RTCP goes to where the fax is',
  );

  await media.setRtp(endpoint, toward(peer));
  await peer.more(10);
  t.pass('audio is back');
});

t.test('a session without a gateway stays with audio', async (t) => {
  const media = engine(t);
  const { endpoint } = await media.openRtp('127.0.0.1');
  await t.rejects(media.setT38(endpoint, t38(4000)), { code: 'media/no-fax' });
});

t.test(
  'flags in the audio of a peer are told where that is asked for, and have the gateways warmed',
  async (t) => {
    const gateways = deafGateways();
    const media = faxEngine(t, gateways, 0);
    const peer = await new RtpPeer().open();
    t.teardown(() => peer.close());
    const { endpoint, port } = await media.openRtp('127.0.0.1');
    peer.remotePort = port;
    await media.setRtp(endpoint, toward(peer));
    const flags = v21(Array.from({ length: 120 }, () => [0, 1, 1, 1, 1, 1, 1, 0]).flat(), { dbm0: -12 });
    const heard = event<[string]>((fn) => media.on('faxFlags', fn), undefined, 8000);
    await media.care(endpoint, { flags: true, clear: true });
    peer.talk((n: number) => flags[n % flags.length]!);
    t.same(await heard, [endpoint]);
    t.equal(gateways.warmed, 1);
  },
);
