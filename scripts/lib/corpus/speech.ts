import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Dice } from './random.ts';
import { conversation, type Language } from './texts.ts';

/** How one clip is spoken. */
export interface Voice {
  readonly language: Language;
  /** A variant of espeak-ng: man, woman, whisper and the like. */
  readonly variant: string;
  /** Words a minute. */
  readonly speed: number;
  /** 0 to 99. */
  readonly pitch: number;
  /** Decides the text. */
  readonly seed: number;
}

/** Men, women, old, hoarse and whispering people of espeak-ng. */
// biome-ignore format: a list
const VARIANTS = ['m1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7', 'm8', 'f1', 'f2', 'f3', 'f4', 'f5',
  'croak', 'grandma', 'grandpa', 'belinda', 'linda', 'steph', 'whisperf', 'klatt2', 'klatt4'];

/** Changes of how clips are made: what is cached under another number is made anew. */
const EDITION = 1;

/** Whether speech can be had on this machine. */
export const speaks = (): boolean => spawnSync('espeak-ng', ['--version']).status === 0;

/** The voice of clip `index`: languages in turn, all variants, speeds from slow to hasty. */
export function voiceOf(index: number): Voice {
  const dice = new Dice(index * 7919 + 5);
  return {
    language: index % 2 === 0 ? 'ru' : 'en',
    variant: VARIANTS[(index >> 1) % VARIANTS.length]!,
    speed: Math.round(dice.between(110, 260)),
    pitch: Math.round(dice.between(15, 90)),
    seed: index + 1,
  };
}

/** Where clips are kept between runs. */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'linegate', 'corpus');
}

/**
 * A clip of about `sentences` times three seconds at 8 kHz, at the level espeak-ng gives it.
 * `cached`: read from, or put into, the cache.
 */
export async function speak(voice: Voice, sentences: number, cached = false): Promise<Int16Array> {
  const { language, variant, speed, pitch, seed } = voice;
  const name = `speech-${EDITION}-${language}-${variant}-${speed}-${pitch}-${seed}-${sentences}.s16`;
  const file = join(cacheFolder(), name);
  if (cached) {
    const known = read(file);
    if (known) return known;
  }
  const text = conversation(language, new Dice(seed), sentences);
  const how = ['-v', `${language}+${variant}`, '-s', String(speed), '-p', String(pitch), '--stdout', text];
  const { stdout } = await promisify(execFile)('espeak-ng', how, { encoding: 'buffer', maxBuffer: 256e6 });
  const pcm = narrow(stdout);
  if (cached) keep(file, pcm);
  return pcm;
}

function read(file: string): Int16Array | undefined {
  try {
    const bytes = readFileSync(file);
    return new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + (bytes.length & ~1)));
  } catch {
    return undefined;
  }
}

/** Whole or not at all: two benches may write at once. A cache that cannot be written is no cache. */
function keep(file: string, pcm: Int16Array): void {
  try {
    mkdirSync(cacheFolder(), { recursive: true });
    const own = `${file}.${process.pid}`;
    writeFileSync(own, new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength));
    renameSync(own, file);
  } catch {}
}

/** Half the length of the low-pass before the rate is changed, in samples of 8 kHz. */
const REACH = 8;

/** A WAV file of espeak-ng (mono, 16 bit) at 8 kHz, through a windowed sinc that ends at 3.7 kHz. */
function narrow(wav: Buffer): Int16Array {
  const step = wav.readUInt32LE(24) / 8000;
  const data = wav.subarray(44);
  const source = new Int16Array(data.buffer.slice(data.byteOffset, data.byteOffset + (data.length & ~1)));
  const out = new Int16Array(Math.max(0, Math.floor(source.length / step) - 2 * REACH));
  // The taps repeat with the fraction of the place; 64 of them are near enough.
  const half = Math.ceil(REACH * step);
  const tables = Array.from({ length: 64 }, (_, f) => lowPass(f / 64, half, step));
  for (let i = 0; i < out.length; i++) {
    const place = (i + REACH) * step;
    const whole = Math.floor(place);
    const taps = tables[Math.floor((place - whole) * 64)]!;
    let sum = 0;
    for (let k = 0; k < taps.length; k++) sum += taps[k]! * (source[whole - half + k] ?? 0);
    out[i] = Math.max(-32768, Math.min(32767, sum));
  }
  return out;
}

function lowPass(fraction: number, half: number, step: number): Float64Array {
  const cut = 0.925 / step;
  const taps = Float64Array.from({ length: 2 * half + 1 }, (_, k) => {
    const t = k - half - fraction;
    const sinc = t === 0 ? 1 : Math.sin(Math.PI * cut * t) / (Math.PI * cut * t);
    return sinc * (0.5 + 0.5 * Math.cos((Math.PI * t) / (half + 1)));
  });
  const sum = taps.reduce((a, b) => a + b, 0);
  return taps.map((v) => v / sum);
}
