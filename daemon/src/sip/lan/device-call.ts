import type { Diversion, Party, ReplacedDialog } from '../../call/leg.ts';
import type { DeviceConfig } from '../../config/schema.ts';
import { parseNameAddress, parseUri } from '../address.ts';
import { fromOperator } from '../number-format.ts';
import { INSIDE, type Objection, objectionTo } from '../objection.ts';
import { readReplaces } from '../refer.ts';
import type { SrfRequest } from '../srf-types.ts';
import type { Device } from './device.ts';

/** What is known of a call that a device makes. */
export interface DeviceCall {
  deviceId: string;
  /** As dialed, without separators. */
  calledNumber: string;
  /** Who calls as a PBX says it; a telephone's own word is not asked. */
  caller: Party;
  /** The device has as many calls as it may have already; only an emergency call may still go. */
  full: boolean;
  /** SRTP is required of it, and it called without; only an emergency call may still go. */
  unprotected?: true;
  /** It comes from elsewhere than the office, so that it is not on site (ruling 3). */
  away?: true;
  /** The call is to take the place of this one (RFC 3891). */
  replaces?: ReplacedDialog;
  /** Who sent the call on before it came here, the PBX itself last. */
  diversions?: readonly Diversion[];
}

/**
 * Why an INVITE of a device cannot be taken as it stands. `unprotected`: SRTP is required and it comes without; what
 * may go so is for whoever knows the number called, since an emergency call does (ruling 5).
 */
export function objectionOf(
  device: Device,
  req: SrfRequest,
): { objection: Objection | undefined; unprotected: boolean } {
  // RFC 3891 3: with more than one, or one that is wrong, the request is.
  if (req.has('Replaces') && !readReplaces(req.get('Replaces') ?? ''))
    return { objection: { status: 400 }, unprotected: false };
  const { codecs, ptimeMs } = device.config;
  const { srtp } = device;
  const wishes = { codecs, ptimeMs, ...(srtp ? { srtp } : {}) };
  const objection = objectionTo(req, wishes, INSIDE);
  const unprotected = !device.protects(req.protocol.toLowerCase());
  if (!srtp?.required || !(unprotected || objection?.status === 488))
    return { objection, unprotected: false };
  return { objection: objectionTo(req, { codecs, ptimeMs }, INSIDE), unprotected: true };
}

/**
 * What a device dialed: the user part of the Request-URI, `tel:` or `sip:`, without separators (RFC 3966 3). One
 * that calls us by its own name has the number in To.
 */
export function dialedNumber(req: SrfRequest, config: DeviceConfig): string {
  const candidates = [req.uri, parseNameAddress(req.get('To') ?? '')?.uri ?? ''].map(
    (uri) => parseUri(uri)?.user ?? '',
  );
  const user = candidates.find((value) => value !== '' && value !== config.user) ?? '';
  const number = user.replace(/[\s().-]/g, '').slice(0, 64);
  // A PBX that writes bare E.164 means a country code, which dialed digits would not.
  if (config.numberFormat === 'e164' && /^\d{11,15}$/.test(number))
    return fromOperator(number, 'e164') ?? number;
  return number;
}
