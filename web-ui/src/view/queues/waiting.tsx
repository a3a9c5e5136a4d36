import { ActionIcon, Button } from '@mantine/core';
import { useLayoutEffect, useRef } from 'react';
import type { AgentLive, QueueLive, WaitingLive } from '../../../../daemon/src/api/contract.ts';
import { clockTime, duration } from '../../format/time.ts';
import { t, tn } from '../../i18n/index.ts';
import { boxNow } from '../../live/store.ts';
import { Link } from '../../router.tsx';
import { Icon } from '../../ui/icons.tsx';
import { State } from '../../ui/parts.tsx';
import { partyName } from '../state-words.ts';

interface Props {
  queue: QueueLive;
  agents: readonly AgentLive[];
  /** Puts somebody to a place of this queue, from 1. */
  onPlace(waiting: WaitingLive, position: number): void;
  /** Asks where else. */
  onMove(waiting: WaitingLive): void;
  /** Takes a callback out. */
  onDelete(waiting: WaitingLive): void;
}

/** Those who wait in a queue, in the order of service: on the line, and for a call of ours. */
export function WaitingList({ queue, onPlace, ...rest }: Props) {
  const list = useRef<HTMLOListElement>(null);
  /** The button last pressed to move somebody within the list. */
  const pressed = useRef<HTMLButtonElement | undefined>(undefined);
  // A row that is put elsewhere in the document loses the focus: whoever works by keyboard goes on with it.
  useLayoutEffect(() => {
    const button = pressed.current;
    if (button && document.activeElement === document.body && list.current?.contains(button)) button.focus();
  });
  return (
    <ol
      className="waiting-list"
      ref={list}
      onFocus={(event) => {
        if (pressed.current && !Object.is(event.target, pressed.current)) pressed.current = undefined;
      }}
      aria-label={t('queue.list', { name: queue.name })}
    >
      {queue.waiting.map((waiting) => (
        <li
          key={waiting.id}
          data-waiting={waiting.id}
          data-kind={waiting.kind}
          data-position={waiting.position}
        >
          <WaitingRow
            queue={queue}
            waiting={waiting}
            {...rest}
            onPlace={(who, position, button) => {
              pressed.current = button;
              onPlace(who, position);
            }}
          />
        </li>
      ))}
    </ol>
  );
}

/** The usual rank of a caller; less is served before. */
const usual = 5;

export const whoWaits = (waiting: WaitingLive): string => partyName(waiting);

function WaitingRow({
  queue,
  waiting,
  agents,
  onPlace,
  onMove,
  onDelete,
}: Omit<Props, 'onPlace'> & {
  waiting: WaitingLive;
  onPlace(waiting: WaitingLive, position: number, button: HTMLButtonElement): void;
}) {
  const now = boxNow.use();
  const who = whoWaits(waiting);
  const { kind, position, rung, callId, notBefore, attempts = 0 } = waiting;
  const rungNames = rung.map((id) => agents.find((agent) => agent.id === id)?.name ?? id).join(', ');
  const details = [
    kind === 'callback' && t('queue.callback'),
    waiting.priority < usual && t('queue.first'),
    attempts > 0 && tn('queue.attempts', attempts),
    notBefore !== undefined && notBefore > now && t('queue.notBefore', { time: clockTime(notBefore) }),
  ].filter(Boolean);
  return (
    <>
      <span className="place">{position}</span>
      <div className="waiting-words">
        <span className="item-line">
          {callId !== undefined && kind === 'call' ? (
            <Link to={`/calls/${encodeURIComponent(callId)}`} className="number">
              {who}
            </Link>
          ) : (
            <strong className="number">{who}</strong>
          )}
          <time>{t('queue.since', { time: duration(now - waiting.since) })}</time>
          {rung.length > 0 && <State tone="ring">{t('queue.rings', { who: rungNames })}</State>}
        </span>
        {details.length > 0 && <span className="dim">{details.join(' · ')}</span>}
      </div>
      <div className="waiting-actions">
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          // Not "disabled": that would take the focus from whoever has just moved somebody to the top.
          aria-disabled={position === 1}
          aria-label={t('queue.up', { who })}
          onClick={(e) => position > 1 && onPlace(waiting, position - 1, e.currentTarget)}
        >
          ↑
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-disabled={position === queue.waiting.length}
          aria-label={t('queue.down', { who })}
          onClick={(e) => position < queue.waiting.length && onPlace(waiting, position + 1, e.currentTarget)}
        >
          ↓
        </ActionIcon>
        <Button variant="default" aria-label={t('queue.moveWho', { who })} onClick={() => onMove(waiting)}>
          {t('queue.move')}
        </Button>
        {kind === 'callback' && (
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={t('queue.deleteCallback', { who })}
            title={t('queue.deleteCallback', { who })}
            onClick={() => onDelete(waiting)}
          >
            <Icon name="trash" size={18} />
          </ActionIcon>
        )}
      </div>
    </>
  );
}
