import { EventEmitter } from 'node:events';
import { Authority } from './auth.ts';
import type { Binding, Call, CallReport } from './calls.ts';
import { type Treatment, treatmentOf } from './dialplan.ts';
import { branchOf, type Place, random, SipEndpoint, T1, T2 } from './endpoint.ts';
import { header, type Message, placeIn, readMessage, tagIn, uriIn, userIn, writeMessage } from './message.ts';
import { describe, RtpSession, remoteOf, type Sound } from './rtp.ts';
import { freshLine, linesIn } from './srtp.ts';
import type { TlsFiles } from './wire.ts';

export type { CallReport } from './calls.ts';

export interface OperatorOptions {
  host?: string;
  /** 0 takes a free port. */
  port?: number;
  /** TLS with this key and certificate, in place of UDP. */
  tls?: TlsFiles;
  realm?: string;
  /** Passwords by user name; empty: nobody has to prove anything. */
  accounts?: Record<string, string>;
  algorithms?: readonly ('SHA-256' | 'MD5')[];
  /** Calls must prove who they are from, not only registrations. */
  challengeCalls?: boolean;
  /** Longest registration granted, seconds. */
  maxExpires?: number;
  /** What happens to calls to numbers without a scenario. */
  usual?: Treatment;
  /** What a caller hears once answered. */
  sound?: Sound;
  /** Suites of SRTP; calls without one of them are refused. */
  srtp?: readonly string[];
  /** False: packets go where descriptions say, and not to where the other side's come from. */
  followsSource?: boolean;
}

/** A SIP operator in miniature: registrar, far telephone and measuring set in one. */
export class Operator extends EventEmitter<{ call: [report: CallReport]; registered: [user: string] }> {
  usual: Treatment;
  sound: Sound;
  srtp: readonly string[];
  readonly #sip: SipEndpoint;
  readonly #options: OperatorOptions;
  readonly #authority: Authority;
  /** By user; a user's own, the newest first. */
  readonly #bindings = new Map<string, Binding[]>();
  readonly #calls = new Map<string, Call>();

