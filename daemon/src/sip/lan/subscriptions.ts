import type { Clock, Timer } from '../../base/clock.ts';
import { parseUri } from '../address.ts';
import type { SrfFacade } from '../srf-facade.ts';
import type { Headers, SrfDialog, SrfRequest, SrfResponse } from '../srf-types.ts';
import { dialogInfo, extensionUri, messageSummary, type OfficeState } from './event-packages.ts';

/** Who subscribes, as the LAN knows it. */
export interface Subscriber {
  deviceId: string;
  /** Our Contact toward it. */
  contact: string;
  /** Our address as it is written in URIs of extensions. */
  domain: string;
}

export interface SubscriptionHost {
  facade: SrfFacade;
  clock: Clock;
  office: OfficeState;
}

/** Events that can be subscribed to (RFC 6665 8.2.2), for Allow-Events. */
export const EVENTS = 'message-summary, dialog';

/** RFC 6665 3.1.1, RFC 3842 3.4, RFC 4235 3.4: how long a subscription stands, s. */
const [LEAST_SECONDS, USUAL_SECONDS, MOST_SECONDS] = [60, 3600, 3600];

/** Subscriptions of one device; a console with lamps has some dozens. */
const MAX_PER_DEVICE = 200;

type EventName = 'message-summary' | 'dialog';

/** Telephones that want to know: whether messages wait (RFC 3842), who is on the telephone (RFC 4235). */
export class Subscriptions {
  readonly #host: SubscriptionHost;
  readonly #all = new Set<Subscription>();

  constructor(host: SubscriptionHost) {
    this.#host = host;
  }

  get size(): number {
    return this.#all.size;
  }

