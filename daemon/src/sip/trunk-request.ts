import { codeOf } from '../base/error.ts';
import { parseNameAddress, splitHeader } from './address.ts';
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

/**
 * Sends a request to the operator's server, with credentials where it asks for them, and tells the
 * trunk how it ended unless nobody waits any more (`wanted`).
 */
export async function askTrunk(
  trunk: Trunk,
  facade: SrfFacade,
  target: Target,
  request: TrunkRequest,
  wanted: () => boolean = () => true,
): Promise<TrunkAnswer> {
  const { method, callId } = request;
  let { sequence } = request;
  for (let digest = noDigestYet(); ; ) {
    let response: SrfResponse;
    try {
      response = await facade.request(method, {
        uri: `sip:${trunk.domain}`,
        proxy: trunk.proxyOf(target),
        headers: { ...request.headers, ...digest.headers, 'Call-ID': callId, CSeq: `${sequence} ${method}` },
      });
    } catch (error) {
      // The engine's own loss says nothing of the operator.
      const silent = codeOf(error) === 'sip/timeout';
      if (wanted() && codeOf(error) !== 'sip/engine-lost') {
        trunk.saw(target, method, silent ? 408 : 503, silent ? 'no answer' : 'request not sent', false);
      }
      return { response: undefined, sequence };
    }
    if (wanted()) trunk.sawUsAt(target, method, response);
    const next = trunk.credentials.answer(response, digest, {
      method,
      fromTrunk: trunk.trusts(response.source_address),
      dialog: 'outside',
    });
    if (!next) {
      const answered = response.source_address !== '';
      if (wanted()) trunk.saw(target, method, response.status, response.reason, answered);
      return { response: answered ? response : undefined, sequence };
    }
    digest = next;
    sequence = nextSequence(response) ?? sequence + 1;
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
  const own = parseNameAddress(response.req.get('Contact') ?? '')?.uri;
  const bindings = splitHeader(response.get('Contact') ?? '').flatMap(
    (value) => parseNameAddress(value) ?? [],
  );
  // Other devices may be registered under the same account; only our own contact's time counts.
  const binding = bindings.find((b) => b.uri === own) ?? (bindings.length === 1 ? bindings[0] : undefined);
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
