import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import { codeOf, messageOf } from '../../base/error.ts';
import { routedAddress } from '../../sip/local-address.ts';
import type { ProbeSeen } from './observations.ts';

/** How long an answer may take, ms. */
const PATIENCE_MS = 4000;
/** A lost datagram is sent anew (RFC 3261 17.1.2.2). */
const AGAIN_MS = [500, 1500] as const;
/** An answer to OPTIONS is a kilobyte; more is none. */
const LONGEST_ANSWER = 64 * 1024;

/** Where to ask. */
export interface ProbeTarget {
  trunk: string;
  /** Name or address, for the request URI. */
  server: string;
  address: string;
  port: number;
}

/**
 * Asks a server by OPTIONS from a socket of its own: what goes out and what comes back are known to the octet, which
 * shows whether a router between has changed them. Never rejects.
 */
export async function probe(
  transport: 'udp' | 'tcp',
  target: ProbeTarget,
  times: { now(): number; wall(): number; patienceMs?: number },
): Promise<ProbeSeen> {
  const { trunk, address, port } = target;
  const remote = isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
  const at = times.wall();
  const from = times.now();
  const patienceMs = times.patienceMs ?? PATIENCE_MS;
  const message = (direction: 'in' | 'out', local: string, text: string, when: number) => ({
    ...{ at: when, direction, transport, local, remote, text },
  });
  let sent = message('out', '', '', at);
  try {
    const local = await routedAddress(address);
    const host = isIPv6(local) ? `[${local}]` : local;
    const ask = (ourPort: number): string => {
      const text = options(transport, `${host}:${ourPort}`, target);
      sent = message('out', `${host}:${ourPort}`, text, at);
      return text;
    };
    const text = await (transport === 'udp' ? overUdp : overTcp)(target, ask, patienceMs);
    const answer = message('in', sent.local, text, times.wall());
    return { trunk, transport, target: remote, sent, answer, ms: Math.round(times.now() - from) };
  } catch (error) {
    return { trunk, transport, target: remote, sent, error: codeOf(error) ?? messageOf(error) };
  }
}

function options(transport: 'udp' | 'tcp', local: string, { server }: ProbeTarget): string {
  const token = (): string => randomBytes(8).toString('hex');
  return [
    `OPTIONS sip:${server} SIP/2.0`,
    `Via: SIP/2.0/${transport.toUpperCase()} ${local};rport;branch=z9hG4bK${token()}`,
    'Max-Forwards: 70',
    `From: <sip:diagnosis@${local}>;tag=${token()}`,
    `To: <sip:${server}>`,
    `Call-ID: ${token()}`,
    'CSeq: 1 OPTIONS',
    `Contact: <sip:diagnosis@${local}${transport === 'tcp' ? ';transport=tcp' : ''}>`,
    'Accept: application/sdp',
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n');
}

function overUdp(
  { address, port }: ProbeTarget,
  ask: (port: number) => string,
  patienceMs: number,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    const timers: NodeJS.Timeout[] = [];
    const end = (settle: () => void): void => {
      for (const timer of timers) clearTimeout(timer);
      socket.removeAllListeners();
      socket.on('error', () => {});
      socket.close();
      settle();
    };
    socket.on('error', (error) => end(() => reject(error)));
    socket.on('message', (data) => {
      if (data.subarray(0, 8).toString('latin1').toUpperCase() === 'SIP/2.0 ')
        end(() => resolve(data.toString('latin1')));
    });
    socket.bind(0, () => {
      // Connected: only that server is heard, and a closed port is told at once.
      socket.connect(port, address, () => {
        const text = ask(socket.address().port);
        const send = (): void => socket.send(text, () => {});
        send();
        for (const ms of AGAIN_MS) timers.push(setTimeout(send, ms));
        timers.push(setTimeout(() => end(() => reject(new Error('no answer'))), patienceMs));
      });
    });
  });
}

function overTcp(
  { address, port }: ProbeTarget,
  ask: (port: number) => string,
  patienceMs: number,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port });
    let got = '';
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      socket.destroy();
      settle();
    };
    const timer = setTimeout(() => end(() => reject(new Error('no answer'))), patienceMs);
    socket.setEncoding('latin1');
    socket.on('error', (error) => end(() => reject(error)));
    socket.on('close', () => end(() => reject(new Error('closed'))));
    socket.on('connect', () => socket.write(ask(socket.localPort ?? 0)));
    socket.on('data', (data: string) => {
      got += data;
      if (!got.startsWith('SIP/2.0 '.slice(0, got.length)) || got.length > LONGEST_ANSWER)
        end(() => reject(new Error('no SIP')));
      // A body, if there is one, says nothing that is looked for.
      else if (/\r?\n\r?\n/.test(got)) end(() => resolve(got));
    });
  });
}
