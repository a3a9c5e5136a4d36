import type { Telephone } from '../../../hw/simulator/office/telephone.ts';
import { until } from '../../../scripts/lib/clients.ts';

/**
 * Waits until a telephone hears somebody speak: sound, and not a call-progress tone. Speech spreads its power
 * over the band, so that 425 Hz never carries nearly all of it.
 */
export async function hearsSpeech(phone: Telephone, timeoutMs = 5000): Promise<void> {
  await until(
    'speech is heard',
    async () => {
      const [all, tone] = await Promise.all([phone.hear(300), phone.hear(300, 425)]);
      return all > -35 && tone < all - 6 ? true : undefined;
    },
    timeoutMs,
  );
}

/**
 * Listens for `ms` and measures the cadence of a tone: the usual length of its bursts and of its pauses, ms.
 * Pieces that the listening cuts off at either end do not count.
 */
export async function hearCadence(phone: Telephone, ms = 2000): Promise<{ onMs: number; offMs: number }> {
  const samples = await phone.heard.next(ms);
  const lengths: Record<'on' | 'off', number[]> = { on: [], off: [] };
  let loud: boolean | undefined;
  let since = 0;
  let first = true;
  for (let at = 0; at + windowSamples <= samples.length; at += windowSamples) {
    let sum = 0;
    for (let i = at; i < at + windowSamples; i++) sum += Math.abs(samples[i]!);
    const now = sum / windowSamples > loudMean;
    if (now === loud) continue;
    if (loud !== undefined && !first) lengths[loud ? 'on' : 'off'].push((at - since) / 8);
    if (loud !== undefined) first = false;
    loud = now;
    since = at;
  }
  const usual = (list: number[]): number => list.sort((a, b) => a - b)[list.length >> 1] ?? 0;
  return { onMs: usual(lengths.on), offMs: usual(lengths.off) };
}

/** 10 ms. */
const windowSamples = 80;
/** Mean of a tone at about -23 dBm0. */
const loudMean = 1000;

/**
 * Waits until the tone of confirmation has been heard since `from`, a position of the telephone's memory: three bursts in a
 * row that are shorter than those of any other tone. What was heard is remembered, so that no moment can be missed.
 */
export async function hearsConfirmation(phone: Telephone, from: number, timeoutMs = 8000): Promise<void> {
  await until(
    'the tone of confirmation',
    () => {
      const samples = phone.heard.since(from);
      let run = 0;
      let quick = 0;
      let loud = false;
      for (let at = 0; at + windowSamples <= samples.length; at += windowSamples) {
        let sum = 0;
        for (let i = at; i < at + windowSamples; i++) sum += Math.abs(samples[i]!);
        const now = sum / windowSamples > loudMean;
        run += 10;
        if (now === loud) continue;
        // Pauses and bursts alike: 100 ms each, give or take the window.
        quick = run >= 60 && run <= 160 ? quick + 1 : 0;
        if (quick >= 5) return true;
        loud = now;
        run = 0;
      }
      return undefined;
    },
    timeoutMs,
  );
}
