import type { SipMessage } from '../message/message.ts';
import { parseUri } from '../message/uri.ts';
import type { Flow } from '../transport/flow.ts';
import { sourceKey } from '../transport/source-key.ts';
import { type Ban, BanList } from './ban-list.ts';
import { makeRoom } from './bounded.ts';
import { Conduct, type Offence } from './conduct.ts';
import { Bucket, Governor, type Level, type Load } from './governor.ts';
import { opensSomething } from './peek.ts';
import { isScanner } from './scanner-names.ts';
import { type GuardSettings, PER_SOURCE, STRANGERS } from './settings.ts';
import { ownSubnets, Subnets } from './source.ts';

/** Whose a source is: a trunk's, the office's, or nobody's we know. */
export type Standing = 'trunk' | 'inside' | 'stranger';

/** What becomes of a request that opens something. */
export type Verdict = 'pass' | 'refuse' | 'drop';

interface Source {
  key: string;
  standing: Standing;
  /** Never banned. */
  exempt: boolean;
  /** Monotonic ms; 0: not banned. */
  bannedUntil: number;
  /** Our answers have been seen to reach it: it is no forged address. */
  proven: boolean;
  /** Nonce of the last challenge it was sent. */
  nonce: string;
  bucket: Bucket;
  epoch: number;
}

/** Sources of which something is kept. */
const MOST_SOURCES = 8000;
const MOST_ACQUAINTANCES = 4000;
/** How long a source that we have talked with counts as one we know, ms: longer than a registration lasts. */
const ACQUAINTED_MS = 2 * 3_600_000;
/** 503s to strangers a second; the rest of a flood is not answered, or we would double it. */
const REFUSALS = 50;
/** The table may be this much over its limit for trunks and emergency calls; beyond, nobody opens anything. */
const HARD_FULL = 1.25;
/** How often the office's own subnets are looked up again, ms. */
const SUBNETS_MS = 10_000;

/** What the guard is made with. */
export interface GuardParts {
  now: () => number;
  wall: () => number;
  settings: GuardSettings | undefined;
  count: (what: string) => void;
  /** Bans began (the last of them is given) or one was lifted by hand. */
  banned?: (ban: Ban | undefined) => void;
  /** Connections of a source are to be closed. */
  hangUp?: (belongs: (host: string) => boolean) => void;
}

/** Numbers for people to look at. */
export interface GuardStats {
  level: Level;
  /** 1 where the machine just keeps up. */
  pressure: number;
  bans: Ban[];
}

/**
 * Stands between the sockets and the parser, and between the transactions and the application: drops what
 * comes from banned sources, refuses what is too much, and notes who behaves like a scanner.
 */
export class Guard {
  readonly #parts: GuardParts;
  readonly #bans = new BanList();
  readonly #conduct = new Conduct();
  readonly #governor = new Governor();
  readonly #sources = new Map<string, Source>();
  readonly #acquaintances = new Map<string, number>();
  readonly #strangers: Bucket;
  readonly #refusals: Bucket;
  #settings: GuardSettings = {};
  #trunks = new Subnets([]);
  #lan = new Subnets([]);
  #never = new Subnets([]);
  #emergency: ReadonlySet<string> = new Set();
  #own = '';
  #ownAt = Number.NEGATIVE_INFINITY;
  /** Counts changes of who is who; a source's standing is of one epoch. */
  #epoch = 0;
  /** The source banned last, if that has not been told. */
  #untold: string | undefined;

  constructor(parts: GuardParts) {
    this.#parts = parts;
    const now = parts.now();
    this.#strangers = new Bucket(2 * STRANGERS, now);
    this.#refusals = new Bucket(REFUSALS, now);
    this.configure(parts.settings ?? {});
  }