  private constructor(sip: SipEndpoint, options: OperatorOptions) {
    super();
    this.#sip = sip;
    this.#options = options;
    this.usual = options.usual ?? { status: 200, ringMs: 1500 };
    this.sound = options.sound ?? { type: 'echo' };
    this.srtp = options.srtp ?? [];
    this.#authority = new Authority(
      options.realm ?? 'operator.invalid',
      new Map(Object.entries(options.accounts ?? {})),
      options.algorithms ?? ['SHA-256', 'MD5'],
    );
    sip.onRequest = (request, from) => this.#received(request, from);
  }

  /** @throws the system's error if the address cannot be bound */
  static async start(options: OperatorOptions = {}): Promise<Operator> {
    return new Operator(
      await SipEndpoint.open(options.host ?? '127.0.0.1', options.port ?? 0, options.tls),
      options,
    );
  }

  get host(): string {
    return this.#sip.host;
  }

  get port(): number {
    return this.#sip.port;
  }

  get #place(): string {
    return `${this.host.includes(':') ? `[${this.host}]` : this.host}:${this.port}`;
  }

  /** Requests that came, by method; repetitions not counted. */
  get counts(): Readonly<Record<string, number>> {
    return this.#sip.counts;
  }

  /** Nothing is heard and nothing answered: a dead operator. */
  get silent(): boolean {
    return this.#sip.silent;
  }

  set silent(on: boolean) {
    this.#sip.silent = on;
  }

  /** Everything seen so far, the oldest first. */
  calls(): CallReport[] {
    return [...this.#calls.values()].map((call) => this.#reportOf(call));
  }

  /** Who is registered. */
  registrations(): { user: string; contact: string; expiresIn: number }[] {
    const now = Date.now();
    return [...this.#bindings].flatMap(([user, bindings]) =>
      bindings
        .filter((binding) => binding.until > now)
        .map(({ contact, until }) => ({ user, contact, expiresIn: Math.round((until - now) / 1000) })),
    );
  }

  /** Level of one frequency in what a call's party has sent during the last second, dBm0. */
  level(id: string, frequency: number): number {
    return this.#need(id).rtp.level(frequency);
  }

  /** What a call's party has sent during the last second, 8 kHz; silence before it has sent any. */
  heard(id: string): Int16Array {
    return this.#need(id).rtp.heard;
  }

  /** The longest pause in what a call's party sends since this was last asked, ms. */
  gap(id: string): number {
    return this.#need(id).rtp.gap();
  }

  /** A header of the INVITE that began a call, as it came; empty if it had none. */
  header(id: string, name: string): string {
    return header(this.#need(id).invite, name.toLowerCase());
  }

  /** Sends unprotected packets into a call although keys are agreed on, or no longer. */
  unprotect(id: string, on: boolean): void {
    this.#need(id).rtp.plain = on;
  }

  play(id: string, sound: Sound): void {
    this.#need(id).rtp.play(sound);
  }

  /** Keys digits toward the box. */
  digits(id: string, keys: string): Promise<void> {
    return this.#need(id).rtp.digits(keys);
  }

  /** Keys a digit by INFO (application/dtmf-relay), beside the audio; resolves with the status of the answer. */
  async info(id: string, key: string): Promise<number | undefined> {
    const call = this.#need(id);
    const { from, target, local, remote, routes } = call;
    call.sequence++;
    const text = this.#sip.request(
      'INFO',
      target,
      {
        callId: call.report.callId,
        local,
        remote,
        sequence: call.sequence,
        branch: `z9hG4bK${random()}`,
        routes,
      },
      `Signal=${key}\r\nDuration=160\r\n`,
      [['Content-Type', 'application/dtmf-relay']],
    );
    const final = await this.#sip.transact(text, from, () => {});
    return final?.status;
  }

  /**
   * Calls the box; resolves with the call's id as soon as the INVITE is out. `to`: a registered user,
   * or `host:port` of a box that does not register.
   */
  async call(options: {
    to: string;
    number: string;
    caller?: string;
    name?: string;
    sound?: Sound;
    /** Offers no keys, whatever is agreed on as a rule. */
    plain?: boolean;
  }): Promise<string> {
    const binding = this.#bindings.get(options.to)?.[0];
    const place = binding?.from ?? (/:\d+$/.test(options.to) ? placeIn(`sip:${options.to}`) : undefined);
    if (!place) throw new Error(`nobody is registered as ${options.to}, and it is no address`);
    const rtp = await this.#openRtp();
    const callId = random();
    const caller = options.caller ?? '+79161234567';
    const target = binding ? uriIn(binding.contact) : `sip:${options.number}@${options.to}`;
    const local = `${options.name ? `"${options.name}" ` : ''}<sip:${caller}@${this.#place}>;tag=${random()}`;
    const remote = `<sip:${options.number}@${this.#place}>`;
    const lines = options.plain ? [] : this.srtp.map((suite, i) => freshLine(suite, i + 1));
    const sdp = describe(this.host, rtp.port, lines);
    const text = this.#sip.request(
      'INVITE',
      target,
      { callId, local, remote, sequence: 1, branch: `z9hG4bK${random()}`, routes: [] },
      sdp,
    );
    const invite = readMessage(text)!;
    const call = this.#track(
      { callId, direction: 'to-box', number: options.number, caller },
      { invite, rtp, sdp, lines, from: place, local, remote, target },
    );
    rtp.play(options.sound ?? this.sound);
    void this.#sip
      .transact(text, place, (response) => this.#progressed(call, response))
      .then((final) => this.#invited(call, final));
    return call.report.id;
  }

  /** Ends a call from the operator's side. */
  async hangUp(id: string, reason = 'Q.850;cause=16;text="Normal call clearing"'): Promise<void> {
    const call = this.#need(id);
    if (call.report.state === 'ended') return;
    if (call.report.state === 'ringing' && call.report.direction === 'to-box') {
      call.cancelled = true;
      this.#sip.send(this.#cancel(call), call.from);
      return;
    }
    if (call.report.state === 'ringing') {
      this.#sip.answer(call.invite, call.from, 480, [['Reason', reason]], '', tagIn(call.local));
      this.#end(call, 'operator', 480);
      return;
    }
    const { from, target, local, remote, routes } = call;
    call.sequence++;
    const text = this.#sip.request(
      'BYE',
      target,
      {
        callId: call.report.callId,
        local,
        remote,
        sequence: call.sequence,
        branch: `z9hG4bK${random()}`,
        routes,
      },
      '',
      [['Reason', reason]],
    );
    this.#end(call, 'operator', call.report.status);
    await this.#sip.transact(text, from, () => {});
  }

  close(): Promise<void> {
    for (const call of this.#calls.values()) this.#end(call, 'operator', call.report.status);
    return this.#sip.close();
  }

  async #openRtp(): Promise<RtpSession> {
    const rtp = await RtpSession.open(this.host);
    rtp.follows = this.#options.followsSource ?? true;
    return rtp;
  }

  #need(id: string): Call {
    const call = this.#calls.get(id) ?? [...this.#calls.values()].find((c) => c.report.callId === id);
    if (!call) throw new Error(`no call ${id}`);
    return call;
  }

  #track(
    about: Pick<CallReport, 'callId' | 'direction' | 'number' | 'caller'>,
    parts: Pick<Call, 'invite' | 'rtp' | 'sdp' | 'lines' | 'from' | 'local' | 'remote' | 'target'>,
  ): Call {
    const report: CallReport = {
      ...about,
      id: random(),
      state: 'ringing',
      status: 0,
      rtp: parts.rtp.report(),
    };
    const call: Call = {
      report,
      ...parts,
      began: performance.now(),
      routes: [],
      sequence: 1,
      timers: new Set(),
      acknowledged: false,
      cancelled: false,
    };
    this.#calls.set(report.id, call);
    this.emit('call', report);
    return call;
  }

  #reportOf(call: Call): CallReport {
    if (call.report.state !== 'ended') call.report.rtp = call.rtp.report();
    return { ...call.report };
  }

  #later(call: Call, ms: number, fn: () => void): void {
    const timer = setTimeout(() => {
      call.timers.delete(timer);
      fn();
    }, ms);
    call.timers.add(timer);
  }

  #received(request: Message, from: Place): void {
    switch (request.method) {
      case 'ACK':
        this.#acknowledged(request);
        break;
      case 'REGISTER':
        this.#register(request, from);
        break;
      case 'INVITE':
        void this.#invite(request, from);
        break;
      case 'CANCEL':
        this.#cancelled(request, from);
        break;
      case 'BYE':
        this.#bye(request, from);
        break;
      case 'OPTIONS':
        this.#sip.answer(request, from, 200, [['Allow', 'INVITE, ACK, CANCEL, BYE, OPTIONS']]);
        break;
      default:
        this.#sip.answer(request, from, 405);
    }
  }

  /** Whether a request may go on; answers it if not. */
  #proven(request: Message, from: Place): boolean {
    if (!Object.keys(this.#options.accounts ?? {}).length) return true;
    const proof = this.#authority.check(request);
    if (typeof proof === 'object') return true;
    if (proof === 'wrong') this.#sip.answer(request, from, 403);
    else
      this.#sip.answer(
        request,
        from,
        401,
        this.#authority.challenges(proof === 'stale').map((value) => ['WWW-Authenticate', value]),
      );
    return false;
  }

  #register(request: Message, from: Place): void {
    if (!this.#proven(request, from)) return;
    const user = userIn(uriIn(header(request, 'to')));
    const usual = Number(header(request, 'expires') || 3600);
    let kept = this.#bindings.get(user) ?? [];
    let granted = 0;
    // The last is taken in first, so that the one a box names first becomes the newest.
    for (const contact of header(request, 'contact')
      .split(/,\s*(?=<)/)
      .reverse()) {
      const asked = Number(/;\s*expires=(\d+)/.exec(contact)?.[1] ?? usual);
      granted = contact ? Math.min(asked, this.#options.maxExpires ?? 3600) : 0;
      kept = kept.filter((binding) => uriIn(binding.contact) !== uriIn(contact));
      if (granted > 0) kept = [{ contact, from, until: Date.now() + granted * 1000 }, ...kept];
    }
    if (kept.length) this.#bindings.set(user, kept);
    else this.#bindings.delete(user);
    this.#sip.answer(
      request,
      from,
      200,
      kept.map(({ contact, until }): [string, string] => [
        'Contact',
        `<${uriIn(contact)}>;expires=${Math.ceil((until - Date.now()) / 1000)}`,
      ]),
    );
    if (granted) this.emit('registered', user);
  }

  async #invite(request: Message, from: Place): Promise<void> {
    const callId = header(request, 'call-id');
    if (tagIn(header(request, 'to'))) {
      this.#reinvite(request, from);
      return;
    }
    const number = userIn(request.uri);
    const treatment = treatmentOf(number, this.usual);
    if (treatment.status === 0) return;
    this.#sip.answer(request, from, 100);
    if (this.#options.challengeCalls && !this.#proven(request, from)) return;
    const remote = remoteOf(request.body);
    const theirs = linesIn(request.body).find(({ suite }) => this.srtp.includes(suite));
    if (request.body && (!remote || (this.srtp.length > 0 && !theirs))) {
      this.#sip.answer(request, from, 488);
      return;
    }
    const rtp = await this.#openRtp();
    const lines = theirs ? [freshLine(theirs.suite, theirs.tag)] : [];
    const local = `${header(request, 'to')};tag=${random()}`;
    const caller = userIn(uriIn(header(request, 'from')));
    const target = uriIn(header(request, 'contact'));
    const call = this.#track(
      { callId, direction: 'from-box', number, caller },
      {
        invite: request,
        rtp,
        sdp: describe(this.host, rtp.port, lines),
        lines,
        from,
        local,
        remote: header(request, 'from'),
        target,
      },
    );
    call.routes = request.headers.get('record-route') ?? [];
    const contact: [string, string] = ['Contact', `<${this.#sip.contact}>`];
    const tag = tagIn(local);
    if (treatment.ringMs > 0) {
      if (treatment.earlyMedia && remote) {
        this.#talk(call, request);
        rtp.play({ type: 'ringback' });
        this.#sip.answer(request, from, 183, [contact], call.sdp, tag);
      } else this.#sip.answer(request, from, 180, [contact], '', tag);
    }
    this.#later(call, treatment.ringMs, () => {
      if (treatment.status >= 300) {
        const reason: [string, string][] = treatment.q850
          ? [['Reason', `Q.850;cause=${treatment.q850}`]]
          : [];
        this.#sip.answer(request, from, treatment.status, reason, '', tag);
        this.#end(call, 'operator', treatment.status);
        return;
      }
      this.#talk(call, request);
      rtp.play(this.sound);
      this.#answered(call, 200);
      this.#repeat200(call, contact, tag, T1);
      if (treatment.hangupMs) this.#later(call, treatment.hangupMs, () => void this.hangUp(call.report.id));
    });
  }

  /** RFC 3261 13.3.1.4: 200 until the ACK comes. */
  #repeat200(call: Call, contact: [string, string], tag: string, pause: number): void {
    if (call.acknowledged || call.report.state === 'ended') return;
    this.#sip.answer(call.invite, call.from, 200, [contact], call.sdp, tag);
    if (pause <= 64 * T1)
      this.#later(call, Math.min(pause, T2), () => this.#repeat200(call, contact, tag, pause * 2));
  }

  #reinvite(request: Message, from: Place): void {
    const call = this.#find(request);
    if (!call) {
      this.#sip.answer(request, from, 481);
      return;
    }
    this.#talk(call, request);
    const held = /^a=(sendonly|inactive)/m.exec(request.body)?.[1];
    const direction = held === 'sendonly' ? 'recvonly' : (held ?? 'sendrecv');
    this.#sip.answer(
      request,
      from,
      200,
      [['Contact', `<${this.#sip.contact}>`]],
      call.sdp.replace('a=sendrecv', `a=${direction}`),
    );
  }

  #find(request: Message): Call | undefined {
    const callId = header(request, 'call-id');
    return [...this.#calls.values()].findLast(
      (call) => call.report.callId === callId && call.report.state !== 'ended',
    );
  }

  #acknowledged(request: Message): void {
    const call = this.#find(request);
    if (call) call.acknowledged = true;
  }

  #cancelled(request: Message, from: Place): void {
    const call = this.#find(request);
    if (call?.report.state !== 'ringing') {
      this.#sip.answer(request, from, 481);
      return;
    }
    this.#sip.answer(request, from, 200);
    call.report.reason = header(request, 'reason');
    this.#sip.answer(call.invite, call.from, 487, [], '', tagIn(call.local));
    this.#end(call, 'box', 487);
  }

  #bye(request: Message, from: Place): void {
    const call = this.#find(request);
    if (!call) {
      this.#sip.answer(request, from, 481);
      return;
    }
    call.report.reason = header(request, 'reason');
    this.#sip.answer(request, from, 200);
    this.#end(call, 'box', call.report.status);
  }

  #answered(call: Call, status: number): void {
    call.report.state = 'answered';
    call.report.status = status;
    call.report.answeredAfterMs = Math.round(performance.now() - call.began);
    this.emit('call', this.#reportOf(call));
  }

  #end(call: Call, by: 'box' | 'operator', status: number): void {
    if (call.report.state === 'ended') return;
    call.report.rtp = call.rtp.report();
    call.report.state = 'ended';
    call.report.status = status;
    call.report.endedBy = by;
    for (const timer of call.timers) clearTimeout(timer);
    call.rtp.close();
    this.emit('call', this.#reportOf(call));
  }

  #progressed(call: Call, response: Message): void {
    const tag = tagIn(header(response, 'to'));
    if (tag && !tagIn(call.remote)) call.remote += `;tag=${tag}`;
    this.#talk(call, response);
  }

  /** Talks to where a description of the box's says, by the keys that it has for one of our lines. */
  #talk(call: Call, { body }: Message): void {
    const remote = remoteOf(body);
    if (!remote) return;
    for (const theirs of linesIn(body)) {
      const own = call.lines.find(({ tag, suite }) => tag === theirs.tag && suite === theirs.suite);
      if (own) call.rtp.secure(own, theirs);
    }
    call.rtp.talk(remote, remote.eventType);
  }

  #invited(call: Call, final: Message | undefined): void {
    if (!final || final.status >= 300) {
      if (final) call.report.reason = header(final, 'reason');
      this.#end(call, 'box', final?.status ?? 408);
      return;
    }
    call.remote = header(final, 'to');
    call.target = uriIn(header(final, 'contact')) || call.target;
    call.routes = [...(final.headers.get('record-route') ?? [])].reverse();
    this.#talk(call, final);
    const { target, local, routes, from } = call;
    const ack = this.#sip.request('ACK', target, {
      callId: call.report.callId,
      local,
      remote: call.remote,
      sequence: 1,
      branch: `z9hG4bK${random()}`,
      routes,
    });
    this.#sip.send(ack, from);
    // A 200 that is repeated has not seen our ACK (RFC 3261 13.2.2.4).
    this.#sip.listen(branchOf(call.invite), (again) => {
      if (again.status === 200) this.#sip.send(ack, from);
    });
    this.#answered(call, final.status);
    if (call.cancelled) void this.hangUp(call.report.id);
  }

  #cancel(call: Call): string {
    return writeMessage(`CANCEL ${call.invite.uri} SIP/2.0`, [
      ['Via', header(call.invite, 'via')],
      ['Max-Forwards', '70'],
      ['From', call.local],
      ['To', header(call.invite, 'to')],
      ['Call-ID', call.report.callId],
      ['CSeq', '1 CANCEL'],
    ]);
  }
}
