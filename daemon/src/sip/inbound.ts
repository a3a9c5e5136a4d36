import type { Diversion, Party } from '../call/leg.ts';
import { parseNameAddress, parseUri } from './address.ts';
import { behindPbx, carriedBy } from './carried.ts';
import { localCause, reasonHeader } from './cause.ts';
import { callerOf } from './identity.ts';
import { IncomingSipLeg } from './incoming-leg.ts';
import type { Lan } from './lan/lan.ts';
import type { LegHost } from './leg-host.ts';
import { objectionTo } from './objection.ts';
import { type OfficeDoor, type OfficeRefusal, officeOfTrunk } from './office.ts';
import type { SrfFacade } from './srf-facade.ts';
import type { SrfRequest, SrfResponse } from './srf-types.ts';
import type { Trunk } from './trunk.ts';
import { TrunkPeer } from './trunk-peer.ts';

/** What is known of a call that came in. */
export interface IncomingCall {
  trunkId: string;
  /** As the operator sent it. */
  calledNumber: string;
  caller: Party;
  sourceAddress: string;
  /** Who sent the call on before it came here. */
  diversions?: readonly Diversion[];
}

/** What came in and was turned away, since the start; a stranger's request is counted and not logged. */
export interface InboundCounters {
  accepted: number;
  strangers: number;
  full: number;
  /** Refused because the whole box was full. */
  overloaded: number;
  refused: number;
}

/** What a request outside of dialogs gets, by method; INVITE and OPTIONS have their own way. */
const ANSWERS: Readonly<Record<string, number>> = {
  REGISTER: 403,
  MESSAGE: 405,
  SUBSCRIBE: 489,
  NOTIFY: 481,
  REFER: 603,
  INFO: 481,
  PUBLISH: 489,
  BYE: 481,
  UPDATE: 481,
};

/** How long a caller's next hop is asked to wait while the box is full, s: calls end all the time. */
const RETRY_AFTER_S = 5;

const uriIn = (value: string | undefined): string => parseNameAddress(value ?? '')?.uri ?? '';

export const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE';

/**
 * Decides on every request that reaches us from the network. Only trunks and devices of the office may call: no
 * tone, no menu for strangers.
 */
export class Inbound {
  readonly counters: InboundCounters = { accepted: 0, strangers: 0, full: 0, overloaded: 0, refused: 0 };
  readonly #facade: SrfFacade;
  readonly #lan: Lan;
  readonly #trunks: () => Iterable<Trunk>;
  readonly #host: LegHost;
  readonly #arrived: (leg: IncomingSipLeg, call: IncomingCall) => void;
  readonly #boxFull: () => boolean;
  readonly #offices: { door: OfficeDoor; refused: (refusal: OfficeRefusal) => void };

  constructor(
    facade: SrfFacade,
    lan: Lan,
    trunks: () => Iterable<Trunk>,
    host: LegHost,
    arrived: (leg: IncomingSipLeg, call: IncomingCall) => void,
    boxFull: () => boolean,
    offices: { door: OfficeDoor; refused: (refusal: OfficeRefusal) => void },
  ) {
    this.#facade = facade;
    this.#lan = lan;
    this.#trunks = trunks;
    this.#host = host;
    this.#arrived = arrived;
    this.#boxFull = boxFull;
    this.#offices = offices;
  }

