import { CodedError } from '../../base/error.ts';

/** Rates that are read, Hz. */
const RATES = [8000, 16_000, 44_100, 48_000];
/** Half the length of the filter on each side, in samples of the lower rate. */
const HALF = 16;
/** What is kept of the band, as a part of half the lower rate: 3.6 kHz of 4. */
const KEPT = 0.9;

const refuse = (code: 'not-wav' | 'not-pcm' | 'rate' | 'empty', message: string): never => {
  throw new CodedError(`media/music-${code}`, message);
};

/**
 * Reads a WAV file of 8 or 16 bit PCM, one or two channels, at 8, 16, 44.1 or 48 kHz, as one channel at 8 kHz.
 * @throws CodedError `media/music-not-wav`, `-not-pcm`, `-rate`, `-empty`
 */
export function readWav(data: Buffer): Int16Array {
  if (data.toString('latin1', 0, 4) !== 'RIFF' || data.toString('latin1', 8, 12) !== 'WAVE')
    refuse('not-wav', 'this is no WAV file');
  let format: { coding: number; channels: number; rate: number; bits: number } | undefined;
  let sound: Buffer | undefined;
  for (let at = 12; at + 8 <= data.length; ) {
    const name = data.toString('latin1', at, at + 4);
    const length = data.readUInt32LE(at + 4);
    const body = data.subarray(at + 8, at + 8 + length);
    if (name === 'fmt ' && body.length >= 16)
      format = {
        coding: body.readUInt16LE(0),
        channels: body.readUInt16LE(2),
        rate: body.readUInt32LE(4),
        bits: body.readUInt16LE(14),
      };
    else if (name === 'data') sound ??= body;
    // Chunks are padded to an even length.
    at += 8 + length + (length & 1);
  }
  if (!format || !sound) return refuse('not-wav', 'this WAV file is not whole');
  const { coding, channels, rate, bits } = format;
  // 1: PCM; 0xfffe: the same with more said of it.
  if ((coding !== 1 && coding !== 0xfffe) || (bits !== 8 && bits !== 16) || channels < 1 || channels > 2)
    refuse('not-pcm', 'only PCM of 8 or 16 bit with one or two channels is read');
  if (!RATES.includes(rate)) refuse('rate', `a rate of ${rate} Hz is not read`);
  const step = (bits / 8) * channels;
  const mono = new Float64Array(Math.floor(sound.length / step));
  for (let i = 0; i < mono.length; i++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) {
      const at = i * step + (c * bits) / 8;
      sum += bits === 16 ? sound.readInt16LE(at) : (sound[at]! - 128) * 256;
    }
    mono[i] = sum / channels;
  }
  if (mono.length < rate / 10) refuse('empty', 'there is too little sound in it');
  return resample(mono, rate);
}

/** To 8 kHz by a windowed sinc, which lets nothing of what is above 4 kHz fold back. */
function resample(from: Float64Array, rate: number): Int16Array {
  const ratio = rate / 8000;
  const out = new Int16Array(Math.floor(from.length / ratio));
  const half = ratio === 1 ? 0 : HALF * ratio;
  for (let n = 0; n < out.length; n++) {
    const centre = n * ratio;
    let sum = 0;
    let weight = 0;
    for (let k = Math.max(0, Math.ceil(centre - half)); k <= Math.min(from.length - 1, centre + half); k++) {
      const x = (k - centre) / ratio;
      const sinc = x === 0 ? 1 : Math.sin(Math.PI * KEPT * x) / (Math.PI * KEPT * x);
      const w = sinc * (half === 0 ? 1 : 0.5 + 0.5 * Math.cos((Math.PI * (k - centre)) / half));
      sum += from[k]! * w;
      weight += w;
    }
    out[n] = Math.max(-32_768, Math.min(32_767, Math.round(weight === 0 ? 0 : sum / weight)));
  }
  return out;
}
