import { joinHostPort, parseUri, type SipUri } from '../address.ts';

/** One contact at which a device is reached (RFC 3261 10). Times are clock ms, so that a set wall clock ends none. */
export interface Binding {
  /** Contact URI as it was registered; the Request-URI of what is sent there. */
  uri: string;
  /** Preference, 0 to 1. */
  q: number;
  callId: string;
  sequence: number;
  expiresAt: number;
  /** Proxies between it and us (RFC 3327), the first hop first. */
  path: string[];
  /** Where the request came from, which is where requests go. */
  source: { protocol: string; address: string; port: number };
  /** Its Via asked for answers to the port it sent from (RFC 3581). */
  rport: boolean;
  userAgent?: string;
  /** `+sip.instance` with `reg-id`: the same telephone again (RFC 5626 6). */
  instance?: string;
  /** One of the ways of a telephone that keeps to RFC 5626: what it is called there. */
  flow?: DeviceFlow;
}

/** A registration with outbound (RFC 5626 6). */
export interface DeviceFlow {
  /** `+sip.instance` as it was written, without its quotes. */
  instance: string;
  /** `reg-id`. */
  regId: number;
}

/** What a REGISTER asks for. */
export interface BindingRequest {
  /** Contacts; `*` for all of them. */
  contacts:
    | readonly {
        uri: string;
        q: number;
        expires: number | undefined;
        instance?: string;
        flow?: DeviceFlow;
      }[]
    | '*';
  /** The Expires header, seconds. */
  expires: number | undefined;
  callId: string;
  sequence: number;
  path: string[];
  source: Binding['source'];
  rport: boolean;
  userAgent?: string;
}

/** Bounds of what is granted, seconds, and how many contacts a device may have. */
export interface BindingLimits {
  min: number;
  max: number;
  /** Granted where nothing is asked for. */
  usual: number;
  contacts: number;
}

/** A minute at least, so that nobody floods the registrar with refreshes; an hour at most, RFC 3261 10.2's own. */
export const bindingLimits: BindingLimits = { min: 60, max: 3600, usual: 3600, contacts: 8 };

export type BindingOutcome =
  | { bindings: readonly Binding[]; status?: undefined }
  | { status: 400 | 423 | 500; reason: string };

/**
 * What a REGISTER makes of a device's bindings: RFC 3261 10.3, steps 6 to 8. Pure; all of it happens or
 * nothing. Bindings that have run out are gone from the result.
 */
export function register(
  before: readonly Binding[],
  request: BindingRequest,
  now: number,
  limits: BindingLimits = bindingLimits,
): BindingOutcome {
  const standing = before.filter((binding) => binding.expiresAt > now);
  const stale = (binding: Binding): boolean =>
    binding.callId === request.callId && request.sequence <= binding.sequence;
  if (request.contacts === '*') {
    // Step 6: "*" only takes back, and only alone.
    if (request.expires !== 0) return { status: 400, reason: 'Contact * without Expires: 0' };
    if (standing.some(stale)) return outOfOrder;
    return { bindings: [] };
  }
  let bindings = standing;
  for (const contact of request.contacts) {
    const asked = contact.expires ?? request.expires ?? limits.usual;
    const parsed = parseUri(contact.uri);
    if (!parsed || !contact.uri) return { status: 400, reason: 'Contact is no SIP address' };
    if (asked > 0 && asked < limits.min) return { status: 423, reason: 'Interval Too Brief' };
    // RFC 5626 6: a flow is known by instance and number alone; all flows of a telephone may have one URI.
    const apart = contact.flow !== undefined;
    const same = (binding: Binding): boolean =>
      (contact.instance !== undefined && binding.instance === contact.instance) ||
      (!(apart && binding.flow) && sameContact(binding.uri, parsed));
    if (bindings.some((binding) => same(binding) && stale(binding))) return outOfOrder;
    bindings = bindings.filter((binding) => !same(binding));
    if (asked === 0) continue;
    bindings = [
      ...bindings,
      {
        uri: contact.uri,
        q: contact.q,
        callId: request.callId,
        sequence: request.sequence,
        expiresAt: now + Math.min(asked, limits.max) * 1000,
        path: request.path,
        source: request.source,
        rport: request.rport,
        ...(request.userAgent === undefined ? {} : { userAgent: request.userAgent }),
        ...(contact.instance === undefined ? {} : { instance: contact.instance }),
        ...(contact.flow ? { flow: contact.flow } : {}),
      },
    ];
  }
  // A telephone that starts anew at another port each time leaves its old contacts behind: the oldest go.
  return { bindings: bindings.slice(-limits.contacts) };
}

/** Step 7: an old request of the same client that came late. */
const outOfOrder: BindingOutcome = { status: 500, reason: 'CSeq out of order' };

/** RFC 3261 19.1.4, of what tells contacts of telephones apart. */
function sameContact(a: string, b: SipUri): boolean {
  const x = parseUri(a);
  return (
    x !== undefined &&
    x.scheme === b.scheme &&
    x.user === b.user &&
    joinHostPort(x.host.toLowerCase(), x.port) === joinHostPort(b.host.toLowerCase(), b.port) &&
    (x.params.get('transport') ?? '').toLowerCase() === (b.params.get('transport') ?? '').toLowerCase()
  );
}

/**
 * Where requests to a contact go. The source of the REGISTER, which a NAT or a connection makes the only
 * way; but a telephone on UDP that names its own address and does not ask for `rport` may send from one
 * port and listen at another (RFC 3261 18.1.1 lets it).
 */
export function wayTo(binding: Binding): { address: string; port: number; transport: string } {
  const { protocol, address, port } = binding.source;
  const transport = protocol.toLowerCase();
  const contact = parseUri(binding.uri);
  const honest =
    transport === 'udp' &&
    !binding.flow &&
    !binding.rport &&
    binding.path.length === 0 &&
    contact?.host === address;
  return { address, port: honest ? (contact.port ?? 5060) : port, transport };
}
