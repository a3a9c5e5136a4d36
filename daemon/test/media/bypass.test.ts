import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import type { RtpParameters } from '../../src/media/api.ts';
import { MediaEngine } from '../../src/media/engine.ts';
import { russia, terms } from './support/engine.ts';
import { MemorySockets } from './support/memory-sockets.ts';

const PEERS = [7000, 7002] as const;

const bypassed = (port: number, changes: Partial<RtpParameters> = {}): RtpParameters =>
  terms(port, { mayBypass: true, ...changes });

interface Bench {
  clock: FakeClock;
  media: MediaEngine;
  /** What the engine has told, in order. */
  told: string[];
  a: string;
  b: string;
  /** Each peer sends for so long, a packet each 20 ms: to the box, or past it. */
  talk(ms: number, past?: boolean): void;
  /** What a peer has heard from the box and past it. */
  heard(peer: 0 | 1): { ssrc: number; sequence: number }[];
  /** Packets of RTP that the box has sent since the last time. */
  sent(): number;
}

async function call(changes: readonly Partial<RtpParameters>[] = [{}, {}], from = PEERS): Promise<Bench> {
  const clock = new FakeClock();
  const sockets = new MemorySockets();
  const media = new MediaEngine({
    clock,
    profile: russia,
    options: { rtpPorts: { min: 20000, max: 20999 }, rtpLossMs: 5000 },
    sockets: sockets.factory,
  });
  const told: string[] = [];
  media.on('pathFree', (a, b) => told.push(`free ${a} ${b}`));
  media.on('pathNeeded', (endpoint) => told.push(`needed ${endpoint}`));
  media.on('rtpLost', (endpoint) => told.push(`lost ${endpoint}`));
  const endpoints: string[] = [];
  const ports: number[] = [];
  for (const [i, peer] of PEERS.entries()) {
    const { endpoint, port } = await media.openRtp('127.0.0.1');
    endpoints.push(endpoint);
    ports.push(port);
    await media.setRtp(endpoint, bypassed(peer, changes[i]));
  }
  const [a = '', b = ''] = endpoints;
  await media.connect(a, b);
  const heard: { ssrc: number; sequence: number }[][] = [[], []];
  let taken = 0;
  const take = (): void => {
    for (const { from, data } of sockets.sent.slice(taken)) {
      const to = ports.indexOf(from);
      if (to >= 0 && data.length > 12)
        heard[to]!.push({ ssrc: data.readUInt32BE(8), sequence: data.readUInt16BE(2) });
    }
    taken = sockets.sent.length;
  };
  let sequence = 100;
  let counted = 0;
  return {
    ...{ clock, media, told, a, b },
    talk: (ms, past = false) => {
      for (let at = 0; at < ms; at += 20) {
        for (const [i, peer] of PEERS.entries()) {
          const packet = Buffer.alloc(172, 0xd5);
          packet[0] = 0x80;
          packet[1] = 8;
          packet.writeUInt16BE(sequence & 0xffff, 2);
          packet.writeUInt32BE((sequence * 160) >>> 0, 4);
          packet.writeUInt32BE(peer, 8);
          if (!past) sockets.deliver(ports[i]!, packet, from[i]!);
          take();
          if (past) heard[1 - i]!.push({ ssrc: peer, sequence: sequence & 0xffff });
        }
        sequence++;
        clock.advance(20);
        take();
      }
    },
    heard: (peer) => heard[peer]!,
    sent: () => {
      const count = sockets.sent.filter(({ from, data }) => ports.includes(from) && data.length > 12).length;
      const more = count - counted;
      counted = count;
      return more;
    },
  };
}

/** Whether a row of packets is without a hole, and of how many streams. */
function row(packets: readonly { ssrc: number; sequence: number }[]): { streams: number; missing: number } {
  let missing = 0;
  for (let i = 1; i < packets.length; i++)
    if (packets[i]!.ssrc === packets[i - 1]!.ssrc)
      missing += Math.abs(((packets[i]!.sequence - packets[i - 1]!.sequence) & 0xffff) - 1);
  return { streams: new Set(packets.map(({ ssrc }) => ssrc)).size, missing };
}

