import { Emitter } from '../base/emitter.ts';
import { CodedError, codeOf, messageOf } from '../base/error.ts';
import { randomHex } from '../base/random.ts';
import type {
  FaxCarrier,
  Leg,
  LegEvents,
  LegState,
  Party,
  ReleaseCause,
  ReplacedDialog,
} from '../call/leg.ts';
import type { EndpointId, RtpStatistics } from '../media/api.ts';
import { bodyObjection, descriptionOf } from './body.ts';
import type { Carried } from './carried.ts';
import { causeName, localCause, NO_CODEC, parseReason, reasonHeader } from './cause.ts';
import { journalOf } from './dialog-journal.ts';
import { DialogRequests } from './dialog-requests.ts';
import { DTMF_RELAY, infoOfKey, infoRefusal, keyOfInfo } from './dtmf-info.ts';
import { FaxControl } from './fax-control.ts';
import { KeyOwner, type KeySource } from './key-owner.ts';
import type { LegHost, OpenDialog } from './leg-host.ts';
import type { Elsewhere, MediaSession } from './media-session.ts';
import { mayTransfer, type Peer } from './peer.ts';
import { type Refer, ReferOrder, type ReferWay, readRefer } from './refer.ts';
import type { Headers, SrfDialog, SrfMessage, SrfRequest, SrfResponse } from './srf-types.ts';

/** RFC 3261 14.1: pauses before a re-INVITE that crossed another is repeated, ms: for the dialog's owner of the Call-ID, and the other. */
const GLARE_OURS: readonly [number, number] = [2100, 4000];
const GLARE_THEIRS: readonly [number, number] = [0, 2000];

/** Digits toward the peer, where the call does not say otherwise: Q.24 asks for 40 and 40 at least, ms. */
const DIGIT_MS = 100;

/** What legs in both directions share: the dialog once it stands, media, hold, digits, the end. */
export abstract class SipLeg extends Emitter<LegEvents> implements Leg {
  readonly kind = 'sip';
  abstract readonly direction: 'incoming' | 'outgoing';
  readonly id = `sip-${randomHex(6)}`;
  readonly place: string;
  readonly peer: Peer;
  abstract readonly callId: string;
  startedAt: number | undefined;
  /** What the call brought along that may go on with it; set by who took it in. */
  carried: Carried | undefined;
  protected readonly host: LegHost;
  protected session: MediaSession | undefined;
  #state: LegState = 'idle';
  #dialog: SrfDialog | undefined;
  #journal: OpenDialog | undefined;
  #offering = false;
  #remoteHold = false;
  readonly #keys: KeyOwner;
  #awaitAck: ((ack: SrfRequest) => void) | undefined;
  #requests: DialogRequests | undefined;
  /** Who is spoken to, as told last. */
  #party: string | undefined;
  /** The REFER that came last. */
  #transfer: ReferOrder | undefined;
  readonly #fax: FaxControl;

