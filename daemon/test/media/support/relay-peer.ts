/** Runs in a peer's namespace: sends RTP at an even pace, and keeps what comes. */
import { createSocket } from 'node:dgram';

/** What the peer is asked: to send somewhere, to stop, what it has heard and sent. */
export type PeerQuestion =
  | { what: 'send'; address: string; port: number }
  | { what: 'stop' }
  | { what: 'report' };

export interface PeerReport {
  sent: number;
  /** Sequence numbers as they came, unwrapped, of the peer's stream alone. */
  heard: number[];
  /** How often the SSRC changed, and where packets came from. */
  changes: number;
  sources: string[];
  /** Reports that came to the RTCP port. */
  reports: number;
}

const [address = '', ownSsrc = '0', otherSsrc = '0'] = process.argv.slice(2);
const socket = createSocket('udp4');
const rtcp = createSocket('udp4');
const heard: number[] = [];
let ssrc: number | undefined;
let changes = 0;
const sources = new Set<string>();
let sent = 0;
let reports = 0;
let timer: NodeJS.Timeout | undefined;

socket.on('message', (data, from) => {
  if (ssrc !== undefined && ssrc !== data.readUInt32BE(8)) changes++;
  ssrc = data.readUInt32BE(8);
  sources.add(`${from.address}:${from.port}`);
  if (ssrc === Number(otherSsrc)) heard.push(data.readUInt16BE(2));
});
rtcp.on('message', () => reports++);

/** A packet each 5 ms, four times as dense as a call's, and numbered from where numbers turn over soon. */
function start(to: string, port: number): void {
  const begin = performance.now() - sent * 5;
  timer = setInterval(() => {
    while (performance.now() - begin >= sent * 5) {
      const packet = Buffer.alloc(172, 0xd5);
      packet[0] = 0x80;
      packet[1] = 8;
      packet.writeUInt16BE((65_000 + sent) & 0xffff, 2);
      packet.writeUInt32BE((sent * 160) >>> 0, 4);
      packet.writeUInt32BE(Number(ownSsrc), 8);
      socket.send(packet, port, to);
      sent++;
    }
    // A report now and then: it is for the other peer.
    if (sent % 100 === 0) rtcp.send(report(), port + 1, to);
  }, 2);
}

/** A sender report with nothing in it (RFC 3550 6.4.1). */
function report(): Buffer {
  const data = Buffer.alloc(28);
  data.set([0x80, 200, 0, 6]);
  data.writeUInt32BE(Number(ownSsrc), 4);
  return data;
}

process.on('message', (question: PeerQuestion) => {
  if (question.what === 'send') start(question.address, question.port);
  if (question.what === 'stop') clearInterval(timer);
  const answer: PeerReport = { sent, heard, changes, sources: [...sources], reports };
  process.send!(answer);
});

socket.bind(5000, address, () => rtcp.bind(5001, address, () => process.send!('ready')));
