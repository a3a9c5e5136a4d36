import { ActionIcon } from '@mantine/core';
import type { CallLive } from '../../../../daemon/src/api/contract.ts';
import { api } from '../../api.ts';
import { money } from '../../format/money.ts';
import { clockTime, duration, shortTime } from '../../format/time.ts';
import { t, word } from '../../i18n/index.ts';
import { live } from '../../live/store.ts';
import { Link } from '../../router.tsx';
import { Icon } from '../../ui/icons.tsx';
import { State } from '../../ui/parts.tsx';
import { gradeTone, worstOf } from '../calls/quality-words.ts';
import { callerName, callTone, partyName, placeName } from '../state-words.ts';

/** Spans of the time line, ms: the shortest that holds the longest call is taken. */
const spans = [2, 5, 10, 20, 40, 80, 160, 480, 1440].map((m) => m * 60_000);

/** Calls in progress as bars that grow to the right edge, which is now. */
export function CallBars({ calls, now }: { calls: readonly CallLive[]; now: number }) {
  const longest = Math.max(0, ...calls.map((c) => now - c.startedAt));
  const width = spans.find((s) => s >= longest * 1.05) ?? longest * 1.05;
  const from = now - width;
  const at = (time: number): number => Math.min(100, Math.max(0, ((time - from) / width) * 100));
  const ticks = [0, 0.25, 0.5, 0.75].map((part) => from + width * part);
  return (
    <div className="bars">
      <ol>
        {calls.map((call) => (
          <CallBar key={call.id} call={call} now={now} at={at} />
        ))}
      </ol>
      <div className="axis" aria-hidden="true">
        {ticks.map((time, i) => (
          <span key={i} style={{ left: `${i * 25}%` }}>
            {width < 4 * 60_000 ? clockTime(time) : shortTime(time)}
          </span>
        ))}
        <span className="axis-now">{t('now.axis')}</span>
      </div>
    </div>
  );
}

function CallBar({ call, now, at }: { call: CallLive; now: number; at(time: number): number }) {
  const start = at(call.startedAt);
  const answered = call.answeredAt === undefined ? undefined : at(call.answeredAt);
  const since = call.answeredAt ?? call.startedAt;
  const quality = live.select((state) => state?.quality.find(({ id }) => id === call.id));
  const sounds = quality && worstOf(quality.legs);
  const who = `${callerName(call.caller)} → ${partyName(call.called)}`;
  const release = (): void => {
    if (confirm(t('call.endQuestion', { who })))
      void api(`/calls/${call.id}/release`, { body: {} }).catch(() => {});
  };
  return (
    <li className="bar-row" data-call={call.id} data-state={call.state}>
      <div className="bar-label">
        <Link to={`/?call=${encodeURIComponent(call.id)}`} className="who">
          {callerName(call.caller)} <span aria-hidden="true">→</span>
          <span className="sr-only">{t('call.to')}</span> {partyName(call.called)}
        </Link>
        <span className="facts-line">
          <State tone={callTone(call)}>{word('call', call.state)}</State>
          <time>{duration(now - since)}</time>
          {call.trunk && <span>{placeName(`trunk:${call.trunk}`)}</span>}
          {call.service !== 'plain' && <span>{word('service', call.service)}</span>}
          {(sounds === 'fair' || sounds === 'poor') && (
            <State tone={gradeTone[sounds]}>
              {t('call.sounds')} {t(`quality.${sounds}`)}
            </State>
          )}
          {call.fax && <span>{t('call.fax')}</span>}
          {call.price !== undefined && <span className="price">{money(call.price)}</span>}
        </span>
      </div>
      <div className="bar-track" aria-hidden="true">
        <span
          className="bar waiting-part"
          style={{ left: `${start}%`, width: `${(answered ?? 100) - start}%` }}
        />
        {answered !== undefined && (
          <span
            className={`bar tone-${callTone(call)}`}
            style={{ left: `${answered}%`, width: `${100 - answered}%` }}
          />
        )}
      </div>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={t('call.end', { who })}
        title={t('call.endShort')}
        onClick={release}
      >
        <Icon name="hangup" />
      </ActionIcon>
    </li>
  );
}
