import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ApiError, ConfigHistoryEntry } from '../../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../../api.ts';
import { moment } from '../../format/time.ts';
import { say, t, word } from '../../i18n/index.ts';
import { boxNow } from '../../live/store.ts';
import { useBox } from '../../query.ts';
import { Icon } from '../../ui/icons.tsx';
import { Card, Empty, Failure } from '../../ui/parts.tsx';

/** What was changed, when and by whom; each of the last twenty is taken back by one click. */
export function HistoryCard() {
  const history = useBox<ConfigHistoryEntry[]>('/config/history', 'config');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiError['error']>();
  const undo = async (revision: number): Promise<void> => {
    setBusy(true);
    try {
      await api('/config/undo', { body: { revision } });
      setFailure(undefined);
    } catch (error) {
      setFailure(failureOf(error));
    }
    setBusy(false);
    history.reload();
  };
  const list = history.value;
  return (
    <Card title={t('box.history')}>
      <Failure error={failure ?? history.failure} />
      {!list ? (
        <p className="waiting">{t('loading')}</p>
      ) : list.length === 0 ? (
        <Empty icon="undo">{t('history.empty')}</Empty>
      ) : (
        <ol className="history">
          {list.map((entry) => (
            <li key={entry.revision} data-revision={entry.revision}>
              <div>
                <p>{say(entry.said)}</p>
                <p className="dim">
                  {moment(entry.at, boxNow.value)} · {madeBy(entry.by)}
                </p>
              </div>
              {entry.undoable && (
                <Button variant="default" disabled={busy} onClick={() => void undo(entry.revision)}>
                  <Icon name="undo" size={16} /> {t('undo')}
                </Button>
              )}
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}

/** Who has made a change: the admin, the box, or a telephone by a code. */
function madeBy(by: string): string {
  const [, kind, at = ''] = /^code from (port|device) (.+)$/.exec(by) ?? [];
  if (kind === undefined) return word('by', by);
  return t(kind === 'port' ? 'by.portCode' : 'by.deviceCode', { at });
}
