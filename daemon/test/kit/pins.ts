import type { AlarmLive } from '../../src/api/contract.ts';
import { type Box, until } from './box.ts';
import { hearsSpeech } from './ears.ts';

/** PINs that nobody has. */
export const wrongPins = ['246813', '975312', '864209'] as const;

/** As fast as a PBX keys, for what has to fit into a short lock. */
export const fastKeys = { onMs: 70, offMs: 70 };

/** Dials the access number and three wrong PINs, each after its prompt, and hears the tone that ends it. */
export async function guessPins(box: Box, port: number): Promise<void> {
  const phone = box.telephone(port);
  await box.dial(port, '77');
  for (const pin of wrongPins) {
    await hearsSpeech(phone);
    await phone.dial(pin, fastKeys);
  }
  await phone.waitForTone(950, -25, 5000);
}

/** Waits until the alarm of a locked port stands and says what `said` looks for. */
export async function lockAlarm(box: Box, port: number, said = /./): Promise<AlarmLive> {
  return await until(
    `the alarm of port ${port} says ${said}`,
    async () =>
      (await box.live()).alarms.find((a) => a.id === `pin-lock-port-${port}` && said.test(a.said.en)),
    3000,
  );
}
