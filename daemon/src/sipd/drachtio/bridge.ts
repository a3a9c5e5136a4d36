import type { Leg } from '../dialog/leg.ts';
import { minSe, refreshLines, type SessionTerms, SessionTimer } from '../dialog/session-timer.ts';
import type { SipMessage } from '../message/message.ts';
import { parseNameAddr } from '../message/name-addr.ts';
import type { ParseFailure } from '../message/parse.ts';
import { reasonOf } from '../message/reasons.ts';
import { refusalText, responseText, responseVias } from '../message/stringify.ts';
import { parseUri } from '../message/uri.ts';
import type { Flow } from '../transport/flow.ts';
import { Abandoned } from './abandoned.ts';
import { type Core, sipLeader } from './core.ts';
import { bodyPart, engineDraft, readDraft } from './draft.ts';
import type { Session } from './session.ts';
import { Uac } from './uac.ts';
import { Uas } from './uas.ts';
import type { ClientFrame } from './wire.ts';

/** Pause before a refused session refresh is sent again. */
const REFRESH_AGAIN_MS = 10_000;

/** Reason of a BYE after the session's time (RFC 4028 10). */
const SESSION_EXPIRED = 'Session expired';

/** Joins the SIP side and the control side: what comes from one is given its place in the other. */
export class Bridge {
  readonly uac: Uac;
  readonly uas: Uas;
  readonly abandoned: Abandoned;
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
    this.uac = new Uac(core);
    this.uas = new Uas(core);
    this.abandoned = new Abandoned(core, (leg) => this.endDialog(leg, ''));
    this.uac.endDialog = (leg, reason) => this.endDialog(leg, reason);
    this.uas.endDialog = (leg, reason) => this.endDialog(leg, reason);
  }

  /** A message of the network, whole and sound. */
  received(m: SipMessage, flow: Flow): void {
    const { table } = this.#core;
    if (!m.isRequest) {
      const tx = table.findClient(m);
      if (tx) {
        // Whoever answers what we sent is where it says, and no stranger.
        this.#core.guard.acquainted(flow.remote.host);
        tx.receive(m, flow);
      } else if (!table.hadAnswer(m) && !this.abandoned.take(m, flow)) this.#core.count('response.stray');
      return;
    }
    const tx = table.findServer(m);
    if (!tx && table.repeated(m, flow)) return;
    if (m.method === 'ACK') {
      if (tx && tx.request.method === 'INVITE') {
        if (tx.isAnsweredBy(m)) this.#core.guard.reached(flow);
        tx.receive(m, flow);
      } else this.uas.ack(m, flow);
    } else if (tx) tx.receive(m, flow);
    else if (m.method === 'CANCEL' && table.findCancelled(m)) this.uas.cancel(m, flow);
    else if (this.#welcome(m, flow)) {
      if (m.method === 'CANCEL') this.uas.cancel(m, flow);
      else this.#request(m, flow);
    }
  }

  /** A message that cannot be accepted: answered without state if it is a request that can be. */
  refused(failure: ParseFailure, flow: Flow): void {
    const core = this.#core;
    core.count(failure.code);
    if (!core.guard.malformed(flow)) return;
    const m = failure.partial;
    if (!m || m.method === 'ACK' || !m.isRequest) return;
    const text = failure.text.length > 60 ? 'Bad Request' : failure.text;
    core.table.reply(
      m,
      flow,
      refusalText(
        m,
        responseVias(m, flow.remote.host, flow.remote.port),
        failure.status,
        text,
        core.ids.tag(),
      ),
    );
  }

  /** A `sip` or `proxy` frame of a client; false if the verb is another. */
  frame(session: Session, frame: ClientFrame): boolean {
    if (frame.verb !== 'sip' && frame.verb !== 'proxy') return false;
    const draft = readDraft(frame.sip);
    if (typeof draft === 'string') session.reply(frame.id, `NOK|${draft}`);
    else if (frame.verb === 'proxy') this.uas.proxy(session, frame, draft);
    else if (draft.status > 0) this.uas.respond(session, frame, draft);
    else this.uac.request(session, frame, draft);
    return true;
  }

  /** A control connection is gone: requests of that client end; its dialogs wait for another. */
  sessionClosed(session: Session): void {
    this.uac.abandon(session);
    this.uas.abandon(session);
    for (const leg of this.#core.legs.values()) if (leg.owner === session) leg.owner = undefined;
  }

  /**
   * Ends a dialog on the engine's own account: BYE, and the client told of it as something it did
   * not ask for. An empty reason tells nobody.
   */
  endDialog(leg: Leg, reason: string): void {
    const core = this.#core;
    if (leg.state === 'ended' || leg.state === 'ending') return;
    this.uas.abortOn(leg);
    leg.awaitingAck?.repeater.stop();
    leg.awaitingAck = undefined;
    if (leg.method !== 'INVITE' || leg.remoteTarget === '') {
      core.legs.remove(leg);
      return;
    }
    const lines = reason === '' ? '' : `Reason: SIP ;cause=200 ;text="${reason}"\r\n`;
    const owner = core.ownerOf(leg);
    const call = this.uac.sendInDialog(
      undefined,
      '',
      leg,
      engineDraft('BYE', lines),
      'Content-Length: 0\r\n\r\n',
    );
    call.release = reason === SESSION_EXPIRED ? 'session-expired' : 'system-initiated-termination';
    call.onFinal = () => core.legs.remove(leg);
    const tx = call.sentTx;
    if (reason === '' || !owner || !tx) return;
    owner.send(
      `${sipLeader(core, 'application', tx.flow, tx.request.text.length)}|unsolicited|${leg.id}|`,
      tx.request.text,
    );
  }

  /** Begins, renews or ends the session timer of a dialog (RFC 4028). */
  setSession(leg: Leg, terms: SessionTerms | undefined): void {
    if (leg.state === 'ending' || leg.state === 'ended') return;
    leg.session ??= new SessionTimer(
      this.#core.clock,
      (interval) => this.#refresh(leg, interval),
      () => this.endDialog(leg, SESSION_EXPIRED),
    );
    leg.session.set(terms);
  }

  /** UPDATE without a body, or where the peer does not take it, the last offer again (RFC 4028 7.4). */
  #refresh(leg: Leg, interval: number): void {
    if (!leg.usable) return;
    if (leg.inviting || leg.invited || leg.updating) {
      // Whatever is under way renews the session if it succeeds.
      leg.session?.retry(this.#glarePause(leg), interval);
      return;
    }
    // A re-INVITE without an offer would ask for one that nobody here could answer.
    const method = leg.takesUpdate || leg.localSdp === '' ? 'UPDATE' : 'INVITE';
    const lines = refreshLines({ interval, ours: true }, leg.minSe);
    const draft = engineDraft(method, `Supported: timer\r\n${lines}`);
    if (method === 'INVITE') draft.body = leg.localSdp;
    const call = this.uac.sendInDialog(
      undefined,
      '',
      leg,
      draft,
      bodyPart(draft) ?? 'Content-Length: 0\r\n\r\n',
    );
    call.autoAck = true;
    call.onFinal = (status, response) => {
      // RFC 4028 10: without an answer, or with 481, the session is over.
      if (status === 408 || status === 481) this.endDialog(leg, SESSION_EXPIRED);
      if (status < 300 || leg.state !== 'confirmed') return;
      if (status === 405 || status === 501) leg.takesUpdate = false;
      const wanted = status === 422 && response ? minSe(response) : 0;
      // RFC 4028 7.3: 422 asks for a longer interval; other refusals are tried again until time is up.
      if (wanted > interval) this.#refresh(leg, wanted);
      else leg.session?.retry(status === 491 ? this.#glarePause(leg) : REFRESH_AGAIN_MS, interval);
    };
  }

  /** RFC 3261 14.1: 2.1 to 4 s for who made the Call-ID, less than 2 s for the other. */
  #glarePause(leg: Leg): number {
    return leg.role === 'uac' ? 2100 + this.#core.ids.number(1900) : this.#core.ids.number(2000);
  }

  /**
   * Whether a request without a transaction is to be served. What belongs to a dialog always is; what opens
   * something may be too much now (503 with Retry-After, without state: 8.2.7), or not worth an answer.
   */
  #welcome(m: SipMessage, flow: Flow): boolean {
    const core = this.#core;
    if (m.toTag !== '' && (core.legs.byRequest(m) || this.uas.relay.knows(m))) return true;
    const verdict = core.guard.opening(m, flow, core.table.filled);
    if (verdict === 'pass') return true;
    if (verdict === 'drop') return false;
    core.count('refused.full');
    const extra = `Retry-After: ${5 + core.ids.number(10)}\r\n`;
    const vias = responseVias(m, flow.remote.host, flow.remote.port);
    core.table.reply(m, flow, responseText(m, vias, 503, reasonOf(503), core.ids.tag(), extra, ''));
    return false;
  }

  /** Checks of RFC 3261 8.2 that need no state, in its order. */
  #request(m: SipMessage, flow: Flow): void {
    const core = this.#core;
    const uri = parseUri(m.uri);
    // RFC 3261 19.1.1: a Request-URI has no headers (RFC 4475 3.1.2.11).
    if (uri?.headers !== '') {
      this.uas.reject(m, flow, 400);
      return;
    }
    if (uri.scheme !== 'sip' && uri.scheme !== 'sips' && uri.scheme !== 'tel') {
      this.uas.reject(m, flow, 416);
      return;
    }
    // RFC 3261 20.10: what would be taken for parameters of the binding stands in brackets (RFC 4475 3.1.2.13).
    if (m.method === 'REGISTER' && m.list('contact').some((c) => !parseNameAddr(c, core.lenient))) {
      this.uas.reject(m, flow, 400);
      return;
    }
    const unknown = m.has('require')
      ? m.list('require').filter((o) => !core.supported.has(o.toLowerCase()))
      : [];
    if (unknown.length > 0) {
      this.uas.reject(m, flow, 420, `Unsupported: ${unknown.join(', ')}\r\n`);
      return;
    }
    this.uas.request(m, flow);
  }
}
