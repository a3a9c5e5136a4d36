import { bodyObjection, descriptionOf } from './body.ts';
import { reasonHeader } from './cause.ts';
import { agree } from './negotiation.ts';
import type { AudioWishes } from './peer.ts';
import { parseSdp } from './sdp.ts';
import type { Headers, SrfRequest } from './srf-types.ts';

/** SIP extensions that an INVITE may insist on: the engine does 100rel and session timers. */
const SUPPORTED: ReadonlySet<string> = new Set(['100rel', 'timer']);

/** Why an INVITE that may come in cannot be taken as it stands; undefined if it can. */
export function objectionTo(
  req: SrfRequest,
  audio: AudioWishes,
): { status: number; headers?: Headers } | undefined {
  const required = (req.get('Require') ?? '').split(',').map((tag) => tag.trim().toLowerCase());
  const unsupported = required.filter((tag) => tag !== '' && !SUPPORTED.has(tag));
  // RFC 3261 8.2.2.3.
  if (unsupported.length) return { status: 420, headers: { Unsupported: unsupported.join(', ') } };
  if (!req.has('Contact')) return { status: 400 };
  const unreadable = bodyObjection(req);
  if (unreadable) return unreadable;
  const offer = descriptionOf(req);
  if (offer === '') return undefined;
  try {
    const { codecs, ptimeMs } = audio;
    if (agree(parseSdp(offer), { codecs, ptimeMs, holding: false })) return undefined;
  } catch {
    return { status: 400 };
  }
  return { status: 488, headers: { Reason: reasonHeader(88) } };
}