  constructor(peer: Peer, host: LegHost) {
    super();
    this.peer = peer;
    this.host = host;
    this.#keys = new KeyOwner(host.clock, (key) => this.#keyHeard(key));
    this.place = peer.place;
    this.#fax = new FaxControl({
      clock: host.clock,
      peer,
      able: () => host.fax(),
      session: () => this.standing,
      reinvite: (make) => (this.session ? this.#reinvite(this.session, make) : Promise.resolve()),
      changed: (by) => this.emit('fax', by),
    });
  }

  /** Keys are listened for in an answered call for as long as anybody wants to know of them. */
  override on<K extends keyof LegEvents>(event: K, fn: (...args: LegEvents[K]) => void): () => void {
    const off = super.on(event, fn);
    if (event !== 'digit') return off;
    this.#heedKeys();
    return () => {
      off();
      this.#heedKeys();
    };
  }

  #heedKeys(): void {
    if (this.session && this.#state === 'answered') this.session.heeded = this.count('digit') > 0;
  }

  get state(): LegState {
    return this.#state;
  }

  protected set state(state: LegState) {
    this.#state = state;
    this.#heedKeys();
  }

  get endpoint(): EndpointId | undefined {
    return this.session?.endpoint;
  }

  statistics(): Promise<RtpStatistics | undefined> {
    if (!this.session) return Promise.resolve(undefined);
    return this.#state === 'released'
      ? this.session.close()
      : this.host.media.statistics(this.session.endpoint);
  }

  abstract start(): void;
  abstract alert(): void;
  abstract openEarlyMedia(): Promise<void>;
  abstract answer(): Promise<void>;

  /** Ends what there is before a dialog: CANCEL, or a refusal. */
  protected abstract giveUp(cause: ReleaseCause): void;

  release(cause: ReleaseCause): void {
    if (this.#state === 'released') return;
    const dialog = this.#dialog;
    const before = this.#state;
    this.#state = 'released';
    if (dialog) void this.#bye(dialog, cause);
    else if (before !== 'idle' || this.direction === 'incoming') this.giveUp(cause);
    this.#finish({ ...cause, by: 'local' });
  }

  async sendDigits(digits: string): Promise<void> {
    const { endpoint } = this;
    if (this.peer.dtmf === 'info') return this.#sendInfo(digits);
    if (!endpoint) throw new CodedError('sip/no-media', 'digits need a speech path');
    await this.host.media.play(endpoint, { type: 'dtmf', digits, onMs: DIGIT_MS, offMs: DIGIT_MS });
  }

  async #sendInfo(digits: string): Promise<void> {
    for (const key of digits) {
      const requests = this.#requests;
      if (!requests || this.#state !== 'answered') throw new CodedError('sip/gone', 'digits need a call');
      await requests.send('INFO', { 'Content-Type': DTMF_RELAY }, infoOfKey(key, DIGIT_MS));
    }
  }

  /** @throws CodedError `sip/not-answered`, `sip/refused` when the peer takes no hold, `sip/timeout` */
  async hold(on: boolean): Promise<void> {
    const { session } = this;
    if (this.#state !== 'answered' || !this.#dialog || !session) {
      throw new CodedError('sip/not-answered', 'only an answered call can be held');
    }
    if (session.holding === on) return;
    session.holding = on;
    try {
      await this.#reinvite(session);
    } catch (error) {
      session.holding = !on;
      throw error;
    }
  }

  /**
   * Tells the peer where its packets are to go: past us, or (undefined) to us again; nothing is sent if that is so already.
   * @throws CodedError as {@link hold}; the session is then as it was
   */
  async redirect(place: Elsewhere | undefined): Promise<void> {
    const { session } = this;
    if (this.#state !== 'answered' || !session) throw new CodedError('sip/not-answered', 'there is no call');
    try {
      await this.#reinvite(session, () => {
        if (place ? session.fax !== undefined || !session.mayGo : !session.away) return undefined;
        session.elsewhere = place;
        return session.offer();
      });
    } catch (error) {
      session.elsewhere = undefined;
      throw error;
    }
  }

  /** The session, while the call stands. */
  get standing(): MediaSession | undefined {
    return this.#state === 'answered' && this.#dialog ? this.session : undefined;
  }

  toFax(near: boolean): Promise<FaxCarrier> {
    return this.#fax.begin(near);
  }

  get faxable(): boolean {
    return this.#fax.possible;
  }

  toAudio(): Promise<void> {
    return this.#fax.end();
  }

  /** A digit for the peer, from whatever it is joined to; only where digits go beside the media. */
  digitOut(digit: string): void {
    this.#sendInfo(digit).catch(() => {});
  }

  #keyHeard(key: string): void {
    const { endpoint } = this;
    if (this.peer.dtmf === 'info' && endpoint) this.host.media.press(endpoint, key).catch(() => {});
    this.emit('digit', key);
  }

  /** A key that the media worker heard on our endpoint. */
  heardDigit(key: string, source: KeySource, lastedMs = 0): void {
    if (this.#state !== 'released') this.#keys.heard(key, source, lastedMs);
  }

  /** The far side, or the network, has ended it. */
  protected ended(cause: ReleaseCause): void {
    if (this.#state === 'released') return;
    this.#state = 'released';
    this.#finish(cause);
  }

  /** The dialog stands; everything that arrives in it comes here from now on. */
  protected adopt(dialog: SrfDialog, nextHop: string): void {
    this.#dialog = dialog;
    if (this.session) {
      this.session.mayFax = () => this.#fax.possible;
      this.session.faxFailed = () => void this.#fax.end();
      this.session.returned = () => this.host.returned(this);
    }
    this.#journal = journalOf(dialog, nextHop);
    this.host.facade.track(dialog, () => this.#lost());
    dialog.on('destroy', (req, reason) => this.#destroyed(req, reason));
    dialog.on('modify', (req, res) => this.#modified(dialog, req, res));
    dialog.on('update', (req, res) => this.#modified(dialog, req, res));
    dialog.on('info', (req, res) => this.#informed(req, res));
    dialog.on('refer', (req, res) => this.#referred(dialog, req, res));
    dialog.on('message', (_req, res) => this.host.facade.respond(res, 415));
    dialog.on('ack', (req) => {
      const take = this.#awaitAck;
      this.#awaitAck = undefined;
      take?.(req);
    });
    this.#requests = new DialogRequests(dialog, this.host, this.peer, this.direction);
    if (this.#state !== 'released') this.#requests.keepAlive(() => void this.#refresh().catch(() => {}));
    if (this.#state !== 'released') this.host.dialogOpened(this, this.#journal);
  }

  /** Our offer went out in a 200; the answer comes in the ACK (RFC 3261 13.3.1.4). */
  protected expectAnswerInAck(session: MediaSession): void {
    this.#awaitAck = (ack) => {
      try {
        session.accept(descriptionOf(ack));
        this.#noteHold();
      } catch (error) {
        this.release(localCause(88, messageOf(error)));
      }
    };
  }

  /** Ends a dialog that nobody wants: the 200 of an abandoned INVITE (ruling 15), one without usable media. */
  protected discard(dialog: SrfDialog, nextHop: string, cause: ReleaseCause): void {
    this.adopt(dialog, nextHop);
    void this.#bye(dialog, cause);
  }

  #finish(cause: ReleaseCause): void {
    this.#keys.stop();
    this.#requests?.stop();
    this.emit('released', cause);
    // After the listeners, so that one who wants the figures of the running session still gets them.
    void this.session?.close();
    this.host.ended(this);
    this.off();
  }

  async #bye(dialog: SrfDialog, cause: ReleaseCause): Promise<void> {
    const reason: Headers = { Reason: reasonHeader(cause.q850, cause.text || causeName(cause.q850)) };
    // The last report of a transfer must not meet a dialog that is gone.
    await this.#transfer?.reported;
    try {
      await this.#requests?.send('BYE', reason);
    } catch (error) {
      // The engine went away with our BYE: the journal still knows the dialog.
      if (codeOf(error) === 'sip/engine-lost' && this.#journal) this.host.dialogOrphaned(this.#journal);
    }
    this.host.facade.forget(dialog);
    this.host.dialogClosed(this.callId);
  }

  /** Refreshes the session; what fails is tried again by the engine, until its time is up (RFC 4028 10). */
  async #refresh(): Promise<void> {
    const requests = this.#requests;
    if (this.#state !== 'answered' || this.#offering || !requests) return;
    const status = await requests.update();
    if (status === 408 || status === 481) this.#vanished(status);
    else if (status === undefined && this.session) await this.#reinvite(this.session);
  }

  /** RFC 3261 12.2.1.2: the peer knows no such dialog any more, or is dead. */
  #vanished(status: number): void {
    this.release(localCause(status === 408 ? 102 : 41, `${status} in the call`));
  }

  async #reinvite(
    session: MediaSession,
    make: () => string | undefined = () => session.offer(),
  ): Promise<void> {
    const [least, most] = this.direction === 'outgoing' ? GLARE_OURS : GLARE_THEIRS;
    for (let tries = 0; ; tries++) {
      const requests = this.#requests;
      if (!requests || this.#state !== 'answered')
        throw new CodedError('sip/gone', 'the call ended meanwhile');
      if (this.#offering) throw new CodedError('sip/busy', 'another offer is under way');
      this.#offering = true;
      let response: SrfResponse;
      try {
        const body = make();
        if (body === undefined) return;
        response = await requests.send('INVITE', { Contact: this.peer.contact }, body);
      } finally {
        this.#offering = false;
      }
      if (response.status < 300) {
        session.accept(descriptionOf(response));
        this.#noteHold();
        return;
      }
      if (response.status === 408 || response.status === 481) this.#vanished(response.status);
      // RFC 4028 7.3: the engine has heard which interval the peer wants, and writes it now.
      if (response.status === 422 && tries === 0) continue;
      if (response.status !== 491 || tries >= 3) {
        throw new CodedError('sip/refused', `re-INVITE refused: ${response.status} ${response.reason}`);
      }
      await new Promise<void>(
        (resolve) => void this.host.clock.after(least + (most - least) * Math.random(), resolve),
      );
    }
  }

  /** A re-INVITE or UPDATE from the peer. */
  #modified(dialog: SrfDialog, req: SrfRequest, res: SrfResponse): void {
    const { status, body, headers: said } = this.#considerOffer(req);
    if (status === 200) this.noteParty(req, req.get('From'));
    const headers: Headers =
      said ??
      (status === 488
        ? { Reason: reasonHeader(88), Warning: NO_CODEC }
        : status === 200
          ? { Contact: this.peer.contact }
          : {});
    if (body !== undefined) dialog.local.sdp = body;
    this.host.facade.respond(res, status, { headers, ...(body === undefined ? {} : { body }) });
    if (status === 200) this.#requests?.accepted(req);
    this.#noteHold();
  }

  #considerOffer(req: SrfRequest): { status: number; body?: string; headers?: Headers } {
    const { session } = this;
    if (!session || this.#state !== 'answered') return { status: 481 };
    // RFC 3261 14.2 and RFC 3311 5.2: two offers at once.
    if (this.#offering || this.#awaitAck) return { status: 491 };
    const objection = bodyObjection(req);
    if (objection) return objection;
    const offer = descriptionOf(req);
    if (offer === '') {
      if (req.method === 'UPDATE') return { status: 200 };
      this.expectAnswerInAck(session);
      return { status: 200, body: session.offer() };
    }
    try {
      const body = session.answer(offer);
      return body === undefined ? { status: 488 } : { status: 200, body };
    } catch {
      return { status: 488 };
    }
  }

  /** An UPDATE before the answer (RFC 3311 5.2): early media moves, or nothing but the target does. */
  protected updatedEarly(req: SrfRequest, res: SrfResponse): void {
    const offer = descriptionOf(req);
    const headers: Headers = { Contact: this.peer.contact };
    if (offer === '') {
      const objection = bodyObjection(req);
      this.host.facade.respond(res, objection?.status ?? 200, { headers: objection?.headers ?? headers });
    } else if (!this.session?.agreement || this.#state === 'released') {
      // The offer of the INVITE has no answer yet.
      this.host.facade.respond(res, 500, { headers: { 'Retry-After': '3' } });
    } else {
      let body: string | undefined;
      try {
        body = this.session.answer(offer);
      } catch {
        body = undefined;
      }
      if (body === undefined) this.host.facade.respond(res, 488, { headers: { Reason: reasonHeader(88) } });
      else this.host.facade.respond(res, 200, { headers, body });
    }
  }

  #noteHold(): void {
    this.#fax.note();
    const held = this.session?.agreement?.held ?? false;
    if (held === this.#remoteHold || this.#state !== 'answered') return;
    this.#remoteHold = held;
    this.emit('held', held, held && this.peer.ownMusic && (this.session?.agreement?.music ?? false));
  }

  /** A REFER in the dialog. */
  #referred(dialog: SrfDialog, req: SrfRequest, res: SrfResponse): void {
    const { facade } = this.host;
    const refer = readRefer(req);
    if ('status' in refer) facade.respond(res, refer.status);
    else
      this.referred(refer, {
        respond: (status, headers) => facade.respond(res, status, { headers }),
        notify: (headers, body) => facade.dialogRequest(dialog, 'NOTIFY', headers, body).then(() => {}),
        contact: this.peer.contact,
        // RFC 3515 2.4.6: the first REFER of a dialog needs no id.
        id: this.#transfer ? req.get('CSeq')?.split(' ', 1)[0] : undefined,
      });
  }

  /** The peer asks for a transfer of this call. Whoever may have us call others is the peer's affair (ruling 8). */
  referred(refer: Refer, way: ReferWay): void {
    const unheard = !mayTransfer(this.peer) || this.count('transferAsked') === 0;
    if (unheard || this.#transfer?.open) {
      way.respond(unheard ? 603 : 491, {});
      return;
    }
    this.#transfer = new ReferOrder(refer, way);
    this.emit('transferAsked', this.#transfer);
  }

  isDialog({ callId, localTag, remoteTag, earlyOnly }: ReplacedDialog): boolean {
    if (callId !== this.callId || this.#state === 'released') return false;
    const tags = this.#dialog?.sip;
    // Before an answer the Call-ID, which somebody else cannot know, and the peer's own tag must do.
    if (!tags) return this.earlyTag === undefined || [localTag, remoteTag].includes(this.earlyTag);
    return !earlyOnly && tags.localTag === localTag && tags.remoteTag === remoteTag;
  }

  /** Whom the party talks to now, where it is one of ours and takes UPDATE (RFC 4916 4.4; by RFC 3325's header, which telephones know). */
  show(party: Party): void {
    const shown = this.peer.shown?.(party);
    if (shown === undefined || this.#state !== 'answered') return;
    this.#requests?.update({ 'P-Asserted-Identity': shown }).catch(() => {});
  }

  /** A message of the peer's in the dialog, or the answer to our INVITE: it may say who is really there (RFC 4916). */
  protected noteParty(message: Pick<SrfMessage, 'get'>, from: string | undefined): void {
    const party = this.peer.partyIn?.(message, from);
    if (!party || party.number === undefined || party.number === this.#party) return;
    this.#party = party.number;
    this.emit('connected', party);
  }

  /** Who the peer has said to be from the beginning. */
  protected knowParty(number: string | undefined): void {
    this.#party = number;
  }

  /** The tag that is known before the dialog stands: of whoever sent the INVITE. */
  protected abstract readonly earlyTag: string | undefined;

  #informed(req: SrfRequest, res: SrfResponse): void {
    const key = keyOfInfo(req.get('Content-Type'), req.body);
    const refusal = infoRefusal(req);
    this.host.facade.respond(res, refusal?.status ?? 200, { headers: refusal?.headers ?? {} });
    if (key && !refusal) this.heardDigit(key, 'info');
  }

  #destroyed(req: SrfRequest, reason: string | undefined): void {
    const dialog = this.#dialog;
    if (dialog) this.host.facade.forget(dialog);
    const given = parseReason(req.get('Reason'));
    // What the engine ended by itself (no ACK, session expired) is no normal clearing.
    const own = req.source === 'application';
    const q850 = own ? 102 : (given.q850 ?? 16);
    const text = own ? (reason ?? 'ended by the SIP engine') : (given.text ?? causeName(q850));
    this.host.dialogClosed(this.callId);
    this.ended({ q850, text: own ? text : `BYE: ${text}`, by: own ? 'local' : 'remote', final: true });
  }

  #lost(): void {
    if (this.#journal) this.host.dialogOrphaned(this.#journal);
    this.ended({ q850: 41, text: 'connection to the SIP engine lost', by: 'local', final: true });
  }
}
