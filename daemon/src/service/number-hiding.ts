import { cause, localCause } from '../call/cause.ts';
import type { ReleaseCause } from '../call/leg.ts';
import type { Origin, ServiceContext } from './context.ts';
import type { Dialog } from './dialog.ts';

/** How long the tone of confirmation sounds, ms: three of its bursts. */
const CONFIRMED_MS = 1500;

/** Hides the number of the telephone that dialed the code alone, or shows it; the caller hears that it is done. */
export async function hideByCode(
  dialog: Dialog,
  origin: Origin,
  hidden: boolean,
  context: ServiceContext,
): Promise<ReleaseCause> {
  if (origin.kind !== 'on-site')
    return localCause(cause.rejected, 'the number of a telephone elsewhere is not ours');
  try {
    await context.hideNumber(origin, hidden);
  } catch (error) {
    return localCause(cause.temporary, `the setting was not stored: ${(error as Error).message}`);
  }
  dialog.tone('confirmation');
  await dialog.key(CONFIRMED_MS);
  dialog.hush();
  return localCause(
    cause.normal,
    hidden ? 'the number is hidden from now on' : 'the number is shown from now on',
  );
}
