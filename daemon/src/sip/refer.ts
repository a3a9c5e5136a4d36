import type { ReleaseCause, ReplacedDialog, TransferOrder } from '../call/leg.ts';
import { parseNameAddress, parseUri } from './address.ts';
import { readUserToUser } from './carried.ts';
import { refusalStatus } from './cause.ts';
import type { SrfFacade } from './srf-facade.ts';
import type { Headers, SrfMessage, SrfRequest, SrfResponse } from './srf-types.ts';

/** What a REFER asks for. */
export interface Refer {
  /** User part of Refer-To: what the transferor would dial. */
  to: string;
  replaces?: ReplacedDialog;
  referredBy?: string;
  /** What is to be told to the called (RFC 7433 4.1). */
  userToUser?: string;
  /** The transferor wants no reports (RFC 4488 4, `Refer-Sub: false`). */
  silent: boolean;
}

/** Longest number taken from Refer-To. */
const MAX_NUMBER = 64;

/**
 * Reads a REFER.
 * @returns the request, or the status that refuses it: 400 for one that is wrong (RFC 3515 2.4.2), 603 for a kind of
 * reference that makes no call
 */
export function readRefer(req: Pick<SrfMessage, 'get' | 'has'>): Refer | { status: number } {
  const value = req.get('Refer-To');
  if (value === undefined) return { status: 400 };
  const address = parseNameAddress(value);
  const uri = address && parseUri(address.uri);
  // RFC 3515 2.4.1: exactly one.
  if (!address || !uri || /^[^<]*,/.test(value) || />[^,]*,/.test(value)) return { status: 400 };
  if ((uri.params.get('method') ?? 'INVITE').toUpperCase() !== 'INVITE') return { status: 603 };
  const escaped = /[?&]replaces=([^&]*)/i.exec(address.uri)?.[1];
  let replaces: ReplacedDialog | undefined;
  if (escaped !== undefined) {
    replaces = readReplaces(unescapeHeader(escaped));
    if (!replaces) return { status: 400 };
  }
  const to = uri.user.slice(0, MAX_NUMBER);
  // Without a number there is nobody to call; a dialog to be replaced says by itself who is meant.
  if (to === '' && !replaces) return { status: 400 };
  const uui = /[?&]user-to-user=([^&]*)/i.exec(address.uri)?.[1];
  const [userToUser] = uui === undefined ? [] : readUserToUser(unescapeHeader(uui));
  const referredBy = parseNameAddress(req.get('Referred-By') ?? '')?.uri.slice(0, 256);
  return {
    to,
    ...(replaces ? { replaces } : {}),
    ...(referredBy ? { referredBy } : {}),
    ...(userToUser ? { userToUser } : {}),
    silent: req.get('Refer-Sub')?.trim().toLowerCase().startsWith('false') ?? false,
  };
}

/** Reads Replaces (RFC 3891 6.1); undefined unless Call-ID and both tags are there. */
export function readReplaces(value: string): ReplacedDialog | undefined {
  const [callId = '', ...rest] = value.split(';').map((part) => part.trim());
  const params = new Map(
    rest.map((part) => {
      const equals = part.indexOf('=');
      return equals < 0
        ? ([part.toLowerCase(), ''] as const)
        : ([part.slice(0, equals).toLowerCase(), part.slice(equals + 1)] as const);
    }),
  );
  const [localTag, remoteTag] = [params.get('to-tag'), params.get('from-tag')];
  if (!callId || !localTag || !remoteTag) return undefined;
  return { callId, localTag, remoteTag, earlyOnly: params.has('early-only') };
}

/** RFC 3261 19.1.4: a header in a URI is escaped. */
function unescapeHeader(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

/** How an order reaches its transferor. */
export interface ReferWay {
  respond(status: number, headers: Headers): void;
  /** Sends NOTIFY in the dialog of the REFER. */
  notify(headers: Headers, body: string): Promise<void>;
  contact: string;
  /** CSeq of the REFER, where the dialog has had one before (RFC 3515 2.4.6). */
  id: string | undefined;
}

/** How reports reach a transferor whose REFER came outside of dialogs: in the dialog that it has made (RFC 3515 2.4.4). */
export class OutsideWay implements ReferWay {
  readonly contact: string;
  readonly id = undefined;
  readonly #facade: SrfFacade;
  readonly #about: OutsideReport;
  #sequence = 0;

  constructor(facade: SrfFacade, about: OutsideReport) {
    this.#facade = facade;
    this.#about = about;
    this.contact = about.contact;
  }

  respond(status: number, headers: Headers): void {
    const { res } = this.#about;
    const made = status < 300 ? { ...headers, To: this.#us } : headers;
    this.#facade.respond(res, status, { headers: made });
  }

  async notify(headers: Headers, body: string): Promise<void> {
    const { req, uri, proxy } = this.#about;
    const route = req.get('Record-Route');
    await this.#facade.request('NOTIFY', {
      uri,
      proxy,
      headers: {
        'Call-ID': req.get('Call-ID') ?? '',
        CSeq: `${++this.#sequence} NOTIFY`,
        From: this.#us,
        To: req.get('From') ?? '',
        // RFC 3261 12.1.1: in the order in which it stands.
        ...(route === undefined ? {} : { Route: route }),
        ...headers,
      },
      body,
    });
  }

  get #us(): string {
    const { req, tag } = this.#about;
    return `${req.get('To') ?? ''};tag=${tag}`;
  }
}

