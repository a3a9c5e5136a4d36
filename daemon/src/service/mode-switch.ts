import { cause, localCause } from '../call/cause.ts';
import type { ReleaseCause } from '../call/leg.ts';
import type { ModeCodeConfig } from '../config/schema.ts';
import type { Origin, ServiceContext } from './context.ts';
import type { Dialog } from './dialog.ts';

/** How long the tone of confirmation sounds, ms: three of its bursts. */
const confirmedMs = 1500;

/** Switches a schedule by the code that was dialed; the caller hears that it is done. */
export async function switchByCode(
  dialog: Dialog,
  origin: Extract<Origin, { kind: 'on-site' }>,
  code: ModeCodeConfig,
  context: ServiceContext,
): Promise<ReleaseCause> {
  const by = origin.device === undefined ? `port ${origin.port}` : `device ${origin.device}`;
  let mode: string;
  try {
    ({ mode } = await context.hours.switch(code.schedule, code, by));
  } catch (error) {
    return localCause(cause.temporary, `the schedule was not switched: ${(error as Error).message}`);
  }
  dialog.tone('confirmation');
  await dialog.key(confirmedMs);
  dialog.hush();
  const until = code.mode === undefined ? 'back by itself' : 'switched by hand';
  return localCause(cause.normal, `schedule ${code.schedule} is ${mode}, ${until}`);
}
