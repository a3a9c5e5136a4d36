import { randomHex } from '../../base/random.ts';
import type { ReplacedDialog } from '../../call/leg.ts';
import { joinHostPort, parseNameAddress } from '../address.ts';
import { OutsideWay, type Refer, readRefer } from '../refer.ts';
import type { SipLeg } from '../sip-leg.ts';
import type { SrfFacade } from '../srf-facade.ts';
import type { SrfMessage, SrfRequest, SrfResponse } from '../srf-types.ts';

/** What a REFER outside of dialogs may insist on. */
const SUPPORTED = new Set(['tdialog', 'norefersub', 'replaces']);

/** A REFER outside of dialogs, and whose it is. */
export interface OutsideRefer {
  req: SrfRequest;
  res: SrfResponse;
  /** Place of the device that sent it, whose word is good. */
  place: string;
  /** Our Contact toward it. */
  contact: string;
  /** Every leg there is. */
  legs: Iterable<SipLeg>;
  facade: SrfFacade;
}

/**
 * A transfer that a device asks for outside of the call's own dialog (RFC 4538 4, RFC 3515 2.4): only of a call that it
 * has itself, and that it names, by Target-Dialog or by the other of its two calls that is to be joined (Replaces).
 */
export function referOutside({ req, res, place, contact, legs, facade }: OutsideRefer): void {
  const refuse = (status: number, why: string): void =>
    // RFC 3261 20.43: 399 is for words to be shown to a person.
    facade.respond(res, status, { headers: { Warning: `399 linegate "${why}"` } });
  const required = (req.get('Require') ?? '').split(',').map((tag) => tag.trim().toLowerCase());
  const unknown = required.filter((tag) => tag !== '' && !SUPPORTED.has(tag));
  if (unknown.length) {
    facade.respond(res, 420, { headers: { Unsupported: unknown.join(', ') } });
    return;
  }
  const refer = readRefer(req);
  if ('status' in refer) {
    facade.respond(res, refer.status);
    return;
  }
  const target = req.has('Target-Dialog') ? readTargetDialog(req) : undefined;
  if (req.has('Target-Dialog') && !target) {
    refuse(400, 'Target-Dialog cannot be read');
    return;
  }
  const all = [...legs];
  const own = all.filter((leg) => leg.place === place);
  const leg = target ? own.find((one) => one.isDialog(target)) : otherOf(own, refer);
  if (!leg) {
    const another = target !== undefined && all.some((one) => one.isDialog(target));
    if (another) refuse(403, 'this call belongs to somebody else');
    else if (target) refuse(481, 'this device has no such call');
    else refuse(403, 'which call is meant is not said: Target-Dialog is missing');
    return;
  }
  const uri = parseNameAddress(req.get('Contact') ?? '')?.uri;
  if (uri === undefined) {
    facade.respond(res, 400);
    return;
  }
  const way = new OutsideWay(facade, {
    req,
    res,
    contact,
    uri,
    tag: randomHex(8),
    proxy: `sip:${joinHostPort(req.source_address, req.source_port)};transport=${req.protocol.toLowerCase()}`,
  });
  leg.referred(refer, way);
}

/** RFC 4538 7: the tags are written from the point of view of whoever receives the header. */
export function readTargetDialog(req: Pick<SrfMessage, 'get'>): ReplacedDialog | undefined {
  const [callId = '', ...rest] = (req.get('Target-Dialog') ?? '').split(';').map((part) => part.trim());
  const tag = (name: string): string | undefined =>
    rest.find((part) => part.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
  const [localTag, remoteTag] = [tag('local-tag'), tag('remote-tag')];
  return callId && localTag && remoteTag ? { callId, localTag, remoteTag, earlyOnly: false } : undefined;
}

/** Of a device with two calls the one that is to be put through, where the other is named as the one to be joined. */
function otherOf(own: readonly SipLeg[], { replaces }: Refer): SipLeg | undefined {
  if (!replaces || !own.some((leg) => leg.isDialog(replaces))) return undefined;
  const others = own.filter((leg) => leg.state === 'answered' && !leg.isDialog(replaces));
  return others.length === 1 ? others[0] : undefined;
}
