import { readFileSync } from 'node:fs';
import { CallerIdReceiver } from '../../daemon/src/media/dsp/caller-id-receiver.ts';
import { CallerIdSender } from '../../daemon/src/media/dsp/caller-id-sender.ts';
import { DtmfDetector } from '../../daemon/src/media/dsp/dtmf-detector.ts';
import { DtmfGenerator } from '../../daemon/src/media/dsp/dtmf-generator.ts';
import { echoCancellers } from '../../daemon/src/media/dsp/echo/echo-cancellers.ts';
import { PCMA, PCMU } from '../../daemon/src/media/dsp/g711.ts';
import { LevelMeter } from '../../daemon/src/media/dsp/level.ts';
import { PacketLossConcealer } from '../../daemon/src/media/dsp/plc.ts';
import { parseProfile } from '../../daemon/src/media/dsp/profile.ts';
import { ToneDetector } from '../../daemon/src/media/dsp/tone-detector.ts';
import { ToneGenerator } from '../../daemon/src/media/dsp/tone-generator.ts';
import { VoiceDetector } from '../../daemon/src/media/dsp/voice-detector.ts';
import { JitterBuffer } from '../../daemon/src/media/rtp/jitter-buffer.ts';

/** One figure, as `scripts/bench` prints it. */
export interface BenchLine {
  metric: string;
  value: number;
  unit: string;
  n: number;
  note: string;
}

const FRAME = 160;
const BATCHES = 9;
const BATCH = 2000;

/** Two seconds in frames: noise with a tone, loud enough for every block to have its full work. */
function material(): Int16Array[] {
  let state = 1;
  return Array.from({ length: 100 }, (_, n) =>
    Int16Array.from({ length: FRAME }, (_, i) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.round(
        3000 * Math.sin((2 * Math.PI * 425 * (n * FRAME + i)) / 8000) + (state / 2 ** 32 - 0.5) * 2000,
      );
    }),
  );
}

/** Microseconds of CPU for one call of `work`: the median of {@link BATCHES} batches. */
function measure(work: (n: number) => void): number {
  for (let n = 0; n < BATCH; n++) work(n);
  const times: number[] = [];
  for (let b = 0; b < BATCHES; b++) {
    const before = process.cpuUsage();
    for (let n = 0; n < BATCH; n++) work(n);
    const used = process.cpuUsage(before);
    times.push((used.user + used.system) / BATCH);
  }
  times.sort((a, b) => a - b);
  return times[Math.floor(BATCHES / 2)]!;
}

/** Area `dsp`: what each signal block costs for one channel and one 20 ms frame. */
export async function run(emit: (line: BenchLine) => void): Promise<void> {
  const frames = material();
  const at = (n: number): Int16Array => frames[n % frames.length]!;
  const out = new Int16Array(FRAME);
  const bytes = new Uint8Array(FRAME);
  const profile = parseProfile(
    JSON.parse(readFileSync(new URL('../../hw/profile/ru.json', import.meta.url), 'utf8')) as unknown,
  );
  const figure = (block: string, note: string, work: (n: number) => void): void =>
    emit({
      metric: `dsp.${block}`,
      value: Number(measure(work).toFixed(2)),
      unit: 'us',
      n: BATCHES * BATCH,
      note,
    });

  figure('alawEncode', 'table', (n) => PCMA.encode(at(n), bytes));
  figure('alawDecode', 'table', () => PCMA.decode(bytes, out));
  figure('ulawEncode', 'table', (n) => PCMU.encode(at(n), bytes));

  const dtmf = new DtmfDetector(() => {}, { notchHz: [425] });
  figure('dtmfDetect', 'with the 425 Hz notch', (n) => dtmf.process(at(n)));
  const plain = new DtmfDetector(() => {});
  figure('dtmfDetectPlain', 'without notch', (n) => plain.process(at(n)));
  const keys = new DtmfGenerator();
  figure('dtmfGenerate', 'digit after digit', () => {
    if (!keys.active) keys.enqueue('0123456789');
    keys.process(out);
  });

  const tones = new ToneDetector(profile.detect, () => {});
  tones.context = 'after-answer';
  figure('toneDetect', 'Russian profile, SIT included', (n) => tones.process(at(n)));
  const tone = new ToneGenerator();
  tone.start({ frequencies: [425], levelDbm0: -10, cadence: [] });
  figure('toneGenerate', 'one frequency', () => void tone.process(out));
  const voice = new VoiceDetector();
  figure('voiceDetect', '', (n) => void voice.process(at(n)));
  const meter = new LevelMeter();
  figure('levelMeter', '', (n) => meter.process(at(n)));

  const echoCanceller = echoCancellers(console.error);
  for (const tailMs of [16, 64]) {
    const canceller = echoCanceller(tailMs);
    figure(`echo${tailMs}ms`, 'canceller, WASM SIMD', (n) => canceller.process(at(n), at(n + 1), out));
  }

  const plc = new PacketLossConcealer();
  figure('plcGood', 'nothing lost', (n) => {
    out.set(at(n));
    plc.received(out);
  });
  figure('plcLoss5', '5 % of frames lost', (n) => {
    if (n % 20 === 7) plc.conceal(out);
    else {
      out.set(at(n));
      plc.received(out);
    }
  });

  const jitter = new JitterBuffer();
  let sent = 0;
  figure('jitterBuffer', 'one packet in, two frames of 10 ms out', (n) => {
    jitter.push((sent * FRAME) >>> 0, at(n), FRAME, sent * 20, sent === 0);
    jitter.pull(out, 80, sent * 20);
    jitter.pull(out, 80, sent * 20 + 10);
    sent++;
  });

  const receiver = new CallerIdReceiver({ begun: () => {}, heard: () => {} });
  figure('callerIdReceive', 'V.23, Bell 202 and DTMF at once', (n) => receiver.process(at(n)));
  let sender = new CallerIdSender({ scheme: 'fsk-v23' }, { number: '88121234567' });
  figure('callerIdSend', 'V.23', () => {
    if (!sender.active) sender = new CallerIdSender({ scheme: 'fsk-v23' }, { number: '88121234567' });
    sender.process(out);
  });
}
