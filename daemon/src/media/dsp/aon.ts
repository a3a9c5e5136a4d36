import { CodedError } from '../../base/error.ts';
import { clip16, rmsOf, SAMPLE_RATE, SAMPLES_PER_MS, sineAmplitude } from './level.ts';
import { Oscillator } from './oscillator.ts';

/*
 * Classic Russian caller ID ("АОН"): the called side asks with 500 Hz after it has answered, and the exchange
 * replies with a packet without pauses, each sign two of six frequencies for 40 ms: a start sign, the
 * category, and seven digits of the number, units first, all of it again and again. A sign equal to the
 * one before it is sent as the repeat sign.
 */

const FREQUENCIES = [700, 900, 1100, 1300, 1500, 1700] as const;
const START = 'S';
const REPEAT = 'R';
/** Which two frequencies make a sign, by their places in the list. */
const SIGNS: Readonly<Record<string, readonly [number, number]>> = {
  1: [0, 1],
  2: [0, 2],
  3: [1, 2],
  4: [0, 3],
  5: [1, 3],
  6: [2, 3],
  7: [0, 4],
  8: [1, 4],
  9: [2, 4],
  0: [3, 4],
  [START]: [2, 5],
  [REPEAT]: [3, 5],
};
const SIGN_OF_PAIR = new Map(Object.entries(SIGNS).map(([sign, [low, high]]) => [low * 6 + high, sign]));
const SIGN_MS = 40;
/** Digits of the number; a city code is not sent. */
const NUMBER_DIGITS = 7;
/** Level of each frequency of an exchange's packet, dBm0. */
const PACKET_DBM0 = -10;

/** Frequency of the request, Hz, and how far a receiver has to take it. */
export const AON_REQUEST_HZ = 500;

/** A number as a packet tells it. */
export interface AonCaller {
  /** Seven digits. */
  number: string;
  /** 1 ordinary, 2 hotel, 3 local calls only, 4 priority, 5 free, 6 and 9 pay phone, 7 paid services, 8 data, 0 (10) spare. */
  category: string;
}

/**
 * The signs of one packet.
 * @throws CodedError `media/caller-id` without a category of one digit. Longer numbers lose what is before the last seven digits; shorter ones are filled up with zeros.
 */
export function aonSigns({ number, category }: AonCaller): string {
  if (!/^\d$/.test(category)) throw new CodedError('media/caller-id', 'a category is one digit');
  const digits = number.replace(/\D/g, '').slice(-NUMBER_DIGITS).padStart(NUMBER_DIGITS, '0');
  let before = '';
  let out = '';
  for (const sign of START + category + [...digits].reverse().join('')) {
    const sent: string = sign === before ? REPEAT : sign;
    out += sent;
    before = sent === REPEAT ? '' : sign;
  }
  return out;
}

/** Plays a packet some times over, without a pause. */
export class AonSender {
  readonly #signs: string;
  readonly #oscillators = [new Oscillator(), new Oscillator()] as const;
  readonly #sum = new Float64Array(SIGN_MS * SAMPLES_PER_MS);
  #next = 0;
  #left = 0;

  constructor(caller: AonCaller, repeats = 3) {
    this.#signs = aonSigns(caller).repeat(repeats);
  }

  get active(): boolean {
    return this.#left > 0 || this.#next < this.#signs.length;
  }

