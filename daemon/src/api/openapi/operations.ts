import type { Operations } from './operation.ts';
import { boxOperations } from './operations-box.ts';
import { callOperations } from './operations-calls.ts';
import { draftOperations } from './operations-draft.ts';
import { settingsOperations } from './operations-settings.ts';
import { setupOperations } from './operations-setup.ts';
import { updateOperations } from './operations-update.ts';

/** Every route of the API described; route-access.ts says who may ask it. A route that is not here fails a test. */
export const operations: Operations = {
  ...callOperations,
  ...settingsOperations,
  ...draftOperations,
  ...boxOperations,
  ...setupOperations,
  ...updateOperations,
};

/** Types of the contract that the descriptions name. */
export function namedTypes(): Set<string> {
  const found = new Set(['ApiError', 'Said', 'PromptSound']);
  const note = (shape: unknown): void => {
    if (typeof shape === 'string' && shape !== 'ok') found.add(shape.replace(/\[\]$/, ''));
  };
  for (const { body, answer, also = {} } of Object.values(operations)) {
    note(body);
    note(answer);
    for (const shape of Object.values(also)) note(shape);
  }
  return found;
}
