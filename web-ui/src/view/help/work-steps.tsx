import { Loader } from '@mantine/core';
import type { WorkStep } from '../../../../daemon/src/api/contract.ts';
import { say, t } from '../../i18n/index.ts';
import { State } from '../../ui/parts.tsx';

const tones = { waiting: 'free', running: 'ring', done: 'talk', failed: 'attention' } as const;

/** Steps of work that goes on, with what is being done now. */
export function WorkSteps({ steps }: { steps: readonly WorkStep[] }) {
  return (
    <ol className="work-steps" aria-live="polite">
      {steps.map(({ id, said, state }) => (
        <li key={id} data-step={id} data-state={state}>
          <State tone={tones[state]}>
            {say(said)} — {t(`work.${state}`)}
          </State>{' '}
          {state === 'running' && <Loader size={14} aria-hidden="true" />}
        </li>
      ))}
    </ol>
  );
}
