import { portCommand } from './effect.ts';
import type { FxsEffect, FxsTimer } from './fxs-state.ts';
import type { FxsOptions } from './options.ts';

/** What the parts of the FXS machine share. */
export interface FxsContext {
  options: FxsOptions;
  command: ReturnType<typeof portCommand>;
}

export function fxsContext(options: FxsOptions): FxsContext {
  return { options, command: portCommand(options.number) };
}

export const timerFxs = (name: FxsTimer, ms: number): FxsEffect => ({ type: 'timer', name, ms });

export const cancelFxs = (...names: FxsTimer[]): FxsEffect => ({ type: 'cancel', names });
