import { Repeater } from '../dialog/invite-2xx.ts';
import { endsSubscription, Leg } from '../dialog/leg.ts';
import { answerTerms, givenTerms } from '../dialog/session-timer.ts';
import type { SipMessage } from '../message/message.ts';
import { reasonOf } from '../message/reasons.ts';
import { wireText } from '../message/stringify.ts';
import { type Core, sentWords } from './core.ts';
import { bodyPart, type Draft } from './draft.ts';
import { withTag } from './headers.ts';
import { finished, hasBody, type IncomingCall, responseLines } from './incoming.ts';
import type { Pending } from './pending.ts';
import { Reliable } from './reliable.ts';
import type { Session } from './session.ts';

/** What the client is told of a response to a transaction that has its answer. */
export const UNKNOWN = 'NOK|Response not sent due to unknown transaction';

/** The client's responses: how they go out, and what they mean for the dialog. */
export class Answers {
  readonly #core: Core;
  readonly #pending: Pending;
  readonly #endDialog: (leg: Leg, reason: string) => void;

  constructor(core: Core, pending: Pending, endDialog: (leg: Leg, reason: string) => void) {
    this.#core = core;
    this.#pending = pending;
    this.#endDialog = endDialog;
  }

  /** Sends the client's response; returns why it cannot be sent, or undefined. */
  respond(call: IncomingCall, client: Session, id: string, draft: Draft): string | undefined {
    const core = this.#core;
    const { request, tx } = call;
    const body = bodyPart(draft);
    if (body === undefined) return 'missing content-type';
    const { status } = draft;
    const invite = request.method === 'INVITE';
    if (status === 100 && invite) return undefined;
    if (!invite && status < 200) return 'only INVITE has provisional responses (RFC 4320 4.1)';
    // RFC 4320 4.2: whoever waited that long has given up; a late 408 would only look like another's.
    if (!invite && status === 408) {
      call.tx.drop();
      return 'no 408 to a request other than INVITE (RFC 4320 4.2)';
    }
    if (invite && status >= 200 && status < 300 && call.reliable?.holdsAnswer) {
      this.#hold(call, client, id, draft);
      return undefined;
    }
    if (call.initial && draft.to !== undefined && !call.leg) {
      call.toTag = withTag(draft.to, call.toTag).tag;
    }
    const forms = invite || request.method === 'SUBSCRIBE';
    if (forms && call.initial && status > 100 && status < 300) this.#ensureLeg(call, client);
    const { leg } = call;
    const modifies = invite || request.method === 'UPDATE';
    const session =
      modifies && status >= 200 && status < 300 && draft.sessionExpires === ''
        ? answerTerms(request, leg?.session?.terms)
        : undefined;
    const early = status > 100 && status < 200;
    const asked = early && draft.require.toLowerCase().includes('100rel');
    // RFC 3262 3: a caller that requires it gets every provisional response reliably.
    const required = early && request.has('require') && request.listHas('require', '100rel');
    const wants100rel = asked || required;
    if (asked && !required && !request.listHas('supported', '100rel'))
      return 'Remote endpoint does not support 100rel';
    const reason = draft.reason === '' ? reasonOf(status) : draft.reason;
    const extra =
      responseLines(call, draft, core.transport.localOf(tx.flow), tx.flow) +
      (session?.lines ?? '') +
      (required && !asked ? 'Require: 100rel\r\n' : '');
    let text = '';
    const send = (): void => {
      tx.respond(status, text);
      client.reply(
        id,
        `${sentWords(core, tx.flow, text.length)}|${call.txn}|${leg && !(request.method === 'BYE' && status >= 200) ? leg.id : ''}||Msg sent:|`,
        text,
      );
    };
    if (wants100rel) {
      call.reliable ??= new Reliable(core);
      const { reliable } = call;
      if (leg) leg.reliable = reliable;
      reliable.add(
        (rseq) => {
          text = finished(call, status, reason, `${extra}RSeq: ${rseq}\r\n`, body);
          send();
          return { send: () => core.table.reply(request, tx.flow, text), gaveUp: () => this.#unproved(call) };
        },
        request.cseq,
        draft.body !== '',
      );
      if (leg) this.#described(leg, request, draft.body !== '', false);
      this.#pending.heard(call);
      return undefined;
    }
    text = finished(call, status, reason, extra, body);
    this.#pending.heard(call);
    send();
    if (status >= 200) this.#final(call, status, text);
    if (status >= 200 && !invite) tx.settle();
    if (leg && modifies) {
      this.#described(leg, request, draft.body !== '' && status < 300, status >= 200);
      if (status < 200 || status >= 300) return undefined;
      if (draft.body !== '') leg.localSdp = draft.body;
      const terms = session?.terms ?? givenTerms(draft.sessionExpires);
      if (terms) core.setSession(leg, terms);
    }
    return undefined;
  }

  /** Keeps the 2xx back until its PRACK has come and been answered. */
  #hold(call: IncomingCall, client: Session, id: string, draft: Draft): void {
    this.#pending.heard(call);
    call.held = {
      send: () => {
        const refusal = this.respond(call, client, id, draft);
        if (refusal !== undefined) client.reply(id, `NOK|${refusal}`);
      },
      gone: () => client.reply(id, UNKNOWN),
    };
  }

