import { t } from '../../i18n/index.ts';
import { boxNow, live } from '../../live/store.ts';
import { Card, Empty, PlaceHead } from '../../ui/parts.tsx';
import { QueuesNow } from '../queues/queues.tsx';
import { CallBars } from './call-bars.tsx';
import { OpenCall } from './open-call.tsx';

/** The place Now of those who do not look after the box: their calls and queues. */
export function OwnNowPlace() {
  const now = boxNow.use();
  const state = live.use();
  if (!state) return <p className="waiting">{t('loading')}</p>;
  return (
    <>
      <PlaceHead title={t('place.now')} />
      <Card title={t('now.callsMine')} className="calls-now">
        {state.calls.length === 0 ? (
          <Empty icon="calls">{t('now.noCallsMine')}</Empty>
        ) : (
          <CallBars calls={state.calls} now={now} />
        )}
      </Card>
      <OpenCall />
      <QueuesNow queues={state.queues} />
    </>
  );
}
