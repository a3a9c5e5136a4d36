import type { EchoFigures, EndpointId, PortLevels } from './api.ts';
import { PCMA } from './dsp/g711.ts';
import type { EchoControl } from './echo-control.ts';
import { Endpoint, SILENT_FRAME } from './endpoint.ts';
import { LevelTap } from './level-tap.ts';
import { FRAME_SAMPLES, type LineAudio } from './line-audio.ts';
import type { Listener } from './listener.ts';
import type { Seat } from './mixer.ts';
import { RtpEndpoint } from './rtp-endpoint.ts';

/** Time without a frame after which the port is not a clock any more for what it is joined to, ms. */
const STALL_MS = 30;
/**
 * Time without a frame after which the card is held to be gone for what is played, ms; by then the card
 * itself has taken us for lost (ruling 36). Until then a play waits for the card, or its digits would be cut short.
 */
const GONE_MS = 1000;
/** Frames from another line that may wait; more would only be delay. */
const MAX_INBOX = 3;
/** Sent samples kept for the echo canceller: 512 ms, far more than the card may play ahead (250 ms). */
const SENT_RING = 4096;
const SENT_MASK = SENT_RING - 1;
/** DTMF that we sound comes back as echo: the detector is deaf for so long after it, ms. */
const DEAF_MS = 80;

/** How often the figures of the echo canceller are told, ms; and by how much they must have changed, dB. */
const SHOW_MS = 2000;
const SHOWN_CHANGE_DB = 0.5;

/** A port of the line card as an end of a media path. Its frames are the clock of whatever it is joined to. */
export class LineEndpoint extends Endpoint {
  readonly port: number;
  readonly #audio: LineAudio;
  #echo: EchoControl | undefined;
  /** What takes its place with the next call. */
  #nextEcho: EchoControl | undefined;
  #shown: EchoFigures | undefined;
  #shownAt = Number.NEGATIVE_INFINITY;
  readonly #frame = new Int16Array(FRAME_SAMPLES);
  readonly #out = new Int16Array(FRAME_SAMPLES);
  readonly #reference = new Int16Array(FRAME_SAMPLES);
  readonly #sent = new Int16Array(SENT_RING);
  /** What the card plays of a frame where the link carries A-law. */
  readonly #played = new Int16Array(FRAME_SAMPLES);
  readonly #coded = new Uint8Array(FRAME_SAMPLES);
  readonly #inbox: Int16Array[] = Array.from({ length: MAX_INBOX }, () => new Int16Array(FRAME_SAMPLES));
  #inboxFirst = 0;
  #inboxCount = 0;
  #lastFrameAt = Number.NEGATIVE_INFINITY;
  /** Since when a play waits for a frame; undefined: one has come since, or nothing plays. */
  #waitingSince: number | undefined;
  #deafUntil = 0;
  #working = false;
  /** Set while somebody looks at how loud it is. */
  #levels: LevelTap | undefined;
  /** Where the ring of sent samples has been written up to, card samples. */
  #sentEnd = 0;

  constructor(
    id: EndpointId,
    port: number,
    audio: LineAudio,
    listener: Listener,
    echo: EchoControl | undefined,
  ) {
    super(id, listener);
    this.port = port;
    this.#audio = audio;
    this.#echo = echo;
  }

  readonly takesEvents = false;
  beginDigit(): void {}
  endDigit(): void {}

  /**
   * Whether the card's frames come, and are the clock. `patient`: late ones are waited for, as a modem's signal bears
   * delay and no silence put in between.
   */
  override live(now: number, patient = false): boolean {
    return now - this.#lastFrameAt <= (patient ? GONE_MS : STALL_MS);
  }

