import { type FxsContext, timerFxs } from './fxs-call.ts';
import type { FxsEffect, FxsState, FxsStep } from './fxs-state.ts';

/** A handset that nobody put back after its call: tone, silence, howler, and then no more current than shows the hook. */
export type LeftOffHook = 'tone' | 'quiet' | 'howling' | 'parked';

/** The call is over, and the handset is still lifted; call control plays the release tone meanwhile. */
export function leftAlone({ options }: FxsContext, state: FxsState): FxsStep {
  const { phase } = state;
  if (!options.howler || (phase !== 'off-hook' && phase !== 'breaking')) return {};
  return { state: { ...state, left: 'tone' }, effects: [timerFxs('left', options.howler.afterMs / 2)] };
}

/** The time of a step is over. */
export function leftTimer({ options, command }: FxsContext, state: FxsState): FxsStep {
  const { howler } = options;
  if (!howler) return {};
  const next = (left: LeftOffHook, ...effects: FxsEffect[]): FxsStep => ({
    state: { ...state, left },
    effects,
  });
  switch (state.left) {
    case 'tone':
      return next('quiet', { type: 'stop' }, timerFxs('left', howler.afterMs / 2));
    case 'quiet': {
      const source = { type: 'tone', tone: howler.tone } as const;
      return next('howling', { type: 'play', source }, timerFxs('left', howler.lengthMs));
    }
    case 'howling':
      return next(
        'parked',
        { type: 'stop' },
        { type: 'detect', detection: {} },
        command({ type: 'audio', on: false }),
        // A card of an earlier day does not know it, and goes on feeding the telephone.
        command({ type: 'power-denial', denied: true }, 'power-denial'),
      );
    default:
      return {};
  }
}

/** Whether people should be told to put the handset back. */
export const isLeftOffHook = ({ left }: FxsState): boolean => left === 'howling' || left === 'parked';