  /** Takes new settings. Bans of sources that are exempt now are lifted. */
  configure(settings: GuardSettings): void {
    this.#settings = settings;
    this.#trunks = new Subnets(settings.trunks ?? []);
    this.#never = new Subnets(settings.neverBan ?? []);
    this.#emergency = new Set(settings.emergency ?? []);
    this.#own = '';
    this.#ownAt = Number.NEGATIVE_INFINITY;
    this.#epoch++;
    this.#lookAround();
    for (const { source } of this.bans())
      if (settings.bans === false || this.#isExempt(source.replace('/64', '1'))) this.lift(source);
  }

  /** What the machine feels; several times a second. */
  sample(load: Load): void {
    this.#governor.sample(load, this.#parts.now());
    this.#lookAround();
    this.#tell();
  }

  /** Whether a packet is read at all: not from a banned source, nor one of a flood. Cheap. */
  admits(flow: Flow, bytes: Buffer): boolean {
    const source = this.#source(flow.remote.host);
    const now = this.#parts.now();
    const decided = this.#admitsBefore(source, now);
    if (decided !== undefined) return decided;
    const { perSource = PER_SOURCE, strangers = STRANGERS } = this.#settings;
    if (source.bucket.tokens < 0) {
      source.bucket.refill(perSource, 2 * perSource, now);
      if (source.bucket.tokens < -perSource && !this.#isAcquainted(flow.remote.host, now)) {
        this.offence(flow, 'flood');
        this.#parts.count('guard.flood');
        return false;
      }
    }
    if (this.#strangers.tokens < 0) {
      this.#strangers.refill(strangers, 2 * strangers, now);
      if (this.#strangers.tokens < -strangers && flow.proto === 'udp' && opensSomething(bytes)) {
        this.#parts.count('guard.flood');
        return false;
      }
    }
    return true;
  }

  /** Whether a source is heard whatever it sends, or not at all; undefined: that depends on how much it sends. */
  #admitsBefore(source: Source, now: number): boolean | undefined {
    if (source.standing === 'trunk') return true;
    if (source.bannedUntil > now) {
      this.#bans.drop(source.key);
      this.#parts.count('guard.banned');
      return false;
    }
    return source.standing === 'inside' ? true : undefined;
  }

  /** Percent of new calls of known sources that are refused now. */
  get loss(): number {
    return this.#governor.loss;
  }

