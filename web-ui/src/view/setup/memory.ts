import { useEffect, useRef, useState } from 'react';
import type {
  ConfigEdit,
  ConfigOutcome,
  ConfigView,
  SetupStep,
  SetupView,
} from '../../../../daemon/src/api/contract.ts';
import { api } from '../../api.ts';

/** How long after the last key what was typed is kept, ms. */
const restMs = 400;

export const steps: readonly SetupStep[] = [
  'place',
  'password',
  'sockets',
  'lines',
  'operator',
  'people',
  'test',
  'backup',
];

export const keep = (change: object): Promise<SetupView> =>
  api<SetupView>('/setup', { method: 'PUT', body: change });

/** What was typed in a step, kept on the box while it is being typed: another tab or telephone goes on with it. A hook. */
export function useDraft<T extends object>(
  view: SetupView,
  step: SetupStep,
  first: T,
): [T, (change: Partial<T>) => void] {
  const [draft, setDraft] = useState<T>(() => ({
    ...first,
    ...(view.drafts[step] as Partial<T> | undefined),
  }));
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const unsaved = useRef<T>(undefined);
  const flush = (): void => {
    clearTimeout(timer.current);
    const { current } = unsaved;
    unsaved.current = undefined;
    if (current) void keep({ drafts: { [step]: current } }).catch(() => {});
  };
  // Whoever goes to another step within the pause loses nothing either.
  useEffect(() => flush, []);
  const change = (part: Partial<T>): void => {
    const next = { ...draft, ...part };
    setDraft(next);
    unsaved.current = next;
    clearTimeout(timer.current);
    timer.current = setTimeout(flush, restMs);
  };
  return [draft, change];
}

/** Changes settings on top of what they are this moment; the step itself shows what has become of it. */
export async function change(edits: (view: ConfigView) => ConfigEdit[]): Promise<void> {
  const view = await api<ConfigView>('/config');
  const wanted = edits(view);
  if (wanted.length === 0) return;
  const body = { revision: view.revision, edits: wanted };
  await api<ConfigOutcome>('/config', { method: 'PATCH', body });
}
