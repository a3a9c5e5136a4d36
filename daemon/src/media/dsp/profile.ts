import { CodedError } from '../../base/error.ts';
import type { CodecName, ProgressTone, ToneSpec } from '../api.ts';
import { type Tone, ToneGenerator } from './tone-generator.ts';

/** Least and largest value. */
export type Range = readonly [least: number, largest: number];

/** A cadence to recognise, times in ms. */
export interface DetectCadence {
  readonly tone: 'ringback' | 'busy' | 'congestion';
  readonly onMs: Range;
  readonly offMs: Range;
  /** Largest difference of on and off, as a part of the longer; missing: they need not be equal. */
  readonly equal?: number;
  /** How many on-off pairs must have been heard; the last one is complete when the next "on" begins. */
  readonly cycles: number;
}

/** One or two frequencies to recognise, and what they mean. */
export interface DetectSet {
  readonly frequencies: readonly number[];
  /** Where a single frequency may lie, Hz. */
  readonly rangeHz?: Range;
  /**
   * Continuous for this long it is dial tone: right after seizing, after a digit, and in a conversation
   * (rulings 11), where a held note of music must not end the call.
   */
  readonly dial?: { readonly afterSeizeMs: number; readonly laterMs: number; readonly answeredMs: number };
  readonly cadences?: readonly DetectCadence[];
  /** Place in the special information tone. */
  readonly sit?: 1 | 2 | 3;
}

/** What call-progress tones look like in a country. */
export interface DetectProfile {
  readonly minLevelDbm0: number;
  readonly sets: readonly DetectSet[];
}

/** Names of the tones that a profile has. */
export const TONE_NAMES = [
  'dial',
  'secondDial',
  'ringback',
  'busy',
  'congestion',
  'sit',
  'callWaiting',
  'recall',
  'stutter',
  'confirmation',
  'howler',
  'recordBeep',
  'warning',
] as const;

export type ToneName = (typeof TONE_NAMES)[number];

/** A country profile (`hw/profile/*.json`, described in `hw/profile/schema.json`): ms, dBm0, Hz. */
export interface CountryProfile {
  readonly country: string;
  readonly name: { readonly en: string; readonly ru: string };
  readonly law: CodecName;
  readonly line: {
    readonly impedance: '600r' | '900r' | 'tbr21';
    readonly onHookVolts: Range;
    readonly loopMilliamps: Range;
  };
  readonly ring: {
    readonly frequencyHz: number;
    readonly cadence: readonly number[];
    readonly internalCadence: readonly number[];
    readonly recallCadence: readonly number[];
    readonly groupCadence: readonly number[];
    readonly detect: {
      readonly frequencyHz: Range;
      readonly minVolts: number;
      readonly minMs: number;
      readonly endMs: number;
    };
  };
  readonly hook: {
    readonly pulseDialing: {
      readonly pulseBreakMs: Range;
      readonly interDigitMs: number;
      readonly flashMs: Range;
    };
    readonly toneDialing: { readonly flashMs: Range };
  };
  readonly dial: {
    readonly dtmf: {
      readonly onMs: number;
      readonly offMs: number;
      readonly lowLevelDbm0: number;
      readonly twistDb: number;
      readonly commaMs: number;
    };
    readonly pulse: { readonly breakMs: number; readonly makeMs: number; readonly interDigitMs: number };
    readonly flashMs: number;
    readonly dialToneTimeoutMs: number;
  };
  readonly supervision: {
    readonly currentBreakMs: number;
    readonly loopBreakMs: Range;
    readonly idleGuardMs: number;
  };
  readonly callerId: {
    readonly send: 'fsk-v23' | 'fsk-bell202' | 'dtmf';
    readonly delayMs: number;
    readonly waitMs: number;
    readonly beforeRing: boolean;
    readonly dtmf: { readonly start: string; readonly end: string };
  };
  readonly tones: Readonly<Record<ToneName, Tone>>;
  readonly detect: DetectProfile;
}

/**
 * Checks a parsed profile document and returns it typed. Reads no file: the caller hands the parsed
 * JSON over.
 * @throws CodedError `media/profile` with the path and the reason.
 */
