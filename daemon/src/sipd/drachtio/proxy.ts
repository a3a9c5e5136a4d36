import type { Timer } from '../../base/clock.ts';
import { find } from '../dialog/next-hop.ts';
import type { SipMessage } from '../message/message.ts';
import { parseNameAddr } from '../message/name-addr.ts';
import { reasonOf } from '../message/reasons.ts';
import { responseText, wireText } from '../message/stringify.ts';
import { hostPort } from '../message/uri.ts';
import { Attempts, type AttemptUser } from '../resolve/attempts.ts';
import { type ClientTransaction, type ClientUser, cancelOf } from '../transaction/client.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import { type Flow, isWeb, type Target, transportParameter } from '../transport/flow.ts';
import { type Core, sipLeader } from './core.ts';
import type { Draft } from './draft.ts';
import { forwardParts, withoutTopVia } from './forward.ts';
import { hasLooped, loopMark } from './loop.ts';
import type { Session } from './session.ts';

/** RFC 3261 16.6 step 11: an INVITE that rings this long is given up (more than 3 min). */
const TIMER_C_MS = 200_000;
const QUIET: ClientUser = { response() {}, timeout() {}, failed() {} };

/** How a request is to be passed on. */
export interface ProxyOptions {
  destinations: string[];
  /** Stay in the dialog by Record-Route. */
  recordRoute: boolean;
  /** Report every response to the client. */
  fullResponse: boolean;
  followRedirects: boolean;
  simultaneous: boolean;
  /** Wait for a provisional and for a final response, in ms; 0: as the RFC has it. */
  provisionalMs: number;
  finalMs: number;
  draft: Draft | undefined;
  /** URI of the next hop if it is not the destination (a Route below ours). */
  nextHop: string | undefined;
  dropRoute: boolean;
}

/** Who asked for it, if a client did: hears of every response, and of the end. */
export interface ProxyReport {
  session: Session;
  frameId: string;
}

/** `2s` or `1500ms` as milliseconds; 0 for nothing or nonsense. */
function duration(text: string): number {
  const n = Number.parseInt(text, 10);
  if (!(n > 0)) return 0;
  return text.endsWith('ms') ? n : n * 1000;
}

/** How the words of a `proxy` frame, from record-routing on, want a request passed on. */
export function proxyOptions(words: readonly string[], draft: Draft | undefined): ProxyOptions {
  const [rr, full, follow, mode, provisional = '', final = '', ...destinations] = words;
  return {
    destinations,
    recordRoute: rr === 'remainInDialog',
    fullResponse: full === 'fullResponse',
    followRedirects: follow === 'followRedirects',
    simultaneous: mode === 'simultaneous',
    provisionalMs: duration(provisional),
    finalMs: duration(final),
    draft,
    nextHop: undefined,
    dropRoute: false,
  };
}

/** One request passed on statefully (RFC 3261 16), to one destination after another or to all at once. */
export class ProxyCall {
  readonly #core: Core;
  readonly #tx: ServerTransaction;
  readonly #options: ProxyOptions;
  readonly #report: ProxyReport | undefined;
  readonly #onEnd: () => void;
  readonly #waiting: string[];
  readonly #branches = new Set<Branch>();
  #best: { status: number; text: string } | undefined;
  #answered = false;
  #cancelled = false;
  #ended = false;
  /** Stands in each branch of ours, so that the request is known if it comes back. */
  readonly #mark: string;
  /** A call begins with it, of which call records tell. */
  readonly #recorded: boolean;

  constructor(
    core: Core,
    tx: ServerTransaction,
    options: ProxyOptions,
    report: ProxyReport | undefined,
    onEnd: () => void,
  ) {
    this.#core = core;
    this.#tx = tx;
    this.#options = options;
    this.#report = report;
    this.#onEnd = onEnd;
    this.#waiting = [...options.destinations];
    this.#mark = loopMark(tx.request);
    this.#recorded = tx.request.method === 'INVITE' && tx.request.toTag === '';
  }

