import { lookup } from 'node:dns/promises';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Clock } from '../base/clock.ts';
import { codeOf } from '../base/error.ts';
import type { Post, PostResult } from '../programs/webhooks.ts';
import { hookAddress, pinnedTo } from './hook-address.ts';

/** How long a program may take to answer, ms. */
const longestMs = 10_000;

interface Parts {
  clock: Clock;
  /** Names, addresses and subnets of the settings to which requests may go. */
  hosts(): readonly string[];
  /** Addresses of a name; of this machine's resolver unless given. */
  resolve?: (host: string) => Promise<string[]>;
  /** Which of its addresses a host is asked at; {@link hookAddress} unless given. */
  choose?: typeof hookAddress;
}

/**
 * Sends messages to programs. A host goes to an address that {@link hookAddress} allows, and to the very one that was
 * looked at; the host of the URL counts as named, since an admin has written it. Redirections are not followed, of the
 * answer only the status is read, and after ten seconds it is over whatever the other side does.
 */
export function webhookPost(parts: Parts): Post {
  return async ({ url, verify, headers, body }) => {
    const target = new URL(url);
    const controller = new AbortController();
    let late = false;
    const timer = parts.clock.after(longestMs, () => {
      late = true;
      controller.abort();
    });
    const aborted = new Promise<never>((_, reject) => {
      controller.signal.addEventListener('abort', () => reject(controller.signal.reason));
    });
    aborted.catch(() => {});
    try {
      return await Promise.race([aborted, exchange(target, verify, headers, body, controller.signal, parts)]);
    } catch (error) {
      if (late) return { error: 'late' };
      return { error: isCertificate(codeOf(error)) ? 'certificate' : 'unreachable' };
    } finally {
      timer.cancel();
      controller.abort();
    }
  };
}

async function exchange(
  target: URL,
  verify: boolean,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
  { hosts, resolve = resolved, choose = hookAddress }: Parts,
): Promise<PostResult> {
  const host = target.hostname.replace(/^\[(.*)\]$/, '$1');
  const addresses = isIP(host) ? [host] : await resolve(host);
  const own = Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).map(({ address }) => address),
  );
  const address = choose(host, addresses, [...hosts(), host], own);
  if (address === undefined) return { error: 'address' };
  const options: RequestOptions & { rejectUnauthorized?: boolean } = {
    method: 'POST',
    lookup: pinnedTo(address),
    agent: false,
    signal,
    rejectUnauthorized: verify,
    headers: {
      ...headers,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'linegate',
    },
  };
  const open = target.protocol === 'https:' ? (await import('node:https')).request : httpRequest;
  const response = await new Promise<IncomingMessage>((done, reject) => {
    const request = open(target, options, done);
    request.on('error', reject);
    request.end(body);
  });
  // What it says besides is of no interest, however long it may be.
  response.on('error', () => {});
  response.destroy();
  return { status: response.statusCode ?? 0 };
}

const isCertificate = (code: string | undefined): boolean =>
  code !== undefined && /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|ERR_TLS/.test(code);

const resolved = async (host: string): Promise<string[]> =>
  (await lookup(host, { all: true })).map(({ address }) => address);