export function parseProfile(document: unknown): CountryProfile {
  const root = new Reader(document, '');
  root.text('country', /^[a-z]{2}$/);
  root.at('name').text('en');
  root.at('name').text('ru');
  root.oneOf('law', ['PCMA', 'PCMU']);
  const line = root.at('line');
  line.oneOf('impedance', ['600r', '900r', 'tbr21']);
  line.range('onHookVolts', 0, 150);
  line.range('loopMilliamps', 0, 150);
  readRing(root.at('ring'));
  readHook(root.at('hook'));
  readDial(root.at('dial'));
  const supervision = root.at('supervision');
  supervision.number('currentBreakMs', 0, 5000);
  supervision.range('loopBreakMs', 0, 10_000);
  supervision.number('idleGuardMs', 0, 60_000);
  readCallerId(root.at('callerId'));
  readTones(root.at('tones'));
  readDetect(root.at('detect'));
  return document as CountryProfile;
}

/** Frequencies to take out before listening for digits: those of the dial tone, Hz. */
export function dialToneFrequencies(profile: CountryProfile): readonly number[] {
  const dial = profile.tones.dial;
  return 'cadence' in dial ? dial.frequencies : (dial[0]?.frequencies ?? []);
}

/** The tone to play for a tone that was recognised. */
export function toneOf(profile: CountryProfile, tone: ProgressTone): Tone {
  return profile.tones[tone];
}

function readRing(ring: Reader): void {
  ring.number('frequencyHz', 15, 70);
  ring.cadence('cadence');
  ring.cadence('internalCadence');
  ring.cadence('recallCadence');
  ring.cadence('groupCadence');
  const detect = ring.at('detect');
  detect.range('frequencyHz', 10, 80);
  detect.number('minVolts', 0, 100);
  detect.number('minMs', 0, 2000);
  detect.number('endMs', 0, 60_000);
}

function readHook(hook: Reader): void {
  const pulse = hook.at('pulseDialing');
  const breaks = pulse.range('pulseBreakMs', 5, 300);
  pulse.number('interDigitMs', 50, 2000);
  const flash = pulse.range('flashMs', 20, 3000);
  // Rulings 12: a break must never be both a pulse and a flash.
  if (flash[0] <= breaks[1])
    pulse.fail('flashMs', `begins at ${flash[0]} ms, within the dial pulse (to ${breaks[1]} ms)`);
  hook.at('toneDialing').range('flashMs', 20, 3000);
}

function readDial(dial: Reader): void {
  const dtmf = dial.at('dtmf');
  dtmf.number('onMs', 40, 1000);
  dtmf.number('offMs', 30, 1000);
  dtmf.number('lowLevelDbm0', -40, 0);
  dtmf.number('twistDb', -4, 4);
  dtmf.number('commaMs', 0, 10_000);
  const pulse = dial.at('pulse');
  pulse.number('breakMs', 20, 120);
  pulse.number('makeMs', 20, 120);
  pulse.number('interDigitMs', 200, 2000);
  dial.number('flashMs', 20, 3000);
  dial.number('dialToneTimeoutMs', 0, 60_000);
}

