import { useState } from 'react';
import type {
  AgentModeRequest,
  ApiError,
  MoveWaitingRequest,
  QueueLive,
} from '../../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../../api.ts';
import { t, tn } from '../../i18n/index.ts';
import { live } from '../../live/store.ts';
import { Link } from '../../router.tsx';
import { isAdmin } from '../../session.ts';
import { Icon } from '../../ui/icons.tsx';
import { Card, Empty, Failure, PlaceHead, State } from '../../ui/parts.tsx';
import { Agents } from './agents.tsx';
import { DayFigures, levelPercent } from './figures.tsx';
import { MoveSheet } from './move-sheet.tsx';
import { WaitingList, whoWaits } from './waiting.tsx';

/** Who waits, who answers, and how the day goes: what a supervisor watches and moves. */
export function QueuesPlace() {
  const [error, setError] = useState<ApiError['error']>();
  const [moved, setMoved] = useState<{ id: string; from: string }>();
  const state = live.use();
  if (!state) return <p className="waiting">{t('loading')}</p>;
  const { queues, agents } = state;
  // What comes of it is told by the live stream.
  const act = (path: string, method: string, body?: object): void => {
    setError(undefined);
    api(path, { method, ...(body && { body }) }).catch((failure: unknown) => setError(failureOf(failure)));
  };
  const move = (id: string, to: MoveWaitingRequest): void => {
    setMoved(undefined);
    act(`/queues/waiting/${encodeURIComponent(id)}/move`, 'POST', to);
  };
  return (
    <>
      <PlaceHead title={t('queues.title')} lead={t('queues.lead')}>
        <Link to="/" className="button">
          <Icon name="left" size={16} /> {t('place.now')}
        </Link>
      </PlaceHead>
      <Failure error={error} />
      {queues.length === 0 ? (
        <Card title={t('queues.title')}>
          <Empty
            icon="people"
            action={
              isAdmin() && (
                <Link to="/people" className="button primary">
                  {t('queues.setUp')}
                </Link>
              )
            }
          >
            {t('queues.none')}
          </Empty>
        </Card>
      ) : (
        queues.map((queue) => (
          <div key={queue.id} data-queue={queue.id}>
            <Card title={queue.name} aside={<QueueState queue={queue} />}>
              {queue.waiting.length > 0 && (
                <WaitingList
                  queue={queue}
                  agents={agents}
                  onPlace={({ id }, position) => move(id, { position })}
                  onMove={({ id }) => setMoved({ id, from: queue.id })}
                  onDelete={(waiting) => {
                    if (confirm(t('queue.deleteQuestion', { who: whoWaits(waiting) })))
                      act(`/queues/callbacks/${encodeURIComponent(waiting.id)}`, 'DELETE');
                  }}
                />
              )}
              <DayFigures today={queue.today} />
            </Card>
          </div>
        ))
      )}
      {(queues.length > 0 || agents.length > 0) && (
        <Agents
          agents={agents}
          queues={queues}
          onMode={({ id }, mode) => {
            const body: AgentModeRequest = { mode };
            act(`/agents/${encodeURIComponent(id)}`, 'PUT', body);
          }}
        />
      )}
      {moved && (
        <MoveSheet
          queues={queues}
          from={moved.from}
          waiting={queues.flatMap(({ waiting }) => waiting).find(({ id }) => id === moved.id)}
          onMove={({ id }, to) => move(id, to)}
          onClose={() => setMoved(undefined)}
        />
      )}
    </>
  );
}

/** How many wait, and whether anybody is there for them. */
function QueueState({ queue }: { queue: QueueLive }) {
  const waits = queue.waiting.length;
  return (
    <span className="facts-line">
      <State tone={waits === 0 ? 'free' : queue.onLine === 0 ? 'attention' : 'ring'}>
        {waits === 0 ? t('queue.nobodyWaits') : tn('queue.waiting', waits)}
      </State>
      <span className="dim">
        {queue.onLine === 0 ? t('queue.nobodyOnLine') : t('queue.onLine', { n: queue.onLine })}
      </span>
    </span>
  );
}

/** The queues in a line each, for the place Now; nothing where there are none. */
export function QueuesNow({ queues }: { queues: readonly QueueLive[] }) {
  if (queues.length === 0) return null;
  return (
    <Card
      title={t('queues.title')}
      aside={
        <Link to="/queues" className="button">
          {t('queues.open')} <Icon name="right" size={16} />
        </Link>
      }
    >
      <ul className="queue-lines">
        {queues.map((queue) => (
          <li key={queue.id} data-queue-line={queue.id}>
            <strong>{queue.name}</strong>
            <QueueState queue={queue} />
            {queue.today.serviceLevel !== undefined && (
              <span className="dim">
                {t('queue.levelValue', {
                  percent: levelPercent(queue.today.serviceLevel),
                  n: queue.today.thresholdSeconds,
                })}
              </span>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