  /** A response of ours to INVITE or UPDATE, with a description or without: whose offer stands open now. */
  #described(leg: Leg, request: SipMessage, described: boolean, final: boolean): void {
    if (described && !hasBody(request) && request.method === 'INVITE') leg.offerOut = true;
    if ((described || final) && hasBody(request)) leg.offerIn = false;
  }

  #ensureLeg(call: IncomingCall, session: Session): void {
    if (call.leg) return;
    const leg = Leg.fromRequest(call.request, call.toTag, call.tx.flow);
    leg.owner = session;
    leg.state = 'early';
    leg.invited = call.request.method === 'INVITE';
    leg.offerIn = leg.invited && hasBody(call.request);
    call.leg = leg;
    this.#core.legs.add(leg);
    this.#core.legs.index(leg);
  }

  /** What a final response means for the dialog. */
  #final(call: IncomingCall, status: number, text: string): void {
    const core = this.#core;
    const { leg, request } = call;
    if (call.initial) core.guard.answered(request, call.tx.flow, status, text);
    this.#pending.forget(call);
    if (!leg) {
      if (call.initial && request.method === 'INVITE' && status >= 300)
        core.cdr.stop('application', 'call-rejected', text);
      return;
    }
    if (request.method === 'BYE') {
      core.legs.remove(leg);
      core.cdr.stop('network', 'normal-release', wireText(request));
      return;
    }
    if (call.initial && status >= 300) {
      core.legs.remove(leg);
      if (request.method === 'INVITE') core.cdr.stop('application', 'call-rejected', text);
      return;
    }
    if (request.method === 'PRACK') this.#pending.sendHeld(leg);
    if (
      request.method === 'NOTIFY' &&
      leg.method === 'SUBSCRIBE' &&
      endsSubscription(request.get('subscription-state'))
    )
      core.legs.remove(leg);
    if (status >= 300) return;
    if (call.initial) leg.state = 'confirmed';
    if (request.method === 'SUBSCRIBE' && leg.method === 'SUBSCRIBE') {
      const granted = /^Expires: *(\d{1,9})/im.exec(text)?.[1] ?? request.get('expires');
      core.legs.expect(leg, Number.parseInt(granted ?? '3600', 10) || 0, core.clock, core.table.timing.give);
    }
    if (request.method !== 'INVITE') return;
    if (call.initial) core.cdr.start('application', 'uas', text);
    const repeater = new Repeater(core.clock, core.table.timing, {
      capped: true,
      send: () => core.table.reply(request, call.tx.flow, text),
      gaveUp: () => {
        leg.awaitingAck = undefined;
        core.count('ack.timeout');
        const held = leg.afterAck;
        leg.afterAck = undefined;
        if (held) held.send();
        else this.#endDialog(leg, 'ACK timeout');
      },
    });
    leg.awaitingAck = { cseq: request.cseq, repeater, txn: call.txn, settle: () => call.tx.settle() };
  }

  /** No PRACK within 64*T1 (RFC 3262 3): the call is refused with a server error. */
  #unproved(call: IncomingCall): void {
    if (call.tx.answered) return;
    this.#pending.answer(call.tx, 504, reasonOf(504), call.toTag, '');
    this.#pending.forget(call);
    if (call.leg && call.initial) this.#core.legs.remove(call.leg);
  }

  /** Whether a PRACK fits a response that waits for one. */
  acknowledged(m: SipMessage, leg: Leg): boolean {
    const [rseq, cseq, method] = (m.get('rack') ?? '').split(' ').filter((w) => w !== '');
    if (method !== 'INVITE') return false;
    return (leg.reliable as Reliable | undefined)?.acknowledge(Number(rseq), Number(cseq)) ?? false;
  }
}
