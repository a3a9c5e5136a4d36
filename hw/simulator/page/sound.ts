import { sendSound, soundTo, talkAs } from './live.ts';

const RATE = 8000;
/** Sound played ahead of time, s: what the browser's timers may be late. */
const LEAD = 0.08;
/** Pieces are gathered to 40 ms, so that few are scheduled. */
const PIECE = 320;

let context: AudioContext | undefined;
let playAt = 0;
let gathered: number[] = [];

/** The context is made at the first press, as browsers demand; at 8 kHz, so that nothing is resampled piecewise. */
function audio(): AudioContext {
  context ??= new AudioContext({ sampleRate: RATE });
  if (context.state === 'suspended') void context.resume();
  return context;
}

/** To be called from a press: allows sound from now on. */
export function wakeSound(): void {
  audio();
}

soundTo((samples) => {
  if (!context) return;
  for (const s of samples) gathered.push(s / 32768);
  if (gathered.length < PIECE) return;
  const buffer = context.createBuffer(1, gathered.length, RATE);
  buffer.copyToChannel(Float32Array.from(gathered), 0);
  gathered = [];
  const source = context.createBufferSource();
  source.buffer = buffer;
  source.connect(context.destination);
  // After a gap begin anew with some lead; drop what would come more than 0.4 s late.
  if (playAt < context.currentTime || playAt > context.currentTime + 0.4) playAt = context.currentTime + LEAD;
  source.start(playAt);
  playAt += buffer.duration;
});

/** ITU-T Q.23. */
const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477];
const KEYS = '123456789*0#';

/** The key's own tone in the ear of whoever presses it. */
export function keyTone(key: string): void {
  const index = KEYS.indexOf(key);
  if (index < 0) return;
  const a = audio();
  const gain = a.createGain();
  gain.gain.value = 0.12;
  gain.connect(a.destination);
  for (const frequency of [ROWS[Math.floor(index / 3)], COLUMNS[index % 3]]) {
    const oscillator = a.createOscillator();
    oscillator.frequency.value = frequency ?? 0;
    oscillator.connect(gain);
    oscillator.start();
    oscillator.stop(a.currentTime + 0.12);
  }
}

let bell: { stop(): void } | undefined;

/** A bell while any telephone rings. */
export function ringBell(on: boolean): void {
  if (!on || !context) {
    bell?.stop();
    bell = undefined;
    return;
  }
  if (bell) return;
  const gain = context.createGain();
  gain.gain.value = 0.05;
  gain.connect(context.destination);
  const clapper = context.createOscillator();
  clapper.frequency.value = 25;
  const depth = context.createGain();
  depth.gain.value = 0.05;
  clapper.connect(depth).connect(gain.gain);
  const tones = [1100, 1450].map((frequency) => {
    const oscillator = context!.createOscillator();
    oscillator.frequency.value = frequency;
    oscillator.connect(gain);
    oscillator.start();
    return oscillator;
  });
  clapper.start();
  bell = {
    stop: () => {
      for (const oscillator of [...tones, clapper]) oscillator.stop();
      gain.disconnect();
    },
  };
}

/** Gathers microphone samples to 20 ms and posts them; runs in the audio thread. */
const WORKLET = `registerProcessor('microphone', class extends AudioWorkletProcessor {
  piece = new Float32Array(160); at = 0;
  process([[channel]]) {
    for (const s of channel ?? []) {
      this.piece[this.at++] = s;
      if (this.at === 160) { this.port.postMessage(this.piece.slice()); this.at = 0; }
    }
    return true;
  }
});`;

let microphone: { stop(): void } | undefined;

/** Gives the microphone to a device. @throws Error when the browser does not give it. */
export async function openMicrophone(device: string): Promise<void> {
  closeMicrophone();
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true } });
  const a = audio();
  const url = URL.createObjectURL(new Blob([WORKLET], { type: 'text/javascript' }));
  await a.audioWorklet.addModule(url);
  URL.revokeObjectURL(url);
  const source = a.createMediaStreamSource(stream);
  const node = new AudioWorkletNode(a, 'microphone');
  node.port.onmessage = ({ data }) =>
    sendSound(Int16Array.from(data as Float32Array, (s) => Math.max(-1, Math.min(1, s)) * 32767));
  source.connect(node);
  talkAs(device);
  microphone = {
    stop: () => {
      talkAs(null);
      node.disconnect();
      source.disconnect();
      for (const track of stream.getTracks()) track.stop();
    },
  };
}

export function closeMicrophone(): void {
  microphone?.stop();
  microphone = undefined;
}
