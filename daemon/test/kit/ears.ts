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