/** A REFER outside of dialogs, and where its sender is. */
export interface OutsideReport {
  req: SrfRequest;
  res: SrfResponse;
  contact: string;
  /** Where its Contact says that requests are to go, and the next hop to it. */
  uri: string;
  proxy: string;
  /** Our tag in the dialog that it makes. */
  tag: string;
}

/** RFC 3515 2.4.4: how long a transfer may take before its reports end, s. */
const REPORT_SECONDS = 180;

/** How long the end of the dialog waits for the last report to be acknowledged, ms. */
const LAST_REPORT_MS = 1000;

/** A transfer as a peer asks for it by REFER: 202, and then NOTIFY with what has become of it (RFC 3515 2.4). */
export class ReferOrder implements TransferOrder {
  readonly to: string;
  readonly replaces?: ReplacedDialog;
  readonly referredBy?: string;
  readonly userToUser?: string;
  readonly #silent: boolean;
  readonly #way: ReferWay;
  #state: 'asked' | 'accepted' | 'over' = 'asked';
  #last = 0;
  /** Reports leave one after the other; resolves, soon at any rate, when the last is acknowledged. */
  #sending: Promise<void> = Promise.resolve();

  constructor(refer: Refer, way: ReferWay) {
    this.to = refer.to;
    if (refer.replaces) this.replaces = refer.replaces;
    if (refer.referredBy) this.referredBy = refer.referredBy;
    if (refer.userToUser) this.userToUser = refer.userToUser;
    this.#silent = refer.silent;
    this.#way = way;
  }

  /** Not decided yet, or under way. */
  get open(): boolean {
    return this.#state !== 'over';
  }

  /** Resolves when the reports sent so far are acknowledged, within a second. */
  get reported(): Promise<void> {
    const limit = new Promise<void>((resolve) => setTimeout(resolve, LAST_REPORT_MS).unref());
    return Promise.race([this.#sending, limit]);
  }

  refuse(cause: ReleaseCause): void {
    if (this.#state !== 'asked') return;
    this.#state = 'over';
    this.#way.respond(statusOf(cause), {});
  }

  accept(): void {
    if (this.#state !== 'asked') return;
    this.#state = 'accepted';
    // RFC 4488 4: whoever wants no reports is told that there will be none.
    this.#way.respond(202, { Contact: this.#way.contact, ...(this.#silent ? { 'Refer-Sub': 'false' } : {}) });
    // RFC 3515 2.4.4: the first report comes at once.
    this.#report(100, 'Trying', false);
  }

  ringing(): void {
    this.#report(180, 'Ringing', false);
  }

  done(): void {
    this.#report(200, 'OK', true);
  }

  failed(cause: ReleaseCause): void {
    this.#report(statusOf(cause), cause.text || 'Failed', true);
  }

  #report(status: number, phrase: string, last: boolean): void {
    if (this.#state !== 'accepted' || status === this.#last) return;
    this.#last = status;
    if (last) this.#state = 'over';
    if (this.#silent) return;
    const headers: Headers = {
      Event: this.#way.id === undefined ? 'refer' : `refer;id=${this.#way.id}`,
      'Subscription-State': last ? 'terminated;reason=noresource' : `active;expires=${REPORT_SECONDS}`,
      'Content-Type': 'message/sipfrag;version=2.0',
      Contact: this.#way.contact,
    };
    const body = `SIP/2.0 ${status} ${phrase.replace(/[^\x20-\x7e]/g, '')}\r\n`;
    this.#sending = this.#sending.then(() => this.#way.notify(headers, body)).catch(() => {});
  }
}

/** Status of a refusal or failure as the transferor is told; 3xx to 6xx only. */
function statusOf(cause: ReleaseCause): number {
  const { sip } = cause;
  return sip !== undefined && sip >= 400 && cause.by === 'local' ? sip : refusalStatus(cause);
}