  /** A frame of 80 samples came from the port, whose first one is card sample `at`; the answer is written at once. */
  onFrame(at: number, samples: Int16Array, now: number): void {
    this.#lastFrameAt = now;
    this.#waitingSince = undefined;
    const frame = this.#frame;
    frame.set(samples);
    if (this.#levels && !this.#levels.wanted(now)) this.#levels = undefined;
    this.#levels?.from(frame, now);
    const peer = this.peer;
    const { seat, recording } = this;
    const working =
      peer !== undefined ||
      seat !== undefined ||
      recording !== undefined ||
      this.playing ||
      this.listener.active;
    if (working && !this.#working) this.#beginEcho();
    this.#working = working;
    if (working) {
      this.#readSent(at);
      const key = this.listener.hearRaw(frame, this.#reference);
      if (!this.care.clear) this.#echo?.process(this.#reference, frame, key);
      this.hear(frame, now < this.#deafUntil);
    }
    recording?.said(frame, now);
    if (seat) {
      const leads = seat.mixer.leader(now) === this;
      if (leads) forOthers(seat, captureSeat, now);
      seat.said(frame);
      this.#answer(at + this.#audio.lead, now);
      if (leads) forOthers(seat, transmitSeat, now);
      return;
    }
    if (peer instanceof RtpEndpoint) peer.transmit(frame, now);
    else if (peer instanceof LineEndpoint) peer.#receive(frame);
    this.#answer(at + this.#audio.lead, now);
  }

  /** Has another canceller from the next call on. */
  setEcho(echo: EchoControl): void {
    this.#nextEcho?.close();
    this.#nextEcho = echo;
    if (!this.#working) this.#beginEcho();
  }

  /** How loud it is both ways; measured from now on, until nobody has asked for a while. */
  levels(now: number): PortLevels | undefined {
    this.#levels ??= new LevelTap();
    return this.#levels.ask(now);
  }

  /** Figures of the canceller, if they have changed since they were last asked for; at most each {@link SHOW_MS}. */
  echoNews(now: number): EchoFigures | undefined {
    if (!this.#echo || !this.#working || now - this.#shownAt < SHOW_MS) return undefined;
    this.#shownAt = now;
    const figures = this.#echo.figures();
    const known = this.#shown;
    if (known && sameFigures(known, figures)) return undefined;
    this.#shown = figures;
    return figures;
  }

  #beginEcho(): void {
    if (this.#nextEcho) {
      this.#echo?.close();
      this.#echo = this.#nextEcho;
      this.#nextEcho = undefined;
    }
    this.#echo?.reset();
  }

  /** 10 ms by the timer: once the card is gone, what is played goes on unheard, so that it comes to its end. */
  idle(now: number): void {
    if (!this.playing) {
      this.#waitingSince = undefined;
      return;
    }
    this.#waitingSince ??= now;
    if (now - this.#waitingSince > GONE_MS) this.nextPlayed(this.#out);
  }

  /** Drops audio that waits from a former peer. */
  emptyInbox(): void {
    this.#inboxCount = 0;
  }

  #answer(at: number, now: number): void {
    const peer = this.peer;
    let out: Int16Array = this.#out;
    let sounding = this.sounding;
    if (peer instanceof RtpEndpoint) {
      peer.capture(now);
      sounding ||= peer.soundsDigit;
      if (!this.nextPlayed(out)) out = peer.heard;
    } else if (this.seat) {
      sounding ||= this.seat.soundsDigit;
      if (!this.nextPlayed(out)) this.seat.mix(out);
    } else if (this.nextPlayed(out)) {
      this.emptyInbox();
    } else if (this.#inboxCount > 0) {
      out = this.#inbox[this.#inboxFirst]!;
      this.#inboxFirst = (this.#inboxFirst + 1) % MAX_INBOX;
      this.#inboxCount--;
    } else {
      out = SILENT_FRAME;
    }
    if (sounding) this.#deafUntil = now + DEAF_MS;
    this.recording?.heard(out, now);
    this.#levels?.to(out);
    this.#audio.write(this.port, at, out);
    this.#remember(at, out);
  }

  /** Takes a frame of another line that this one is joined to. */
  #receive(frame: Int16Array): void {
    if (this.#inboxCount === MAX_INBOX) {
      this.#inboxFirst = (this.#inboxFirst + 1) % MAX_INBOX;
      this.#inboxCount--;
    }
    this.#inbox[(this.#inboxFirst + this.#inboxCount) % MAX_INBOX]!.set(frame);
    this.#inboxCount++;
  }

  #remember(at: number, frame: Int16Array): void {
    // What was not sent in between was played as silence by the card.
    const gap = at - this.#sentEnd;
    if (gap > 0 && gap < SENT_RING) for (let t = this.#sentEnd; t < at; t++) this.#sent[t & SENT_MASK] = 0;
    else if (gap !== 0) this.#sent.fill(0);
    let played = frame;
    if (this.#audio.coding === 'alaw') {
      played = this.#played;
      PCMA.encode(frame, this.#coded);
      PCMA.decode(this.#coded, played);
    }
    for (let i = 0; i < FRAME_SAMPLES; i++) this.#sent[(at + i) & SENT_MASK] = played[i]!;
    this.#sentEnd = at + FRAME_SAMPLES;
  }

  #readSent(at: number): void {
    const known = at + FRAME_SAMPLES <= this.#sentEnd && at > this.#sentEnd - SENT_RING;
    for (let i = 0; i < FRAME_SAMPLES; i++)
      this.#reference[i] = known ? this.#sent[(at + i) & SENT_MASK]! : 0;
  }
}

/** Moves the audio of the RTP sessions that sit with a line by the frames of that line. */
function forOthers(seat: Seat, act: (endpoint: RtpEndpoint, now: number) => void, now: number): void {
  const { seats } = seat.mixer;
  for (let i = 0; i < seats.length; i++) {
    const { endpoint } = seats[i]!;
    if (endpoint instanceof RtpEndpoint && endpoint.session.parameters) act(endpoint, now);
  }
}

const captureSeat = (endpoint: RtpEndpoint, now: number): void => endpoint.capture(now);
const transmitSeat = (endpoint: RtpEndpoint, now: number): void => endpoint.transmitMixed(now);

function sameFigures(a: EchoFigures, b: EchoFigures): boolean {
  const near = (x: number | undefined, y: number | undefined): boolean =>
    x === y || (x !== undefined && y !== undefined && Math.abs(x - y) < SHOWN_CHANGE_DB);
  return (
    near(a.erlDb, b.erlDb) &&
    near(a.erleDb, b.erleDb) &&
    a.converged === b.converged &&
    a.disabled === b.disabled &&
    a.tailMs === b.tailMs
  );
}
