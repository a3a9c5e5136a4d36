/**
 * How long calls take to be set up, by the kernel's own times of the packets: tcpdump beside SIPp, whose clock may
 * tick in steps of 4 ms.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A recording under way. */
export interface SetupWatch {
  /** Ends it; from INVITE to 200 of each call that was answered, ms. */
  stop(): Promise<number[]>;
}

/**
 * Records what goes to and from the caller at `address` on loopback. Undefined where tcpdump is missing or not
 * permitted to listen.
 */
export async function watchSetup(folder: string, address: string): Promise<SetupWatch | undefined> {
  const file = join(folder, 'setup.pcap');
  const child = spawn(
    'tcpdump',
    // Whole packets are not wanted, but the first Via of some is long; 32 MB of room, as nothing may be missed.
    [...['-i', 'lo', '-n', '-U', '-s', '700', '-B', '32768', '-w', file], `udp and host ${address}`],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const gone = new Promise<undefined>((done) => {
    child.once('error', () => done(undefined));
    child.once('exit', () => done(undefined));
  });
  const listening = new Promise<true>((done) => {
    createInterface(child.stderr).on('line', (line) => line.includes('listening on') && done(true));
  });
  if (!(await Promise.race([listening, gone]))) return undefined;
  return {
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGINT');
      await ended;
      return setupTimes(readFileSync(file), address);
    },
  };
}

/** From the first INVITE of each call to its 200 at the caller, ms, of a file of tcpdump's (Ethernet, IPv4). */
export function setupTimes(pcap: Buffer, caller: string): number[] {
  const asked = new Map<string, number>();
  const times: number[] = [];
  for (const { ms, source, destination, text } of packets(pcap)) {
    const id = /^(?:call-id|i)\s*:\s*(\S+)/im.exec(text)?.[1];
    if (id === undefined) continue;
    if (source === caller && text.startsWith('INVITE ')) {
      if (!asked.has(id)) asked.set(id, ms);
    } else if (destination === caller && text.startsWith('SIP/2.0 200') && /^cseq:.*INVITE/im.test(text)) {
      const from = asked.get(id);
      if (from !== undefined) times.push(ms - from);
      asked.delete(id);
    }
  }
  return times;
}

const FILE_HEADER = 24;
const PACKET_HEADER = 16;
const ETHERNET = 14;
const UDP = 8;
/** Magic number of a file in this machine's byte order with times in microseconds (libpcap's savefile format). */
const MAGIC = 0xa1b2c3d4;

function* packets(
  pcap: Buffer,
): Generator<{ ms: number; source: string; destination: string; text: string }> {
  if (pcap.length < FILE_HEADER || pcap.readUInt32LE(0) !== MAGIC)
    throw new Error('tcpdump wrote a file that is not to be read');
  for (let at = FILE_HEADER; at + PACKET_HEADER <= pcap.length; ) {
    const ms = pcap.readUInt32LE(at) * 1000 + pcap.readUInt32LE(at + 4) / 1000;
    const frame = pcap.subarray(at + PACKET_HEADER, at + PACKET_HEADER + pcap.readUInt32LE(at + 8));
    at += PACKET_HEADER + frame.length;
    if (frame.length < ETHERNET + 20 + UDP || frame.readUInt16BE(12) !== 0x0800) continue;
    const ip = frame.subarray(ETHERNET);
    const text = ip.subarray((ip[0]! & 15) * 4 + UDP).toString('latin1');
    yield { ms, source: ip.subarray(12, 16).join('.'), destination: ip.subarray(16, 20).join('.'), text };
  }
}