  /** A SUBSCRIBE outside of dialogs, of a device whose word is good. */
  subscribe(req: SrfRequest, res: SrfResponse, who: Subscriber): void {
    const { facade, office } = this.#host;
    const event = req.get('Event') ?? '';
    const name = event.split(';', 1)[0]?.trim().toLowerCase();
    if ((name !== 'message-summary' && name !== 'dialog') || !/^[\x20-\x7e]{1,128}$/.test(event)) {
      facade.respond(res, 489, { headers: { 'Allow-Events': EVENTS } });
      return;
    }
    const seconds = secondsOf(req.get('Expires'));
    if (seconds === undefined) {
      // RFC 6665 4.2.1.1.
      facade.respond(res, 423, { headers: { 'Min-Expires': String(LEAST_SECONDS) } });
      return;
    }
    const extension = parseUri(req.uri)?.user ?? '';
    const known = name === 'dialog' ? office.extensionCalls(extension) : office.messages(who.deviceId);
    if (known === undefined) {
      facade.respond(res, 404);
      return;
    }
    if ([...this.#all].filter(({ deviceId }) => deviceId === who.deviceId).length >= MAX_PER_DEVICE) {
      facade.respond(res, 480);
      return;
    }
    const headers = { Contact: who.contact, Expires: String(seconds) };
    facade
      .answer(req, res, { headers, body: '' }, (dialog) => {
        const made = new Subscription(this.#host, who, { event, name, extension }, dialog, () =>
          this.#all.delete(made),
        );
        this.#all.add(made);
        made.renew(seconds);
      })
      .catch(() => {});
  }

  /** Messages of whoever has the device were left or heard. */
  messagesChanged(deviceId: string): void {
    for (const one of this.#all) if (one.name === 'message-summary' && one.deviceId === deviceId) one.tell();
  }

  /** Somebody calls, is called, or has hung up. */
  extensionChanged(extension: string): void {
    for (const one of this.#all) if (one.name === 'dialog' && one.extension === extension) one.tell();
  }

  /** Ends those of devices that are gone, and of extensions that are. */
  sweep(deviceIds: ReadonlySet<string>): void {
    const { office } = this.#host;
    for (const one of [...this.#all]) {
      const lost = one.name === 'dialog' && office.extensionCalls(one.extension) === undefined;
      if (lost || !deviceIds.has(one.deviceId)) one.end('noresource');
    }
  }

  close(): void {
    for (const one of [...this.#all]) one.end('deactivated');
  }
}

/** Expires of a SUBSCRIBE within our bounds; 0 stays 0; undefined: too short. */
function secondsOf(expires: string | undefined): number | undefined {
  const wanted = /^\s*\d{1,10}\s*$/.test(expires ?? '') ? Number(expires) : USUAL_SECONDS;
  if (wanted > 0 && wanted < LEAST_SECONDS) return undefined;
  return Math.min(wanted, MOST_SECONDS);
}

/** One subscription. A report leaves when the one before is answered; what changed meanwhile is in it. */
class Subscription {
  readonly deviceId: string;
  readonly name: EventName;
  readonly extension: string;
  readonly #event: string;
  readonly #who: Subscriber;
  readonly #host: SubscriptionHost;
  readonly #dialog: SrfDialog;
  readonly #gone: () => void;
  #expiry: Timer | undefined;
  #expiresAt = 0;
  #version = 0;
  #sending = false;
  #dirty = false;
  /** Why it ends, once it does (RFC 6665 4.1.3). */
  #ending: string | undefined;
  #over = false;

  constructor(
    host: SubscriptionHost,
    who: Subscriber,
    about: { event: string; name: EventName; extension: string },
    dialog: SrfDialog,
    gone: () => void,
  ) {
    this.deviceId = who.deviceId;
    this.name = about.name;
    this.extension = about.extension;
    this.#event = about.event;
    this.#who = who;
    this.#host = host;
    this.#dialog = dialog;
    this.#gone = gone;
    host.facade.track(dialog, () => this.#drop());
    dialog.on('subscribe', (req, res) => this.#refreshed(req, res));
    // srf has answered it.
    dialog.on('unsubscribe', () => this.end('timeout'));
  }

  /** Stands for `seconds` from now; 0: the state is told once (RFC 6665 4.4.3). */
  renew(seconds: number): void {
    const { clock } = this.#host;
    this.#expiry?.cancel();
    if (seconds === 0) {
      this.end('timeout');
      return;
    }
    this.#expiresAt = clock.now() + seconds * 1000;
    this.#expiry = clock.after(seconds * 1000, () => this.end('timeout'));
    this.tell();
  }

  /** Reports the present state. */
  tell(): void {
    this.#dirty = true;
    if (!this.#sending && !this.#over) void this.#report();
  }

  /** Ends it with a last report. */
  end(reason: string): void {
    this.#expiry?.cancel();
    this.#ending ??= reason;
    this.tell();
  }

  #refreshed(req: SrfRequest, res: SrfResponse): void {
    const { facade } = this.#host;
    const seconds = secondsOf(req.get('Expires'));
    if (seconds === undefined) {
      facade.respond(res, 423, { headers: { 'Min-Expires': String(LEAST_SECONDS) } });
      return;
    }
    facade.respond(res, 200, { headers: { Contact: this.#who.contact, Expires: String(seconds) } });
    this.renew(seconds);
  }

  async #report(): Promise<void> {
    this.#sending = true;
    const { facade, clock } = this.#host;
    while (this.#dirty && !this.#over) {
      this.#dirty = false;
      const last = this.#ending;
      const left = Math.max(1, Math.ceil((this.#expiresAt - clock.now()) / 1000));
      const headers: Headers = {
        Event: this.#event,
        'Subscription-State': last === undefined ? `active;expires=${left}` : `terminated;reason=${last}`,
        Contact: this.#who.contact,
        ...(this.name === 'dialog'
          ? { 'Content-Type': 'application/dialog-info+xml' }
          : { 'Content-Type': 'application/simple-message-summary' }),
      };
      const status = await facade
        .dialogRequest(this.#dialog, 'NOTIFY', headers, this.#body())
        .then((response) => response.status)
        .catch(() => 408);
      // RFC 6665 4.2.2: a subscriber that is gone, or does not know it any more.
      if (last !== undefined || status === 408 || status === 481 || status >= 600) this.#drop();
    }
    this.#sending = false;
  }

  #body(): string {
    const { office } = this.#host;
    if (this.name === 'message-summary') {
      const waiting = office.messages(this.deviceId) ?? { fresh: 0, old: 0 };
      return messageSummary(waiting, extensionUri(this.extension || this.deviceId, this.#who.domain));
    }
    const entity = extensionUri(this.extension, this.#who.domain);
    return dialogInfo(entity, this.#version++, office.extensionCalls(this.extension) ?? []);
  }

  #drop(): void {
    if (this.#over) return;
    this.#over = true;
    this.#expiry?.cancel();
    this.#host.facade.forget(this.#dialog);
    this.#gone();
  }
}