  /** Begins; a request that may not be passed on any more is answered 483 (16.3 step 3). */
  start(): void {
    if (this.#tx.request.maxForwards === 0) {
      this.#answer(483);
      this.#end();
      return;
    }
    // 16.3 step 4: what has been here before and would go the same way is refused before it comes a hundred times.
    const { transport } = this.#core;
    if (hasLooped(this.#tx.request, this.#mark, (proto, host, port) => transport.isOwn(proto, host, port))) {
      this.#core.count('proxy.loop');
      this.#answer(482);
      this.#end();
      return;
    }
    this.#next();
  }

  /** The caller gave up: every branch is cancelled, and what they answer is passed on (16.10). */
  cancel(): void {
    this.#cancelled = true;
    this.#waiting.length = 0;
    for (const b of [...this.#branches]) b.cancel();
  }

  #next(): void {
    do {
      const destination = this.#waiting.shift();
      if (destination === undefined) break;
      const branch = new Branch(this.#core, this.#tx, { destination, mark: this.#mark }, this.#options, {
        sent: (text) => {
          if (this.#recorded) this.#core.cdr.attempt('application', text);
        },
        response: (m, flow) => this.#response(branch, m, flow),
        ended: (status, text) => this.#branchEnded(branch, status, text),
      });
      this.#branches.add(branch);
      branch.start();
    } while (this.#options.simultaneous);
    this.#settle();
  }

  #response(branch: Branch, m: SipMessage, flow: Flow): void {
    const report = this.#report;
    if (report && this.#options.fullResponse && m.status > 100)
      report.session.reply(report.frameId, `OK|${reportWords(this.#core, flow, m)}|||continue`, wireText(m));
    if (m.status === 100) return;
    const success = m.status >= 200 && m.status < 300;
    // A non-2xx final is held back until the best is known; after a final, only 2xx go through (16.7).
    if (m.status >= 300) return;
    if (this.#answered && !(success && this.#tx.request.method === 'INVITE')) return;
    const text = withoutTopVia(m);
    this.#tx.respond(m.status, text);
    if (!success || this.#answered) return;
    this.#answered = true;
    if (this.#recorded) {
      this.#core.cdr.start('network', 'proxy-uac', wireText(m));
      this.#core.cdr.start('application', 'proxy-uas', text);
    }
    this.#waiting.length = 0;
    for (const b of [...this.#branches]) if (b !== branch) b.cancel();
  }

  #branchEnded(branch: Branch, status: number, message: SipMessage | undefined): void {
    const known = this.#branches.delete(branch);
    if (known && this.#recorded && status >= 300 && message)
      this.#core.cdr.stop('network', branch.cancelled ? 'call-canceled' : 'call-rejected', wireText(message));
    if (!known || this.#answered) {
      this.#settle();
      return;
    }
    if (status >= 300 && status < 400 && this.#options.followRedirects && message) {
      for (const c of message.list('contact')) {
        const uri = parseNameAddr(c)?.uri;
        if (uri && this.#waiting.length < 10) this.#waiting.push(uri);
      }
    } else this.#consider(status, message);
    // 16.7 step 5: a 6xx ends the search.
    if (status >= 600) this.cancel();
    if (this.#branches.size === 0 && !this.#cancelled) this.#next();
    else this.#settle();
  }

  /** 16.7 step 6: the lowest class wins, 6xx over all. */
  #consider(status: number, message: SipMessage | undefined): void {
    const rank = (s: number): number => (s >= 600 ? 0 : s === 401 || s === 407 ? 399 : s);
    if (this.#best && rank(this.#best.status) <= rank(status)) return;
    this.#best = { status, text: message ? withoutTopVia(message) : '' };
  }

  #settle(): void {
    if (this.#branches.size > 0 || this.#waiting.length > 0 || this.#ended) return;
    if (!this.#answered) {
      const best = this.#best;
      this.#answered = true;
      // 16.7 step 6: a 503 of another is not passed on as if we were overloaded.
      // RFC 4320 4.2: nor a 408 to a request other than INVITE, whose sender has given up by then.
      const silent = best?.status === 408 && this.#tx.request.method !== 'INVITE';
      if (best && best.text !== '' && best.status !== 503 && !silent) this.#refuse(best.status, best.text);
      else this.#answer(best?.status === 503 ? 500 : (best?.status ?? 404));
    }
    this.#end();
  }

  #answer(status: number): void {
    const { request } = this.#tx;
    this.#answered = true;
    // RFC 4320 4.2: a proxy keeps silent where a request other than INVITE has timed out.
    if (status === 408 && request.method !== 'INVITE') return;
    this.#refuse(
      status,
      responseText(request, this.#tx.vias, status, reasonOf(status), this.#core.ids.tag(), '', ''),
    );
  }

  #refuse(status: number, text: string): void {
    this.#tx.respond(status, text);
    if (this.#recorded)
      this.#core.cdr.stop('application', this.#cancelled ? 'call-canceled' : 'call-rejected', text);
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#report?.session.reply(this.#report.frameId, 'OK|done');
    this.#onEnd();
  }
}

function reportWords(core: Core, flow: Flow, m: SipMessage): string {
  // The words after the verb of a sip frame are those of a response report.
  return sipLeader(core, 'network', flow, m.text.length).split('|').slice(2).join('|');
}

interface BranchUser {
  /** It has been sent for the first time. */
  sent(text: string): void;
  response(m: SipMessage, flow: Flow): void;
  /** It ended without success; `message` is undefined if nobody answered. */
  ended(status: number, message: SipMessage | undefined): void;
}

/** The request on its way to one destination. */
class Branch implements AttemptUser {
  readonly #core: Core;
  readonly #request: SipMessage;
  readonly #from: Flow;
  readonly #destination: string;
  readonly branchMark: string;
  readonly #options: ProxyOptions;
  readonly #user: BranchUser;
  #attempts: Attempts | undefined;
  #timer: Timer | undefined;
  #progress = false;
  #sent = false;
  #cancelWanted = false;
  #done = false;

  constructor(
    core: Core,
    tx: ServerTransaction,
    to: { destination: string; mark: string },
    options: ProxyOptions,
    user: BranchUser,
  ) {
    this.#core = core;
    this.branchMark = to.mark;
    this.#request = tx.request;
    this.#from = tx.flow;
    this.#destination = to.destination;
    this.#options = options;
    this.#user = user;
  }

  start(): void {
    find(this.#options.nextHop ?? this.#destination, this.#core.locate, ({ targets }) => {
      if (this.#cancelWanted) this.#finish(487, undefined);
      else if (targets.length === 0) this.#finish(404, undefined);
      else this.#send(targets);
    });
  }

  cancel(): void {
    this.#cancelWanted = true;
    this.#attempts?.stop();
    if (this.#progress && this.#request.method === 'INVITE') this.#sendCancel();
    else if (this.#request.method !== 'INVITE') this.#finish(408, undefined);
  }

  get cancelled(): boolean {
    return this.#cancelWanted;
  }

  sent(text: string): void {
    if (!this.#sent) this.#user.sent(text);
    this.#sent = true;
    const { provisionalMs, finalMs } = this.#options;
    const ms = provisionalMs || finalMs;
    if (ms > 0) this.#wait(ms);
  }

  response(m: SipMessage, flow: Flow): void {
    if (m.status < 200) {
      this.#progress = true;
      if (this.#cancelWanted) this.#sendCancel();
      if (this.#request.method === 'INVITE') this.#wait(this.#options.finalMs || TIMER_C_MS);
      this.#user.response(m, flow);
      return;
    }
    this.#timer?.cancel();
    this.#user.response(m, flow);
    if (m.status >= 300) this.#finish(m.status, m);
    else if (!this.#done) this.#finish(m.status, m);
  }

  gaveUp(status: 408 | 503): void {
    this.#finish(status, undefined);
  }

  #send(targets: readonly Target[]): void {
    const { recordRoute, dropRoute, draft } = this.#options;
    const core = this.#core;
    const compose = (via: string, flow: Flow): string => {
      // A web client sends all it has over its connection; who called it may not know WebSocket at all.
      const shown = isWeb(flow.proto) ? this.#from : flow;
      const local = core.transport.localOf(shown);
      const transport = transportParameter(shown.proto);
      const line = recordRoute
        ? `Record-Route: <sip:${hostPort(local.host, local.port)}${transport};lr>\r\n`
        : '';
      const { start, rest } = forwardParts(this.#request, {
        requestUri: this.#destination,
        recordRoute: line,
        dropRoute,
        draft,
      });
      return start + via + rest;
    };
    this.#attempts = new Attempts(core.attempts, this.#request.method, targets, compose, this);
    this.#attempts.start();
  }

  /** Gives the branch up if nothing more comes within `ms`. */
  #wait(ms: number): void {
    this.#timer?.cancel();
    this.#timer = this.#core.clock.after(ms, () => {
      this.cancel();
      this.#finish(408, undefined);
    });
  }

  #sendCancel(): void {
    const tx: ClientTransaction | undefined = this.#attempts?.tx;
    if (!tx || this.#done || tx.ended) return;
    this.#core.table.send(cancelOf(tx.request, ''), tx.flow, QUIET);
  }

  #finish(status: number, message: SipMessage | undefined): void {
    if (this.#done) return;
    this.#done = true;
    this.#timer?.cancel();
    this.#user.ended(status, message);
  }
}
