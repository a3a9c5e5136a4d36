import type { Test } from 'tap';
import { buildMdmf, buildSdmf } from '../../../src/media/dsp/caller-id.ts';
import { buildDtmfCallerId } from '../../../src/media/dsp/caller-id-dtmf.ts';
import { CallerIdReceiver, type HeardCallerId } from '../../../src/media/dsp/caller-id-receiver.ts';
import { DtmfGenerator } from '../../../src/media/dsp/dtmf-generator.ts';
import { BELL202, V23 } from '../../../src/media/dsp/fsk.ts';
import { FskModulator } from '../../../src/media/dsp/fsk-modulator.ts';
import { PCMA } from '../../../src/media/dsp/g711.ts';
import { inFrames, randomOf, Signal } from './signal.ts';
import { adsiLibrary, adsiReceive } from './spandsp-adsi.ts';

export type Way = 'fsk-v23' | 'fsk-bell202' | 'dtmf';

/** What is done to a message on its way; every number is in dB, Hz, ms or parts of one. */
export interface Line {
  level?: number;
  snr: number;
  noise?: 'white' | 'low' | 'high';
  baud?: number;
  hum?: number;
  noiseBefore?: number;
  aLaw?: boolean;
  single?: boolean;
}

const TIME = new Date(2026, 0, 15, 9, 5);
const spandsp = adsiLibrary();
/** Why there is nothing to compare with. */
export const skip = spandsp ? false : 'libspandsp2 is not installed';

/** Sends `n` messages over a line to both receivers, and wants ours to have read no fewer. */
export function compare(t: Test, way: Way, line: Line, n: number): void {
  let ours = 0;
  let theirs = 0;
  let wrong = 0;
  const random = randomOf(7);
  for (let i = 0; i < n; i++) {
    const number = `8${String(Math.floor(random() * 1e10)).padStart(10, '0')}`;
    const pcm = send(way, number, line, i + 1);
    const heard = receive(pcm);
    if (heard.some(({ info }) => info.number === number)) ours++;
    wrong += heard.filter(({ info }) => info.number !== number).length;
    const text = adsiReceive(spandsp!, way, pcm).map((bytes) => Buffer.from(bytes).toString('latin1'));
    if (text.some((one) => one.includes(number))) theirs++;
  }
  const said = Object.entries(line).map(([key, value]) => `${key} ${value}`);
  t.ok(ours >= theirs, `${said.join(', ')}: ours ${ours} of ${n}, spandsp ${theirs}`);
  t.equal(wrong, 0, 'and none wrong');
}

function send(way: Way, number: string, line: Line, seed: number): Int16Array {
  const { level = -20, snr, noise = 'white', baud = 1 } = line;
  const part = new Int16Array(way === 'dtmf' ? 17_000 : 9400);
  if (way === 'dtmf') {
    const dtmf = new DtmfGenerator({ onMs: 70, offMs: 70, levelDbm0: level, twistDb: 0 });
    dtmf.enqueue(buildDtmfCallerId({ number }));
    dtmf.process(part);
  } else {
    const standard = way === 'fsk-v23' ? V23 : BELL202;
    const fsk = new FskModulator({ ...standard, baud: 1200 * baud }, level);
    const data = { number, name: 'Anna', time: TIME };
    fsk.start(line.single ? buildSdmf(data) : buildMdmf(data), { seizureBits: 300, markBits: 180 });
    fsk.process(part);
  }
  const signal = new Signal(part.length / 8 + 300, seed).noise(level - snr);
  if (noise !== 'white') colour(signal.samples, noise, level - snr);
  if (line.hum !== undefined) signal.sine(50, line.hum).sine(150, line.hum - 15);
  const at = 1200 + seed * 3;
  if (line.noiseBefore !== undefined) {
    const loud = new Signal(120, seed + 99).noise(line.noiseBefore).samples;
    loud.forEach((v, i) => void (signal.samples[i]! += v));
  }
  for (let i = 0; i < part.length; i++) signal.samples[at + i]! += part[i]!;
  const pcm = signal.pcm();
  if (line.aLaw) {
    const law = new Uint8Array(pcm.length);
    PCMA.encode(pcm, law);
    PCMA.decode(law, pcm);
  }
  return pcm;
}

/** Tilts white noise by a first-order filter about 1 kHz, and brings it to its level again. */
function colour(x: Float64Array, noise: 'low' | 'high', dbm0: number): void {
  let kept = 0;
  let energy = 0;
  for (let i = 0; i < x.length; i++) {
    kept += 0.55 * (x[i]! - kept);
    x[i] = noise === 'low' ? kept : x[i]! - kept;
    energy += x[i]! ** 2;
  }
  const wanted = new Signal(1000, 1).noise(dbm0).samples;
  const power = wanted.reduce((sum, v) => sum + v * v, 0) / wanted.length;
  const gain = Math.sqrt(power / (energy / x.length));
  for (let i = 0; i < x.length; i++) x[i]! *= gain;
}

function receive(pcm: Int16Array): HeardCallerId[] {
  const heard: HeardCallerId[] = [];
  const receiver = new CallerIdReceiver({ begun: () => {}, heard: (one) => heard.push(one) });
  inFrames(pcm, (frame) => receiver.process(frame), 160);
  inFrames(new Int16Array(4000), (frame) => receiver.process(frame));
  return heard;
}

/** Our receiver against spandsp's, at every noise and on every kind of line. */
export function contest(t: Test, way: Way): void {
  t.test(`${way}: at least as many messages intact as spandsp reads, at every noise`, { skip }, async (t) => {
    for (const noise of ['white', 'low', 'high'] as const)
      for (const snr of [25, 20, 15, 12, 9, 6]) compare(t, way, { snr, noise }, noise === 'white' ? 12 : 6);
  });

  t.test(`${way}: and on every kind of line`, { skip }, async (t) => {
    const lines: Line[] = [
      ...[-10, -20, -30, -40].map((level) => ({ level, snr: 20 })),
      { snr: 15, baud: 1.01 },
      { snr: 15, baud: 0.99 },
      { snr: 15, hum: 0 },
      { snr: 15, noiseBefore: -10 },
      { snr: 15, aLaw: true },
      { level: -35, snr: 20, aLaw: true },
      { snr: 12, single: true },
    ];
    for (const line of lines) compare(t, way, line, 4);
  });
}
