import type { Party, ReleaseCause, RingClass } from '../../call/leg.ts';
import { escapeUser, joinHostPort, parseUri, plainAddress, quoteName } from '../address.ts';
import { localCause } from '../cause.ts';
import { Credentials, type DigestProgress } from '../credentials.ts';
import { absentFrom } from '../identity.ts';
import { toOperator } from '../number-format.ts';
import {
  type AudioWishes,
  type CalledPeer,
  type ChallengedRequest,
  digitWish,
  type OutgoingCall,
  type Way,
} from '../peer.ts';
import type { Headers, SrfResponse } from '../srf-types.ts';
import { audioOver } from '../srtp-terms.ts';
import type { Contact, Device } from './device.ts';

/** How long a device of the office may be silent after an INVITE, ms: it is a switch away. */
const NO_ANSWER_MS = 4_000;

/** Where a call comes from, in the words of RFC 7462; there is none for a group. */
const ALERT: Record<RingClass, string> = {
  external: '<urn:alert:source:external>',
  internal: '<urn:alert:source:internal>',
  recall: '<urn:alert:service:recall:transfer>',
  group: '<urn:alert:source:external>',
};

/** One place among a device's calls at once; all contacts that ring for one call share it. */
export class CallPlace {
  readonly #device: Device;
  #legs = 0;

  constructor(device: Device) {
    this.#device = device;
  }

  began(): void {
    if (this.#legs++ === 0) this.#device.callBegan();
  }

  ended(): void {
    if (--this.#legs === 0) this.#device.callEnded();
  }
}

/** A device as the leg of one call sees it. */
export class DevicePeer implements CalledPeer {
  readonly device: Device;
  readonly place: string;
  readonly inside = true;
  /** An adapter with a fax on it offers T.38 if it can; a telephone never has one. */
  readonly fax = 'auto';
  readonly localAddress: string | undefined;
  readonly noAnswerMs = NO_ANSWER_MS;
  #contact: Contact | undefined;
  /** The same with the other flows of its instance (RFC 5626 6). */
  readonly #contacts: readonly Contact[];
  readonly #slot: CallPlace;
  readonly #unprotected: boolean;
  #credentials: Credentials | undefined;

  /**
   * `contact`: where it is called; undefined for a call that it made. `unprotected`: it calls by a way on which it
   * cannot have the SRTP that is required.
   */
  constructor(
    device: Device,
    localAddress: string | undefined,
    slot: CallPlace,
    contact?: Contact,
    unprotected = false,
  ) {
    this.#unprotected = unprotected;
    this.device = device;
    this.place = `device:${device.config.id}`;
    this.localAddress = localAddress;
    this.#slot = slot;
    this.#contact = contact;
    this.#contacts = contact ? [contact, ...(contact.further ?? [])] : [];
  }

  get contact(): string {
    const transport = this.#contact?.way.transport ?? 'udp';
    return `<sip:linegate@localhost${transport === 'udp' ? '' : `;transport=${transport}`}>`;
  }

  get audio(): AudioWishes {
    const { codecs, ptimeMs } = this.device.config;
    const { srtp } = this.device;
    const audio = {
      codecs,
      ptimeMs,
      ...digitWish(this.dtmf),
      ...(srtp && !this.#unprotected ? { srtp } : {}),
    };
    const way = this.#contact?.way;
    return way ? audioOver(audio, way.transport) : audio;
  }

  get ownMusic(): boolean {
    return this.device.config.kind === 'pbx';
  }

  get dtmf(): 'auto' | 'inband' | 'info' {
    return this.device.config.dtmf;
  }

  callBegan(): void {
    this.#slot.began();
  }

  callEnded(): void {
    this.#slot.ended();
  }

  /** Only a PBX has anything to ask of us; a telephone's password is for its own requests. */
  answerChallenge(
    response: SrfResponse,
    progress: DigestProgress,
    request: ChallengedRequest,
  ): DigestProgress | undefined {
    const { kind, user, authUser, password } = this.device.config;
    const way = this.#contact?.way;
    if (kind !== 'pbx' || !way) return undefined;
    this.#credentials ??= new Credentials({ server: way.address, user, authUser, password });
    const fromTrunk = plainAddress(response.source_address) === plainAddress(way.address);
    return this.#credentials.answer(response, progress, { ...request, fromTrunk });
  }

  refusal(): ReleaseCause | undefined {
    return this.localAddress === undefined
      ? localCause(27, `no way to device ${this.device.config.id} is known`)
      : undefined;
  }

  way(): Way | undefined {
    return this.#contact?.way;
  }

  ways(): Way[] {
    return this.#contacts.map(({ way }) => way);
  }

  goes(way: Way): void {
    this.#contact = this.#contacts.find((contact) => contact.way === way) ?? this.#contact;
  }

  address(call: OutgoingCall): { uri: string; from: string; headers: Headers } {
    const contact = this.#contact;
    const { caller } = call;
    const domain = joinHostPort(this.localAddress ?? 'localhost', undefined);
    const inside = caller.number !== undefined && !caller.number.startsWith('+');
    const headers: Headers = {
      // RFC 3325 9.3: a PBX passes on what it is told of its callers.
      ...(caller.absence === 'private' ? { Privacy: 'id' } : {}),
      // RFC 7462 10: telephones ring in another way for a colleague.
      'Alert-Info': ALERT[call.ring ?? (inside ? 'internal' : 'external')],
      ...(this.device.config.userToUser ? userToUser(call) : {}),
      ...(contact?.path.length ? { Route: contact.path.join(', ') } : {}),
    };
    return { uri: this.#uri(call.number), from: this.#from(caller, domain), headers };
  }

  shown(party: Party): string {
    return this.#from(party, joinHostPort(this.localAddress ?? 'localhost', undefined));
  }

  saw(_way: Way, status: number, _text: string, answered: boolean): void {
    if (!this.#contact) return;
    // Whoever refuses a call is there.
    if (answered || status === 408 || status === 503) this.device.saw(this.#contact.key, answered);
  }

  /** A PBX is told which of its numbers is called; everybody else has one. */
  #uri(number: string): string {
    const uri = this.#contact?.uri ?? '';
    if (this.device.config.kind !== 'pbx') return uri;
    const parsed = parseUri(uri);
    if (!parsed || number === '') return uri;
    const user = escapeUser(toOperator(number, this.device.config.numberFormat));
    return `sip:${user}@${joinHostPort(parsed.host, parsed.port)}`;
  }

  #from(caller: Party, domain: string): string {
    if (caller.absence === 'private') return '"Anonymous" <sip:anonymous@anonymous.invalid>';
    if (caller.number === undefined) return absentFrom(caller);
    const name = caller.name ? `${quoteName(caller.name)} ` : '';
    return `${name}<sip:${escapeUser(toOperator(caller.number, this.device.config.numberFormat))}@${domain}>`;
  }
}

/** What came with the call for whoever answers it (RFC 7433). */
function userToUser({ userToUser, carried }: OutgoingCall): Headers {
  const values = userToUser === undefined ? (carried?.userToUser ?? []) : [userToUser];
  return values.length > 0 ? { 'User-to-User': values.join(', ') } : {};
}