t.test(
  'a call that needs nothing is told to be free, once, after a second with packets both ways',
  async (t) => {
    const { media, told, a, b, talk } = await call();
    talk(900);
    t.same(told, []);
    talk(400);
    t.same(told, [`free ${a} ${b}`]);
    talk(3000);
    t.equal(told.length, 1, 'whoever does not want it is not asked again and again');
    await media.detect(a, { dtmf: true });
    talk(200);
    await media.detect(a, {});
    talk(1400);
    t.same(told, [`free ${a} ${b}`, `free ${a} ${b}`], 'but when it has needed something in between');
    await media.close();
  },
);

t.test(
  'past the box and back: every packet once, one stream for a receiver, nothing of our own between',
  async (t) => {
    const { media, told, a, b, talk, heard, sent, clock } = await call();
    talk(1500);
    for (const endpoint of [a, b]) await media.bypass(endpoint, true);
    talk(100);
    sent();
    talk(20_000, true);
    t.equal(sent(), 0, 'the box is silent: no packet that fills a pause');
    t.same(told, [`free ${a} ${b}`], 'and does not take the call for dead');
    talk(100);
    for (const endpoint of [a, b]) await media.bypass(endpoint, false);
    talk(1000);
    for (const peer of [0, 1] as const)
      t.same(
        row(heard(peer).slice(2)),
        { streams: 1, missing: 0 },
        `peer ${peer} sees one stream without a hole`,
      );
    const figures = await media.statistics(a);
    t.match(figures, { packetsLost: 0, rejected: 0 }, 'what went past is not lost');
    talk(6000);
    t.equal(told.length, 2, 'and free again');
    clock.advance(6000);
    t.same(told.slice(2).sort(), [`lost ${a}`, `lost ${b}`], 'silence counts again');
    await media.close();
  },
);

t.test('what needs the packets says so once, and begins when they are back', async (t) => {
  const { media, told, a, b, talk, heard, sent } = await call();
  talk(1500);
  for (const endpoint of [a, b]) await media.bypass(endpoint, true);
  talk(2000, true);
  told.length = 0;
  const played = media.play(b, { type: 'pcm', samples: new Int16Array(800).fill(4000) });
  t.same(told.sort(), [`needed ${a}`, `needed ${b}`].sort());
  const before = heard(1).length;
  sent();
  talk(200, true);
  t.equal(sent(), 0, 'two streams at once would be neither');
  t.equal(row(heard(1).slice(before)).missing, 0);
  talk(100);
  for (const endpoint of [a, b]) await media.bypass(endpoint, false);
  talk(40);
  t.equal(heard(1).at(-1)?.ssrc === PEERS[0], false, 'now the box speaks, in a stream of its own');
  talk(400);
  t.equal(await played, true, 'all of it has been played');
  t.equal(told.length, 2);
  await media.close();
});

t.test('a hold: nobody hears anything of ours before the peer has come back', async (t) => {
  const { media, told, a, b, talk, sent } = await call();
  talk(1500);
  for (const endpoint of [a, b]) await media.bypass(endpoint, true);
  talk(200, true);
  told.length = 0;
  await media.disconnect(a);
  void media.play(b, { type: 'music' });
  t.same(told.sort(), [`needed ${a}`, `needed ${b}`].sort());
  sent();
  talk(500, true);
  t.equal(sent(), 0);
  for (const endpoint of [a, b]) await media.bypass(endpoint, false);
  talk(500);
  t.ok(sent() >= 40, 'then both are sent to');
  await media.close();
});

for (const [what, changes, from] of [
  ['a peer that may not be bypassed', [{}, { mayBypass: false }], PEERS],
  ['another number for the events', [{}, { telephoneEventPayloadType: 96 }], PEERS],
  ['another codec', [{}, { codec: 'PCMU', payloadType: 0 }], PEERS],
  ['a peer that is on hold', [{}, { direction: 'sendonly' }], PEERS],
  ['reports on a port of their own', [{}, { remoteRtcpPort: 9001 }], PEERS],
  ['digits by signalling', [{ digitsAside: true }, {}], PEERS],
  ['a NAT in front of one', [{}, {}], [7000, 7400]],
] as const)
  t.test(`not past the box: ${what}`, async (t) => {
    const { media, told, talk } = await call(changes, from as typeof PEERS);
    talk(4000);
    t.same(told, []);
    await media.close();
  });