function readCallerId(callerId: Reader): void {
  callerId.oneOf('send', ['fsk-v23', 'fsk-bell202', 'dtmf']);
  callerId.number('delayMs', 0, 4000);
  callerId.number('waitMs', 0, 20_000);
  callerId.flag('beforeRing');
  const dtmf = callerId.at('dtmf');
  dtmf.text('start', /^[A-D]$/);
  dtmf.text('end', /^[A-D#]$/);
}

function readTones(tones: Reader): void {
  const player = new ToneGenerator();
  for (const name of TONE_NAMES) {
    const value = tones.value(name);
    const parts = Array.isArray(value) ? value : [value];
    parts.forEach((part, i) => {
      const reader = new Reader(part, `${tones.path}.${name}${Array.isArray(value) ? `[${i}]` : ''}`);
      reader.numbers('frequencies', 1, 3999);
      reader.number('levelDbm0', -70, 3);
      reader.numbers('cadence', 0, 3_600_000);
    });
    try {
      player.start(value as ToneSpec);
    } catch (error) {
      tones.fail(name, error instanceof Error ? error.message : String(error));
    }
  }
}

function readDetect(detect: Reader): void {
  detect.number('minLevelDbm0', -60, 0);
  const sets = detect.list('sets');
  if (sets.length === 0) detect.fail('sets', 'must not be empty');
  for (const set of sets) {
    const frequencies = set.numbers('frequencies', 100, 3500);
    if (frequencies.length < 1 || frequencies.length > 2) set.fail('frequencies', 'must be one or two');
    if (set.has('rangeHz')) {
      const range = set.range('rangeHz', 100, 3500);
      if (frequencies.length !== 1) set.fail('rangeHz', 'is for a single frequency');
      // The detector's 5 ms blocks tell offsets up to 100 Hz apart; more would alias.
      if (Math.max(frequencies[0]! - range[0], range[1] - frequencies[0]!) > 90) {
        set.fail('rangeHz', 'reaches more than 90 Hz from the frequency');
      }
    }
    if (set.has('dial')) {
      set.at('dial').number('afterSeizeMs', 100, 10_000);
      const laterMs = set.at('dial').number('laterMs', 100, 30_000);
      set.at('dial').number('answeredMs', laterMs, 60_000);
    }
    if (set.has('cadences')) {
      for (const cadence of set.list('cadences')) {
        cadence.oneOf('tone', ['ringback', 'busy', 'congestion']);
        cadence.range('onMs', 20, 10_000);
        cadence.range('offMs', 20, 10_000);
        cadence.number('cycles', 1, 20);
        if (cadence.has('equal')) cadence.number('equal', 0, 1);
      }
    }
    if (set.has('sit')) set.oneOf('sit', [1, 2, 3]);
  }
}

/** Reads checked fields of an object, and tells where it is when one is wrong. */
class Reader {
  readonly path: string;
  readonly #object: Record<string, unknown>;

  constructor(value: unknown, path: string) {
    this.path = path;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new CodedError('media/profile', `${path || 'the profile'} must be an object`);
    }
    this.#object = value as Record<string, unknown>;
  }

  fail(key: string, what: string): never {
    throw new CodedError('media/profile', `${this.path ? `${this.path}.` : ''}${key} ${what}`);
  }

  has(key: string): boolean {
    return this.#object[key] !== undefined;
  }

  value(key: string): unknown {
    if (!this.has(key)) this.fail(key, 'is missing');
    return this.#object[key];
  }

  at(key: string): Reader {
    return new Reader(this.value(key), this.path ? `${this.path}.${key}` : key);
  }

  list(key: string): Reader[] {
    const value = this.value(key);
    if (!Array.isArray(value)) return this.fail(key, 'must be a list');
    return value.map((item, i) => new Reader(item, `${this.path ? `${this.path}.` : ''}${key}[${i}]`));
  }

  text(key: string, pattern = /./): string {
    const value = this.value(key);
    if (typeof value !== 'string' || !pattern.test(value))
      return this.fail(key, `must be text matching ${pattern}`);
    return value;
  }

  flag(key: string): void {
    if (typeof this.value(key) !== 'boolean') this.fail(key, 'must be true or false');
  }

  oneOf(key: string, allowed: readonly unknown[]): void {
    if (!allowed.includes(this.value(key))) this.fail(key, `must be one of ${allowed.join(', ')}`);
  }

  number(key: string, least: number, largest: number): number {
    const value = this.value(key);
    if (typeof value !== 'number' || !(value >= least && value <= largest)) {
      return this.fail(key, `must be a number within ${least}..${largest}`);
    }
    return value;
  }

  numbers(key: string, least: number, largest: number): number[] {
    const value = this.value(key);
    if (!Array.isArray(value)) return this.fail(key, 'must be a list of numbers');
    for (const v of value) {
      if (typeof v !== 'number' || !(v >= least && v <= largest)) {
        this.fail(key, `must hold numbers within ${least}..${largest}`);
      }
    }
    return value as number[];
  }

  range(key: string, least: number, largest: number): Range {
    const value = this.numbers(key, least, largest);
    if (value.length !== 2 || !(value[0]! <= value[1]!)) this.fail(key, 'must be [least, largest]');
    return [value[0]!, value[1]!];
  }

  cadence(key: string): void {
    const value = this.numbers(key, 1, 60_000);
    if (value.length === 0 || value.length % 2 !== 0) this.fail(key, 'must be on, off, on, off... in ms');
  }
}
