import { Button, Drawer, Timeline } from '@mantine/core';
import { useRef } from 'react';
import type {
  CallLegLive,
  CallLive,
  CallQualityLive,
  CallRecord,
} from '../../../../daemon/src/api/contract.ts';
import { api } from '../../api.ts';
import { money } from '../../format/money.ts';
import { phone } from '../../format/phone.ts';
import { clockTime, duration } from '../../format/time.ts';
import { t, word } from '../../i18n/index.ts';
import { boxNow, live } from '../../live/store.ts';
import { useBox } from '../../query.ts';
import { Link } from '../../router.tsx';
import { isAdmin } from '../../session.ts';
import '../../styles/live.css';
import { Icon, Mark, type Tone } from '../../ui/icons.tsx';
import { State } from '../../ui/parts.tsx';
import { causeOf } from '../calls/cause-words.ts';
import { pathOf } from '../calls/path.ts';
import { LegQualityView } from '../calls/quality.tsx';
import { stepWords } from '../calls/step-words.ts';
import { callerName, callTone, partyName, placeName } from '../state-words.ts';
import { recordNow } from './live-path.ts';

const legTones: Record<CallLegLive['state'], Tone> = {
  idle: 'free',
  trying: 'active',
  alerting: 'ring',
  answered: 'talk',
  released: 'off',
};

/** One call in progress, from both sides, as it goes; it stays open with what was last known when the call ends. */
export function CallDrawer({ id, onClose }: { id: string; onClose(): void }) {
  const now = live.select((state) => state?.calls.find((call) => call.id === id));
  const quality = live.select((state) => state?.quality.find((one) => one.id === id));
  const known = useRef<{ call: CallLive; quality: CallQualityLive | undefined }>(undefined);
  if (now) known.current = { call: now, quality: quality ?? known.current?.quality };
  const shown = known.current?.call.id === id ? known.current : undefined;
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="lg"
      title={shown ? `${callerName(shown.call.caller)} → ${partyName(shown.call.called)}` : t('live.call')}
      closeButtonProps={{ 'aria-label': t('close') }}
      transitionProps={{ duration: 0 }}
      classNames={{ title: 'sheet-title', body: 'call-drawer' }}
    >
      {shown ? (
        <OneCall call={shown.call} quality={shown.quality} over={!now} />
      ) : (
        <>
          <p>{t('live.gone')}</p>
          <RecordLink id={id} />
        </>
      )}
    </Drawer>
  );
}

function OneCall({
  call,
  quality,
  over,
}: {
  call: CallLive;
  quality: CallQualityLive | undefined;
  over: boolean;
}) {
  const now = boxNow.use();
  // Without it the path is told by the legs alone: a call just begun may not be on the disk yet.
  const fetched = useBox<CallRecord>(`/calls/${encodeURIComponent(call.id)}`, 'records');
  const record = over && fetched.value?.state === 'ended' ? fetched.value : recordNow(call, fetched.value);
  const who = `${callerName(call.caller)} → ${partyName(call.called)}`;
  const since = call.answeredAt ?? call.startedAt;
  const release = (): void => {
    if (confirm(t('call.endQuestion', { who })))
      void api(`/calls/${call.id}/release`, { body: {} }).catch(() => {});
  };
  return (
    <div data-live-call={call.id} data-over={over}>
      <p className="facts-line" aria-live="polite">
        {over ? (
          <State tone="off">{t('live.over')}</State>
        ) : (
          <>
            <State tone={callTone(call)}>{word('call', call.state)}</State>
            <time>{duration(now - since)}</time>
          </>
        )}
        {call.service !== 'plain' && <span>{word('service', call.service)}</span>}
        {call.price !== undefined && <span className="price">{money(call.price)}</span>}
      </p>
      <h3>{t('live.sides')}</h3>
      <ul className="call-legs">
        {call.legs.map((leg) => (
          <Side key={leg.id} leg={leg} quality={quality?.legs.find(({ id }) => id === leg.id)} over={over} />
        ))}
      </ul>
      <h3>{t('live.path')}</h3>
      <Timeline bulletSize={22} lineWidth={2} className="live-path">
        {pathOf(record).map((step, i) => {
          const [tone, title, more] = stepWords(step, record);
          return (
            <Timeline.Item key={i} bullet={<Mark tone={tone} size={12} />} title={title}>
              <p className="dim">
                <time>{clockTime(step.at)}</time>
                {more && ` · ${more}`}
              </p>
            </Timeline.Item>
          );
        })}
      </Timeline>
      <div className="actions">
        <RecordLink id={call.id} />
        {!over && isAdmin() && (
          <Button variant="default" leftSection={<Icon name="hangup" size={16} />} onClick={release}>
            {t('call.endShort')}
          </Button>
        )}
      </div>
    </div>
  );
}

/** One side of the call: where, who, since when, and how it sounds there. */
function Side({
  leg,
  quality,
  over,
}: {
  leg: CallLegLive;
  quality: CallQualityLive['legs'][number] | undefined;
  over: boolean;
}) {
  const talks = leg.state === 'answered' && !over;
  return (
    <li className="call-leg" data-leg={leg.id} data-state={leg.state}>
      <p className="call-leg-head">
        <strong>{placeName(leg.place)}</strong>
        <span className="dim">{t(leg.direction === 'incoming' ? 'live.caller' : 'live.called')}</span>
        {leg.number && <span className="number">{phone(leg.number)}</span>}
        <State tone={legTones[leg.state]}>{word('leg', leg.state)}</State>
      </p>
      {leg.state === 'released' && leg.q850 !== undefined && <p className="dim">{causeOf(leg.q850)}</p>}
      {quality ? (
        <LegQualityView quality={quality} />
      ) : (
        talks && <p className="dim">{t(leg.kind === 'sip' ? 'quality.wait' : 'quality.wires')}</p>
      )}
    </li>
  );
}

function RecordLink({ id }: { id: string }) {
  return (
    <Link to={`/calls/${encodeURIComponent(id)}`} className="button">
      <Icon name="calls" />
      {t('live.record')}
    </Link>
  );
}
