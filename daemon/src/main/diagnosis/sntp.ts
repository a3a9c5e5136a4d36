import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';

/** Seconds from 1900 (RFC 5905 6) to 1970. */
const ERA = 2_208_988_800;
const PORT = 123;
const PATIENCE_MS = 3000;

/**
 * How far a time server is ahead of our clock, ms (RFC 4330 5); rejects if it does not answer in time. The two ways of
 * the packet are taken for equally long.
 * @param server host, or host:port with an IPv4 address or a name
 */
export function askTime(server: string, wall: () => number, patienceMs = PATIENCE_MS): Promise<number> {
  const [, host = server, port] = /^(.+?)(?::(\d+))?$/.exec(server) ?? [];
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    let sentAt = 0;
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.on('error', () => {});
      socket.close();
      settle();
    };
    const timer = setTimeout(() => end(() => reject(new Error('no answer'))), patienceMs);
    socket.on('error', (error) => end(() => reject(error)));
    socket.on('message', (data) => {
      const now = wall();
      // Mode 4 is a server's; stratum 0 is its refusal.
      if (data.length < 48 || ((data[0] ?? 0) & 7) !== 4 || data[1] === 0) return;
      // What it answers to is ours.
      if (data.readUInt32BE(24) !== secondsOf(sentAt) || data.readUInt32BE(28) !== fractionOf(sentAt)) return;
      const [received, transmitted] = [timeAt(data, 32), timeAt(data, 40)];
      end(() => resolve((received - sentAt + (transmitted - now)) / 2));
    });
    socket.connect(Number(port ?? PORT), host, (error?: unknown) => {
      if (error) return end(() => reject(error as Error));
      const packet = Buffer.alloc(48);
      // Version 4, mode 3: a client.
      packet[0] = (4 << 3) | 3;
      sentAt = wall();
      packet.writeUInt32BE(secondsOf(sentAt), 40);
      packet.writeUInt32BE(fractionOf(sentAt), 44);
      socket.send(packet, () => {});
    });
  });
}

/** Time servers of the system, as systemd-timesyncd is told; none: nobody is asked. */
export function systemTimeServers(
  files = ['/etc/systemd/timesyncd.conf', '/run/systemd/timesyncd.conf.d/linegate.conf'],
): string[] {
  return files.flatMap((file) => {
    try {
      const line = /^(?:Fallback)?NTP=(.+)$/m.exec(readFileSync(file, 'utf8'))?.[1];
      return line?.trim().split(/\s+/) ?? [];
    } catch {
      return [];
    }
  });
}

const secondsOf = (at: number): number => (Math.floor(at / 1000) + ERA) % 2 ** 32;
const fractionOf = (at: number): number => Math.floor(((at % 1000) / 1000) * 2 ** 32) % 2 ** 32;

function timeAt(data: Buffer, offset: number): number {
  const seconds = data.readUInt32BE(offset);
  // RFC 4330 3: without the highest bit it is of the era that begins in 2036.
  const since1900 = seconds >= 2 ** 31 ? seconds : seconds + 2 ** 32;
  return (since1900 - ERA) * 1000 + (data.readUInt32BE(offset + 4) * 1000) / 2 ** 32;
}
