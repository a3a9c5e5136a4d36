import { bodyObjection, descriptionOf } from './body.ts';
import { NO_CODEC, reasonHeader } from './cause.ts';
import { agree } from './negotiation.ts';
import type { AudioWishes } from './peer.ts';
import { parseSdp } from './sdp.ts';
import type { Headers, SrfRequest } from './srf-types.ts';
import { audioOver, SrtpTerms, whyNoAudio } from './srtp-terms.ts';

/** SIP extensions that an INVITE may insist on: the engine does 100rel and session timers. */
const SUPPORTED: readonly string[] = ['100rel', 'timer'];
/** What an INVITE of the office's own devices may insist on besides: to take the place of another (RFC 3891 6.2). */
export const INSIDE: readonly string[] = ['replaces', 'tdialog', 'norefersub'];

/** The answer to an INVITE that cannot be taken. */
export interface Objection {
  status: number;
  headers?: Headers;
}

/** Why an INVITE that may come in cannot be taken as it stands; undefined if it can. */
export function objectionTo(
  req: SrfRequest,
  audio: AudioWishes,
  more: readonly string[] = [],
): Objection | undefined {
  const required = (req.get('Require') ?? '').split(',').map((tag) => tag.trim().toLowerCase());
  const unsupported = required.filter((tag) => tag !== '' && ![...SUPPORTED, ...more].includes(tag));
  // RFC 3261 8.2.2.3.
  if (unsupported.length) return { status: 420, headers: { Unsupported: unsupported.join(', ') } };
  if (!req.has('Contact')) return { status: 400 };
  const unreadable = bodyObjection(req);
  if (unreadable) return unreadable;
  const offer = descriptionOf(req);
  if (offer === '') return undefined;
  try {
    const { codecs, ptimeMs, srtp: wishes } = audioOver(audio, req.protocol);
    const srtp = wishes && new SrtpTerms(wishes);
    if (agree(parseSdp(offer), { codecs, ptimeMs, holding: false, srtp })) return undefined;
    return { status: 488, headers: { Reason: reasonHeader(88, whyNoAudio(srtp)), Warning: NO_CODEC } };
  } catch {
    return { status: 400 };
  }
}
