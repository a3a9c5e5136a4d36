import type { Party, ReleaseCause } from '../call/leg.ts';
import type { TrunkConfig } from '../config/schema.ts';
import { escapeUser } from './address.ts';
import { stillSigned } from './carried.ts';
import type { DigestProgress } from './credentials.ts';
import { callerOf, identityOf } from './identity.ts';
import { deviceOfAccount } from './lan/pbx-account.ts';
import { toOperator } from './number-format.ts';
import { officeOfTrunk } from './office.ts';
import {
  type AudioWishes,
  type CalledPeer,
  type ChallengedRequest,
  digitWish,
  type OutgoingCall,
  type Way,
} from './peer.ts';
import type { Headers, SrfMessage, SrfResponse } from './srf-types.ts';
import type { Trunk } from './trunk.ts';

/** An operator as the legs of calls on its trunk see it. */
export class TrunkPeer implements CalledPeer {
  readonly trunk: Trunk;
  readonly place: string;
  readonly inside: boolean;
  readonly ownMusic = true;

  constructor(trunk: Trunk) {
    this.trunk = trunk;
    const { id } = trunk.config;
    this.inside = deviceOfAccount(id) !== undefined;
    this.place = this.inside || officeOfTrunk(id) !== undefined ? id : `trunk:${id}`;
  }

  get mayTransfer(): boolean {
    return this.trunk.config.transferClass !== undefined;
  }

  get contact(): string {
    return this.trunk.contact;
  }

  get outbound(): boolean {
    return this.trunk.outbound;
  }

  get localAddress(): string | undefined {
    return this.trunk.localAddress;
  }

  get audio(): AudioWishes {
    const { codecs, ptimeMs, directMedia } = this.trunk.config;
    const announced = this.trunk.announcedAddress;
    const srtp = this.trunk.srtp;
    return {
      codecs,
      ptimeMs,
      ...digitWish(this.dtmf),
      ...(announced === undefined ? {} : { announced }),
      ...(srtp === undefined ? {} : { srtp }),
      // Behind a NAT of ours its way in would close while the packets go elsewhere.
      ...(directMedia && !this.inside && announced === undefined ? { direct: true } : {}),
    };
  }

  get dtmf(): 'auto' | 'inband' | 'info' {
    return this.trunk.config.dtmf;
  }

  get fax(): 'auto' | 't38' | 'g711' {
    return this.trunk.config.fax;
  }

  get noAnswerMs(): number {
    return this.trunk.config.noAnswerMs;
  }

  callBegan(): void {
    this.trunk.callBegan();
  }

  callEnded(): void {
    this.trunk.callEnded();
  }

  answerChallenge(
    response: SrfResponse,
    progress: DigestProgress,
    request: ChallengedRequest,
  ): DigestProgress | undefined {
    const fromTrunk = this.trunk.trusts(response.source_address);
    return this.trunk.credentials.answer(response, progress, { ...request, fromTrunk });
  }

  refusal(emergency: boolean): ReleaseCause | undefined {
    return this.trunk.refusal(emergency);
  }

  way(): Way | undefined {
    const target = this.trunk.callTargets[0];
    return target && this.trunk.wayTo(target);
  }

  ways(): Way[] {
    return this.trunk.callTargets.map((target) => this.trunk.wayTo(target));
  }

  address(call: OutgoingCall): { uri: string; from: string; headers: Headers } {
    const { caller, emergency, diversion, carried } = call;
    const { trunk } = this;
    const uri = `sip:${escapeUser(this.#dialed(call))}@${joinedServer(trunk.config.server)}`;
    const { from, headers } = identityOf(trunk.config, {
      caller,
      emergency,
      diversion,
      carried,
      target: uri,
      // A colleague is shown to another office by the extension, and a stranger by what is known of him.
      ownNumbers: this.#isOffice ? numbersOf(caller) : trunk.ownNumbers,
      defaultNumber: trunk.defaultNumber,
    });
    const route = trunk.serviceRoute;
    return {
      uri,
      from,
      headers: {
        ...headers,
        ...(route.length ? { Route: route.join(', ') } : {}),
        ...(emergency ? {} : passedOn(trunk.config, call)),
      },
    };
  }

  partyIn(message: Pick<SrfMessage, 'get'>, from: string | undefined): Party | undefined {
    const { numberFormat, callerFrom } = this.trunk.config;
    const headers = {
      from,
      assertedIdentity: message.get('P-Asserted-Identity'),
      remoteParty: message.get('Remote-Party-ID'),
      privacy: message.get('Privacy'),
    };
    return callerOf(headers, numberFormat, callerFrom);
  }

  heard(response: SrfResponse): void {
    this.trunk.heard(response);
  }

  saw(way: Way, status: number, text: string, answered: boolean): void {
    this.trunk.saw(this.trunk.targetOf(way), 'INVITE', { status, text, answered });
  }

  get #isOffice(): boolean {
    return officeOfTrunk(this.trunk.config.id) !== undefined;
  }

  /** The number as it is dialed here; an emergency short code gives way to the long number where it must (ruling 6). */
  #dialed({ number, emergency }: OutgoingCall): string {
    const { config } = this.trunk;
    const long =
      emergency && !number.startsWith('+') && !config.emergencyShortCodes
        ? config.emergencyNumber
        : undefined;
    return toOperator(long ?? number, config.numberFormat);
  }
}

const numbersOf = ({ number }: Party): string[] => (number === undefined ? [] : [number]);

/**
 * What goes on to the operator of what a forwarded call brought along, as far as the trunk lets it: it may say things
 * about the caller that are no business of whoever is called next.
 */
function passedOn(config: TrunkConfig, call: OutgoingCall): Headers {
  const { caller, number, carried, userToUser, diversion } = call;
  const passes = new Set(config.passOn);
  const headers: Headers = {};
  const uui = userToUser === undefined ? (carried?.userToUser ?? []) : [userToUser];
  if (passes.has('user-to-user') && uui.length) headers['User-to-User'] = uui.join(', ');
  if (!carried || !diversion) return headers;
  const shown =
    config.forwardedCaller === 'original' && caller.absence === undefined ? caller.number : undefined;
  const signed = passes.has('identity') ? stillSigned(carried, shown, number) : [];
  // Each in a line of its own (RFC 8224 4).
  if (signed.length) headers.Identity = signed.join('\r\nIdentity: ');
  if (signed.length && carried.date !== undefined) headers.Date = carried.date;
  if (passes.has('charging-vector') && carried.charging !== undefined)
    headers['P-Charging-Vector'] = carried.charging;
  return headers;
}

/** Host and port of the request URI: as configured, so that an operator recognises its own name. */
function joinedServer(server: string): string {
  return server.includes(':') && !server.startsWith('[') && server.split(':').length > 2
    ? `[${server}]`
    : server;
}
