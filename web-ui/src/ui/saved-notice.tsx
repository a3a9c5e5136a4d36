import { ActionIcon, Button } from '@mantine/core';
import { useEffect } from 'react';
import type { ApiError, AppliedOutcome, ChangeScope } from '../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../api.ts';
import { say, t } from '../i18n/index.ts';
import { Store } from '../store.ts';
import { onTrial } from '../view/settings/trial.tsx';
import { Icon } from './icons.tsx';

interface Notice {
  revision: number;
  scope: ChangeScope;
  undone?: boolean;
  failure?: ApiError['error'];
}

const notice = new Store<Notice | undefined>(undefined);

const order: readonly ChangeScope[] = [
  'at-once',
  'next-call',
  'restart-port',
  'restart-trunk',
  'restart-box',
];

/** Says that a change was stored, when it takes effect, and offers to take it back. */
export function saved(outcome: AppliedOutcome): void {
  if (outcome.trial) {
    onTrial(outcome.trial);
    return;
  }
  const heaviest = Math.max(0, ...outcome.changes.map((c) => order.indexOf(c.scope)));
  notice.value = { revision: outcome.revision, scope: order[heaviest] ?? 'next-call' };
}

/** The notice at the foot of the page; goes by itself. */
export function SavedNotice() {
  const shown = notice.use();
  useEffect(() => {
    if (!shown) return;
    const timer = setTimeout(() => {
      if (notice.value === shown) notice.value = undefined;
    }, 12_000);
    return () => clearTimeout(timer);
  }, [shown]);
  const undo = async (): Promise<void> => {
    if (!shown) return;
    try {
      await api('/config/undo', { body: { revision: shown.revision } });
      notice.value = { ...shown, undone: true };
    } catch (error) {
      notice.value = { ...shown, failure: failureOf(error) };
    }
  };
  return (
    <div className="toast-place" role="status">
      {shown && (
        <div className="toast">
          <Icon name={shown.failure ? 'alarm' : 'ok'} />
          <span>
            {shown.failure
              ? say(shown.failure.said)
              : shown.undone
                ? t('saved.undone')
                : `${t('saved')} ${t(`scope.${shown.scope}`)}`}
          </span>
          {!shown.undone && !shown.failure && (
            <Button variant="default" onClick={() => void undo()}>
              <Icon name="undo" size={16} /> {t('undo')}
            </Button>
          )}
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={t('close')}
            onClick={() => {
              notice.value = undefined;
            }}
          >
            <Icon name="close" size={16} />
          </ActionIcon>
        </div>
      )}
    </div>
  );
}
