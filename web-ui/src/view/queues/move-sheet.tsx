import { Button } from '@mantine/core';
import { useState } from 'react';
import type { MoveWaitingRequest, QueueLive, WaitingLive } from '../../../../daemon/src/api/contract.ts';
import { t } from '../../i18n/index.ts';
import { Sheet } from '../../ui/parts.tsx';
import { whoWaits } from './waiting.tsx';

interface Props {
  queues: readonly QueueLive[];
  /** Whoever is to be moved; undefined: does not wait any more. */
  waiting: WaitingLive | undefined;
  /** Id of the queue it waits in. */
  from: string;
  onMove(waiting: WaitingLive, to: MoveWaitingRequest): void;
  onClose(): void;
}

/** Asks for the queue and the place that somebody who waits is moved to. */
export function MoveSheet({ queues, waiting, from, onMove, onClose }: Props) {
  const [queue, setQueue] = useState(from);
  const [position, setPosition] = useState('');
  const chosen = queues.find((one) => one.id === queue);
  // Whoever comes from elsewhere makes one place more.
  const places = (chosen?.waiting.length ?? 0) + (queue === from ? 0 : 1);
  const wanted = Math.min(Number(position) || places, places);
  const title = waiting ? t('queue.moveWho', { who: whoWaits(waiting) }) : t('queue.move');
  return (
    <Sheet title={title} onClose={onClose}>
      {waiting === undefined ? (
        <p className="sheet-words" role="status">
          {t('queue.gone')}
        </p>
      ) : (
        <form
          className="move-form"
          onSubmit={(event) => {
            event.preventDefault();
            onMove(waiting, { queue, position: Math.max(1, wanted) });
          }}
        >
          <div className="field">
            <label htmlFor="move-queue">{t('queue.moveQueue')}</label>
            <select id="move-queue" value={queue} onChange={(e) => setQueue(e.currentTarget.value)}>
              {queues.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          </div>
          <div className="field">
            <label htmlFor="move-place">{t('queue.movePlace')}</label>
            <select id="move-place" value={position} onChange={(e) => setPosition(e.currentTarget.value)}>
              {Array.from({ length: places }, (_, i) => (
                <option key={i} value={i + 1}>
                  {i + 1}
                </option>
              ))}
              <option value="">{t('queue.lastPlace')}</option>
            </select>
          </div>
          <div className="actions">
            <Button className="primary" type="submit">
              {t('queue.move')}
            </Button>
            <Button variant="default" onClick={onClose}>
              {t('close')}
            </Button>
          </div>
        </form>
      )}
    </Sheet>
  );
}