  /** Fills `out` (`count` samples), with silence after the end. Returns how many samples were signal. */
  process(out: Int16Array, count = out.length): number {
    let done = 0;
    while (done < count && this.active) {
      if (this.#left === 0) {
        const pair = SIGNS[this.#signs[this.#next++]!]!;
        const amplitude = sineAmplitude(PACKET_DBM0);
        this.#oscillators[0].start(FREQUENCIES[pair[0]]!, amplitude);
        this.#oscillators[1].start(FREQUENCIES[pair[1]]!, amplitude);
        this.#left = SIGN_MS * SAMPLES_PER_MS;
      }
      const n = Math.min(count - done, this.#left);
      this.#sum.fill(0, 0, n);
      for (const oscillator of this.#oscillators) oscillator.addTo(this.#sum, 0, n);
      for (let i = 0; i < n; i++) out[done + i] = clip16(this.#sum[i]!);
      done += n;
      this.#left -= n;
    }
    out.fill(0, done, count);
    return done;
  }
}

/** All six frequencies have whole periods in 10 ms, so they do not disturb one another in it. */
const HOP = 10 * SAMPLES_PER_MS;
/** Hops that a sign lasts at least: 40 ms and -1 %, less what is lost at both ends. */
const MIN_HOPS = 2;
/** The two strongest must have this part of the energy, stand so far above the third, and be so alike (power). */
const MIN_PART = 0.6;
const MIN_ABOVE_THIRD = 3.2;
const MAX_APART = 16;
/** Signs that are kept: four packets. */
const MAX_SIGNS = 4 * (NUMBER_DIGITS + 2);

/** Without another sign for so many hops, what came once has to do. */
const END_HOPS = 50;

/** Reads packets. A number counts when two copies of it agree, or when only one came and no more follows. */
export class AonReader {
  readonly #onCaller: (caller: AonCaller, raw: string) => void;
  readonly #cos = FREQUENCIES.map((f) => 2 * Math.cos((2 * Math.PI * f) / SAMPLE_RATE));
  readonly #one = new Float64Array(FREQUENCIES.length);
  readonly #two = new Float64Array(FREQUENCIES.length);
  readonly #minEnergy: number;
  #energy = 0;
  #count = 0;
  #hop = '';
  #hops = 0;
  #signs = '';
  readonly #votes = new Map<string, number>();
  #quiet = 0;
  #told = false;

  constructor(onCaller: (caller: AonCaller, raw: string) => void, minLevelDbm0 = -40) {
    this.#onCaller = onCaller;
    this.#minEnergy = HOP * rmsOf(minLevelDbm0) ** 2;
  }

  process(pcm: Int16Array, count = pcm.length): void {
    for (let i = 0; i < count; i++) {
      const v = pcm[i]!;
      this.#energy += v * v;
      for (let k = 0; k < FREQUENCIES.length; k++) {
        const next = this.#cos[k]! * this.#one[k]! - this.#two[k]! + v;
        this.#two[k] = this.#one[k]!;
        this.#one[k] = next;
      }
      if (++this.#count === HOP) this.#endHop();
    }
  }

  reset(): void {
    this.#clear();
    this.#hop = '';
    this.#hops = 0;
    this.#signs = '';
    this.#votes.clear();
    this.#quiet = 0;
    this.#told = false;
  }

  #clear(): void {
    this.#one.fill(0);
    this.#two.fill(0);
    this.#energy = 0;
    this.#count = 0;
  }

  #endHop(): void {
    const sign = this.#sign();
    this.#clear();
    this.#hops = sign === this.#hop ? this.#hops + 1 : 1;
    this.#hop = sign;
    this.#quiet = sign === '' ? this.#quiet + 1 : 0;
    if (this.#quiet === END_HOPS) this.#tell([...this.#votes].sort((a, b) => b[1] - a[1])[0]?.[0]);
    // A sign is taken once it has lasted; one that was interrupted by a spoilt hop is the same one still.
    if (sign === '' || this.#hops !== MIN_HOPS || this.#signs.endsWith(sign)) return;
    this.#signs = (this.#signs + sign).slice(-MAX_SIGNS);
    if (sign === START) this.#packet();
  }

  /** The sign of the hop just over; '' if it is none. */
  #sign(): string {
    let [first, second, third] = [0, 0, 0];
    let [a, b] = [0, 0];
    for (let k = 0; k < FREQUENCIES.length; k++) {
      const [x, y] = [this.#one[k]!, this.#two[k]!];
      const power = x * x + y * y - this.#cos[k]! * x * y;
      if (power > first) {
        [third, second, first] = [second, first, power];
        [b, a] = [a, k];
      } else if (power > second) {
        [third, second] = [second, power];
        b = k;
      } else if (power > third) third = power;
    }
    const clear =
      this.#energy > this.#minEnergy &&
      ((first + second) * 2) / HOP > MIN_PART * this.#energy &&
      second > MIN_ABOVE_THIRD * third &&
      first < MAX_APART * second;
    return clear ? (SIGN_OF_PAIR.get(Math.min(a, b) * 6 + Math.max(a, b)) ?? '') : '';
  }

  /** A start sign ends the packet before it. */
  #packet(): void {
    const body = this.#signs.slice(0, -1).split(START).at(-1)!;
    if (body.length !== NUMBER_DIGITS + 1 || !this.#signs.slice(0, -1).includes(START)) return;
    let packet = '';
    for (const sign of body) packet += sign === REPEAT ? packet.slice(-1) : sign;
    if (packet.length !== NUMBER_DIGITS + 1) return;
    const votes = (this.#votes.get(packet) ?? 0) + 1;
    this.#votes.set(packet, votes);
    if (votes === 2) this.#tell(packet);
  }

  #tell(packet: string | undefined): void {
    if (packet === undefined || this.#told) return;
    this.#told = true;
    this.#onCaller(callerOf(packet), this.#signs);
  }
}

const callerOf = (packet: string): AonCaller => ({
  category: packet[0]!,
  number: [...packet.slice(1)].reverse().join(''),
});

/** A request lasts 100 ms; shorter is speech, longer some tone. */
const REQUEST_HOPS = { min: 6, max: 40 } as const;
/** Part of the energy that 500 Hz must have in 10 ms; 495 and 505 Hz have nearly all of theirs. */
const REQUEST_PART = 0.8;

/** Hears the request of a telephone with АОН: 500 Hz and nothing else for some 100 ms. */
export class AonRequestDetector {
  readonly #onRequest: () => void;
  readonly #minEnergy = HOP * rmsOf(-35) ** 2;
  #re = 0;
  #im = 0;
  #energy = 0;
  #count = 0;
  #hops = 0;

  constructor(onRequest: () => void) {
    this.#onRequest = onRequest;
  }

  process(pcm: Int16Array, count = pcm.length): void {
    for (let i = 0; i < count; i++) {
      const v = pcm[i]!;
      // 500 Hz has a period of 16 samples: five of them in a hop.
      this.#re += v * WAVE_COS[this.#count & 15]!;
      this.#im += v * WAVE_SIN[this.#count & 15]!;
      this.#energy += v * v;
      if (++this.#count === HOP) this.#endHop();
    }
  }

  reset(): void {
    this.#hops = 0;
    this.#clear();
  }

  #clear(): void {
    this.#re = 0;
    this.#im = 0;
    this.#energy = 0;
    this.#count = 0;
  }

  #endHop(): void {
    const power = ((this.#re ** 2 + this.#im ** 2) * 2) / HOP;
    const tone = this.#energy > this.#minEnergy && power > REQUEST_PART * this.#energy;
    this.#clear();
    if (tone) {
      this.#hops++;
      return;
    }
    if (this.#hops >= REQUEST_HOPS.min && this.#hops <= REQUEST_HOPS.max) this.#onRequest();
    this.#hops = 0;
  }
}

const WAVE_COS = Float64Array.from({ length: 16 }, (_, i) => Math.cos((2 * Math.PI * i) / 16));
const WAVE_SIN = Float64Array.from({ length: 16 }, (_, i) => Math.sin((2 * Math.PI * i) / 16));
