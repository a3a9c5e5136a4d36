import type { Clock, Timer } from '../base/clock.ts';
import { codeOf, messageOf } from '../base/error.ts';
import { parseNameAddress, parseUri, splitHeader } from './address.ts';
import { nextSequence, noDigestYet } from './credentials.ts';
import type { SrfFacade } from './srf-facade.ts';
import type { Headers, SrfResponse } from './srf-types.ts';
import type { Target } from './targets.ts';
import type { Trunk } from './trunk.ts';

/** A request of the trunk's own, outside of calls. */
export interface TrunkRequest {
  method: 'REGISTER' | 'OPTIONS';
  headers: Headers;
  callId: string;
  /** First CSeq; each repetition with credentials takes the next. */
  sequence: number;
}

/** How it ended. `response`: undefined if nothing came from the network. */
export interface TrunkAnswer {
  response: SrfResponse | undefined;
  /** CSeq that was used last. */
  sequence: number;
}

/** How a request of the trunk's own ended. */
export interface Exchange {
  /** Final status; 408 if nothing came, 503 if it could not be sent. */
  status: number;
  text: string;
  /** By the server, and not by silence or our own engine. */
  answered: boolean;
  /** From the last transmission of ours to the answer, ms. */
  latencyMs?: number;
}

/**
 * Sends a request to the operator's server, with credentials where it asks for them, and tells `saw` how it
 * ended. After `waitMs` without an end nothing is waited for any more; an answer that comes then is not heard.
 */
export async function askTrunk(
  trunk: Trunk,
  parts: { facade: SrfFacade; clock: Clock },
  target: Target,
  request: TrunkRequest,
  saw: (exchange: Exchange) => void,
  waitMs?: number,
): Promise<TrunkAnswer> {
  const { facade, clock } = parts;
  const { method, callId } = request;
  let { sequence } = request;
  const uri = `sip:${trunk.domain}`;
  let ahead = method === 'REGISTER' ? trunk.credentials.ahead(method, uri) : {};
  for (let digest = noDigestYet(); ; ahead = {}) {
    const began = clock.now();
    let response: SrfResponse | undefined;
    try {
      const asked = facade.request(method, {
        uri,
        proxy: trunk.proxyOf(target),
        headers: {
          ...request.headers,
          ...ahead,
          ...digest.headers,
          'Call-ID': callId,
          CSeq: `${sequence} ${method}`,
        },
      });
      response = await (waitMs === undefined ? asked : within(clock, waitMs, asked));
    } catch (error) {
      // The engine's own loss says nothing of the operator.
      if (codeOf(error) !== 'sip/engine-lost') {
        const silent = codeOf(error) === 'sip/timeout';
        const text = silent ? 'no answer' : `not sent: ${messageOf(error)}`;
        saw({ status: silent ? 408 : 503, text, answered: false });
      }
      return { response: undefined, sequence };
    }
    if (response === undefined) {
      saw({ status: 408, text: 'no answer', answered: false });
      return { response, sequence };
    }
    trunk.heard(response);
    trunk.sawUsAt(target, method, response);
    const next = trunk.credentials.answer(response, digest, {
      method,
      fromTrunk: trunk.trusts(response.source_address),
      dialog: 'outside',
    });
    if (!next) {
      const answered = response.source_address !== '';
      if (answered && trunk.trusts(response.source_address)) trunk.credentials.learn(response);
      const latencyMs = clock.now() - began;
      saw({
        status: response.status,
        text: answered ? response.reason : whyNot(response),
        answered,
        ...(answered ? { latencyMs } : {}),
      });
      return { response: answered ? response : undefined, sequence };
    }
    digest = next;
    sequence = nextSequence(response) ?? sequence + 1;
  }
}

/** Why our engine could not send a request: `tls/expired`, `tcp/ECONNREFUSED`, which it says in Reason (RFC 3326). */
export function whyNot(response: SrfResponse): string {
  return /;\s*text="([^"]*)"/.exec(response.get('Reason') ?? '')?.[1] ?? response.reason;
}

/** What `asked` gives, or undefined if that takes longer than `ms`. */
async function within<T>(clock: Clock, ms: number, asked: Promise<T>): Promise<T | undefined> {
  let timer: Timer | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = clock.after(ms, () => resolve(undefined));
  });
  asked.catch(() => {});
  try {
    return await Promise.race([asked, late]);
  } finally {
    timer?.cancel();
  }
}

/** What a registrar's answer says of times, seconds. */
export function registrationFields(response: SrfResponse): {
  expires?: number;
  minExpires?: number;
  retryAfter?: number;
} {
  const whole = (text: string | undefined): number | undefined => {
    const value = Number.parseInt(text ?? '', 10);
    return Number.isInteger(value) && value >= 0 ? value : undefined;
  };
  // The first is ours; behind it may stand one that is taken back.
  const sent = parseNameAddress(splitHeader(response.req.get('Contact') ?? '')[0] ?? '');
  const own = placeOf(sent?.uri);
  const flow = flowOf(sent);
  const bindings = splitHeader(response.get('Contact') ?? '').flatMap(
    (value) => parseNameAddress(value) ?? [],
  );
  // Other devices may be registered under the same account; only our own contact's time counts.
  const binding =
    (flow === '' ? undefined : bindings.find((b) => flowOf(b) === flow)) ??
    bindings.find((b) => placeOf(b.uri) === own) ??
    (bindings.length === 1 ? bindings[0] : undefined);
  const expires = whole(binding?.params.get('expires')) ?? whole(response.get('Expires'));
  const minExpires = whole(response.get('Min-Expires'));
  const retryAfter = whole(response.get('Retry-After'));
  return {
    // A registrar that grants nothing would have us register in a loop.
    ...(expires === undefined ? {} : { expires: Math.max(expires, 1) }),
    ...(minExpires === undefined ? {} : { minExpires }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
}

/** Which flow of which instance a contact is (RFC 5626 6), '' if none: all flows may have one URI. */
function flowOf(contact: ReturnType<typeof parseNameAddress>): string {
  const instance = contact?.params.get('+sip.instance');
  const id = contact?.params.get('reg-id');
  return instance === undefined || id === undefined ? '' : `${id} ${instance.toLowerCase()}`;
}

/** User, host and port of a URI: registrars reorder and add parameters. */
function placeOf(uri: string | undefined): string {
  const parsed = parseUri(uri ?? '');
  return parsed ? `${parsed.user}@${parsed.host.toLowerCase()}:${parsed.port ?? 5060}` : '';
}