  /**
   * Whether a STUN message is looked at (RFC 8489): from a stranger it counts as a new request, and never as a
   * fault of who is known, as anyone can write another's address on it.
   */
  admitsStun(flow: Flow): boolean {
    const source = this.#source(flow.remote.host);
    const now = this.#parts.now();
    const decided = this.#admitsBefore(source, now);
    if (decided !== undefined) return decided;
    const { perSource = PER_SOURCE, strangers = STRANGERS } = this.#settings;
    const mine = source.bucket.take(perSource, 2 * perSource, now);
    if (mine && this.#strangers.take(strangers, 2 * strangers, now)) return true;
    if (!mine) this.offence(flow, 'flood');
    this.#parts.count('guard.stun');
    return false;
  }

  /** How a connection from there is met. */
  welcome(host: string): 'known' | 'stranger' | 'banned' {
    const now = this.#parts.now();
    const source = this.#source(host);
    if (source.standing === 'trunk') return 'known';
    if (source.bannedUntil > now) {
      this.#bans.drop(source.key);
      this.#parts.count('guard.banned');
      return 'banned';
    }
    return source.standing === 'inside' || this.#isAcquainted(host, now) ? 'known' : 'stranger';
  }

  /** Whose a source is. */
  standing(host: string): Standing {
    return this.#source(host).standing;
  }

  /** Judges a request that belongs to no transaction and no dialog. `filled`: of the transaction table, 0 to 1. */
  opening(m: SipMessage, flow: Flow, filled: number): Verdict {
    const now = this.#parts.now();
    const source = this.#source(flow.remote.host);
    const invite = m.method === 'INVITE';
    if (source.standing !== 'stranger') {
      const emergency = invite && source.standing === 'inside' && this.#isEmergency(m);
      const asker = emergency ? 'emergency' : invite ? 'call' : 'minor';
      const full = filled >= (emergency || source.standing === 'trunk' ? HARD_FULL : 1);
      if (!full && this.#governor.admit(asker, now)) return 'pass';
      this.#parts.count('guard.shed');
      return 'refuse';
    }
    this.#noteProof(m, source);
    if (isScanner(m.get('user-agent') ?? '', this.#fromUser(m), this.#settings.scanners)) {
      // Never answered: an answer is what it looks for.
      this.#parts.count('guard.scanner');
      this.offence(flow, 'scanner');
      return 'drop';
    }
    const { perSource = PER_SOURCE, strangers = STRANGERS } = this.#settings;
    const mine = source.bucket.take(perSource, 2 * perSource, now);
    const all = mine && this.#strangers.take(strangers, 2 * strangers, now);
    if (all && filled < 1 && this.#governor.admit('stranger', now)) return 'pass';
    if (!mine) this.offence(flow, 'flood');
    this.#parts.count('guard.shed');
    return this.#refusals.take(REFUSALS, REFUSALS, now) ? 'refuse' : 'drop';
  }

  /** Notes a message that is no SIP; says whether it may be answered: strangers get few answers to garbage. */
  malformed(flow: Flow): boolean {
    this.offence(flow, 'malformed');
    if (this.#source(flow.remote.host).standing !== 'stranger') return true;
    return this.#refusals.take(REFUSALS, REFUSALS, this.#parts.now());
  }

  /** What a request outside of dialogs was answered with at last; `text` is the response. */
  answered(m: SipMessage, flow: Flow, status: number, text: string): void {
    const source = this.#source(flow.remote.host);
    const credentials = m.get('authorization') ?? m.get('proxy-authorization');
    if (status < 300) {
      if (credentials !== undefined || m.method === 'INVITE') this.acquainted(flow.remote.host);
      if (credentials !== undefined) this.#conduct.forget(source.key);
      return;
    }
    if (source.exempt) return;
    if (status === 401 || status === 407) {
      const challenge = nonceOf(text);
      const stale = /\bstale="?true\b/i.test(text);
      source.nonce = challenge;
      if (credentials === undefined) this.offence(flow, 'knocking');
      else if (!stale) this.offence(flow, 'digest');
    } else if (status === 403 && credentials !== undefined) this.offence(flow, 'digest');
    else if (status === 403 || status === 404 || status === 405 || status === 484 || status === 604)
      this.offence(flow, 'unknown', parseUri(m.uri)?.user ?? '');
  }

  /** An ACK that repeats the tag of our answer: the source is where it says. */
  reached(flow: Flow): void {
    this.#source(flow.remote.host).proven = true;
  }

  /** We have business with that source: it answered us, signed in or has a call. */
  acquainted(host: string): void {
    const now = this.#parts.now();
    const key = sourceKey(host);
    const known = this.#acquaintances.get(key);
    if (known !== undefined && known - now > ACQUAINTED_MS / 2) return;
    this.#acquaintances.delete(key);
    makeRoom(this.#acquaintances, MOST_ACQUAINTANCES);
    this.#acquaintances.set(key, now + ACQUAINTED_MS);
  }

  /** Notes that a source misbehaved, and bans it if that was too much. */
  offence(flow: Flow, offence: Offence, dialed = ''): void {
    const { host } = flow.remote;
    const source = this.#source(host);
    if (source.exempt || this.#settings.bans === false) return;
    const now = this.#parts.now();
    const acquainted = this.#isAcquainted(host, now);
    const tooMuch = this.#conduct.note(source.key, offence, now, { acquainted, dialed });
    if (!tooMuch) return;
    const proven = source.proven || flow.proto !== 'udp';
    // Anyone can write the address of a peer of ours on his packets: that must not cut the peer off.
    if (acquainted && !proven) return;
    this.#ban(source, tooMuch, proven, now);
  }

  bans(): Ban[] {
    return this.#bans.list(this.#parts.now(), this.#parts.wall());
  }

  /** What is worth keeping over a restart. */
  record(): Ban[] {
    return this.#bans.record(this.#parts.now(), this.#parts.wall());
  }

  restore(bans: readonly Ban[]): void {
    this.#bans.restore(bans, this.#parts.now(), this.#parts.wall());
    this.#epoch++;
  }

  /** Takes a ban back; false if there is none of that source. */
  lift(source: string): boolean {
    if (!this.#bans.lift(source)) return false;
    this.#conduct.forget(source);
    this.#epoch++;
    this.#parts.banned?.(undefined);
    return true;
  }

  get stats(): GuardStats {
    return { level: this.#governor.level, pressure: this.#governor.pressure, bans: this.bans() };
  }

  /** How much is kept; for tests of its bounds. */
  get sizes(): { sources: number; acquaintances: number; suspects: number; bans: number } {
    return {
      sources: this.#sources.size,
      acquaintances: this.#acquaintances.size,
      suspects: this.#conduct.size,
      bans: this.#bans.size,
    };
  }

  #ban(source: Source, reason: Offence, proven: boolean, now: number): void {
    const until = this.#bans.ban(source.key, reason, proven, now);
    this.#conduct.forget(source.key);
    source.bannedUntil = until;
    // Other addresses of the same /64 learn of it when they are looked up anew.
    if (source.key.endsWith('/64')) this.#epoch++;
    this.#parts.count(`ban.${reason}`);
    if (proven) this.#parts.hangUp?.((host) => sourceKey(host) === source.key);
    this.#untold = source.key;
  }

  /** Tells of bans at the pace of samples, not of packets: a wave of forged ones must not cost a list each. */
  #tell(): void {
    const source = this.#untold;
    if (source === undefined) return;
    this.#untold = undefined;
    const { now, wall, banned } = this.#parts;
    banned?.(this.#bans.find(source, now(), wall()));
  }

  #source(host: string): Source {
    const known = this.#sources.get(host);
    if (known?.epoch === this.#epoch) return known;
    const key = known?.key ?? sourceKey(host);
    const now = this.#parts.now();
    const { perSource = PER_SOURCE } = this.#settings;
    const source: Source = known ?? {
      key,
      standing: 'stranger',
      exempt: false,
      bannedUntil: 0,
      proven: false,
      nonce: '',
      bucket: new Bucket(2 * perSource, now),
      epoch: 0,
    };
    source.standing = this.#trunks.has(host) ? 'trunk' : this.#lan.has(host) ? 'inside' : 'stranger';
    source.exempt = this.#isExempt(host);
    source.bannedUntil = source.exempt ? 0 : this.#bans.until(key, now);
    source.epoch = this.#epoch;
    if (!known) {
      makeRoom(this.#sources, MOST_SOURCES);
      this.#sources.set(host, source);
    }
    return source;
  }

  #isExempt(host: string): boolean {
    if (this.#trunks.has(host) || this.#never.has(host)) return true;
    return !this.#settings.banLan && this.#lan.has(host);
  }

  #isAcquainted(host: string, now: number): boolean {
    return (this.#acquaintances.get(sourceKey(host)) ?? 0) > now;
  }

  #isEmergency(m: SipMessage): boolean {
    return this.#emergency.size > 0 && this.#emergency.has(parseUri(m.uri)?.user ?? '');
  }

  #fromUser(m: SipMessage): string {
    return parseUri(m.from.uri)?.user ?? '';
  }

  /** A request that repeats the nonce of our challenge came from where the challenge went. */
  #noteProof(m: SipMessage, source: Source): void {
    if (source.proven || source.nonce === '') return;
    const credentials = m.get('authorization') ?? m.get('proxy-authorization');
    if (credentials?.includes(source.nonce)) source.proven = true;
  }

  #lookAround(): void {
    const now = this.#parts.now();
    if (now - this.#ownAt < SUBNETS_MS) return;
    this.#ownAt = now;
    const subnets = this.#settings.lan ?? ownSubnets();
    const text = subnets.join(' ');
    if (text === this.#own) return;
    this.#own = text;
    this.#lan = new Subnets(subnets);
    this.#epoch++;
  }
}

/** The nonce of a challenge in a response, or ''. */
function nonceOf(text: string): string {
  const at = text.indexOf('nonce="');
  if (at < 0) return '';
  const end = text.indexOf('"', at + 7);
  return end < 0 ? '' : text.slice(at + 7, Math.min(end, at + 135));
}