  invite(req: SrfRequest, res: SrfResponse): void {
    if (this.#poses(req)) {
      this.#facade.respond(res, 403);
      return;
    }
    // A device behind the address of a trunk is known by the very flow it registered on; else the trunk is meant.
    const trunk = this.#lan.sender(req) ? undefined : this.#trunkOf(req);
    if (!trunk && this.#lan.mayKnock(req)) {
      void this.#lan.invite(req, res);
      return;
    }
    if (!trunk) {
      this.counters.strangers++;
      this.#facade.respond(res, 403);
      return;
    }
    // Ruling 8: a call that is to take the place of another.
    const peer = new TrunkPeer(trunk);
    const objection = req.has('Replaces') ? { status: 403 } : objectionTo(req, peer.audio);
    if (objection) {
      this.counters.refused++;
      this.#facade.respond(res, objection.status, { headers: objection.headers ?? {} });
      return;
    }
    if (this.#boxFull()) {
      // Ruling 15: 503 with Retry-After speaks of the whole box, and the caller's next hop may wait with all its calls.
      this.counters.overloaded++;
      this.#facade.respond(res, 503, { headers: { 'Retry-After': String(RETRY_AFTER_S) } });
      return;
    }
    if (trunk.calls >= trunk.config.maxCalls) {
      // Ruling 15: never Retry-After, or the operator takes the whole trunk out of its routing.
      this.counters.full++;
      this.#facade.respond(res, 486, { headers: { Reason: reasonHeader(34) } });
      return;
    }
    this.counters.accepted++;
    const leg = new IncomingSipLeg(peer, this.#host, req, res);
    const carried = carriedBy(req, trunk.config.numberFormat);
    const diversions = carried?.diversions ?? [];
    leg.carried = peer.inside ? behindPbx(carried) : carried;
    this.#arrived(leg, {
      trunkId: trunk.config.id,
      calledNumber: calledNumber(req, trunk),
      caller: callerOf(
        {
          from: req.get('From'),
          assertedIdentity: req.get('P-Asserted-Identity'),
          remoteParty: req.get('Remote-Party-ID'),
          privacy: req.get('Privacy'),
        },
        trunk.config.numberFormat,
        trunk.config.callerFrom,
      ),
      sourceAddress: req.source_address,
      ...(diversions.length ? { diversions } : {}),
    });
  }

  /** Anything but INVITE. */
  request(req: SrfRequest, res: SrfResponse): void {
    if (this.#poses(req)) {
      this.#facade.respond(res, 403);
      return;
    }
    if (req.method === 'REGISTER' && this.#lan.mayKnock(req)) {
      this.#lan.registrar.register(req, res);
      return;
    }
    if (req.method === 'SUBSCRIBE' && this.#lan.mayKnock(req)) {
      this.#lan.subscribe(req, res);
      return;
    }
    // Ruling 8: nobody outside may have us call somebody, not even where a device shares his address.
    if (req.method === 'REFER' && this.#ofDevice(req)) {
      this.#lan.refer(req, res);
      return;
    }
    const trusted = this.#trunkOf(req) !== undefined || this.#lan.mayKnock(req);
    if (!trusted) this.counters.strangers++;
    if (req.method === 'OPTIONS' && trusted) {
      this.#facade.respond(res, 200, { headers: { Allow: ALLOW, Accept: 'application/sdp' } });
      return;
    }
    const status = trusted ? (ANSWERS[req.method] ?? 405) : 403;
    this.#facade.respond(res, status, { headers: status === 405 ? { Allow: ALLOW } : {} });
  }

  /** Whether a request is a device's to make, if it has the password: it came by a known way, or from no trunk. */
  #ofDevice(req: SrfRequest): boolean {
    if (!this.#lan.mayKnock(req)) return false;
    return this.#lan.sender(req) !== undefined || this.#trunkOf(req) === undefined;
  }

  /**
   * Whether a request over TLS comes from the address of an office without its certificate. It is told of and refused,
   * whatever else is at that address: a box that got a 200 to OPTIONS would take the link for sound.
   */
  #poses(req: SrfRequest): boolean {
    const { door, refused } = this.#offices;
    if (door.sender(req, this.#trunks()) || this.#lan.sender(req)) return false;
    const refusal = door.refusal(req, this.#trunks());
    if (!refusal) return false;
    this.counters.strangers++;
    refused(refusal);
    return true;
  }

  /** The trunk a request belongs to: an office by its certificate, an operator by source address, and among accounts at one operator by whom it is for. */
  #trunkOf(req: SrfRequest): Trunk | undefined {
    const office = this.#offices.door.sender(req, this.#trunks());
    if (office) {
      office.stirred();
      return office;
    }
    const candidates = [...this.#trunks()].filter(
      (t) => t.config.enabled && officeOfTrunk(t.config.id) === undefined && t.trusts(req.source_address),
    );
    if (candidates.length < 2) return candidates[0];
    const addressed = [req.uri, ...['P-Called-Party-ID', 'To'].map((name) => uriIn(req.get(name)))];
    for (const uri of addressed) {
      const user = parseUri(uri)?.user ?? '';
      const found = candidates.find((trunk) => trunk.owns(user));
      if (found) return found;
    }
    return candidates[0];
  }
}

/**
 * The number that was called. Operators with a registered account write the account into the
 * Request-URI (it is our Contact) and the number elsewhere (RFC 7315 4.2, else To).
 */
export function calledNumber(req: SrfRequest, trunk: Pick<Trunk, 'config'>): string {
  const userOf = (value: string | undefined): string =>
    parseUri(parseNameAddress(value ?? '')?.uri ?? '')?.user ?? '';
  const candidates = [
    userOf(req.get('P-Called-Party-ID')),
    parseUri(req.uri)?.user ?? '',
    userOf(req.get('To')),
  ];
  const account = trunk.config.user || 'linegate';
  const number = candidates.find((user) => user !== '' && user !== account);
  return (number ?? (candidates.find((user) => user !== '') || trunk.config.callerNumber) ?? '').slice(0, 64);
}

/** What a call gets that nobody here takes. */
export const nobodyHere = localCause(3, 'no one takes calls here');
