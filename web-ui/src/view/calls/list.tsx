import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { CallOutcome, CallRecord, CallsPage } from '../../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../../api.ts';
import { money } from '../../format/money.ts';
import { day, duration, officeMoment, shortTime } from '../../format/time.ts';
import { t, word } from '../../i18n/index.ts';
import { boxNow } from '../../live/store.ts';
import { useBox } from '../../query.ts';
import { Link } from '../../router.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Empty, Failure, PlaceHead, State } from '../../ui/parts.tsx';
import { callerName, outcomeOf, outcomeTone, partyName, placeName } from '../state-words.ts';
import { causeWords } from './cause-words.ts';
import { CallsTabs } from './tabs.tsx';

const outcomes: readonly (CallOutcome | '')[] = ['', 'answered', 'missed', 'failed'];
const directions = ['', 'outgoing', 'incoming', 'internal', 'transit'] as const;

/** What happened to that call? */
export function CallsPlace() {
  const [typed, setTyped] = useState('');
  const [search, setSearch] = useState('');
  const [outcome, setOutcome] = useState<CallOutcome | ''>('');
  const [direction, setDirection] = useState<(typeof directions)[number]>('');
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setSearch(typed.trim()), 250);
    return () => clearTimeout(timer);
  }, [typed]);

  const query = new URLSearchParams();
  if (search) query.set('search', search);
  if (outcome) query.set('outcome', outcome);
  if (direction) query.set('direction', direction);
  if (from) query.set('from', String(officeMoment(`${from}T00:00`)));
  if (to) query.set('to', String(officeMoment(`${to}T23:59:59`) + 999));
  const filtered = query.size > 0;
  const clear = (): void => {
    setTyped('');
    setSearch('');
    setOutcome('');
    setDirection('');
    setFrom('');
    setTo('');
  };

  return (
    <>
      <PlaceHead title={t('place.calls')} lead={t('calls.lead')} />
      <CallsTabs />
      <search className="filters">
        <label className="search-box">
          <Icon name="search" />
          <span className="sr-only">{t('calls.search')}</span>
          <input
            type="search"
            value={typed}
            placeholder={t('calls.searchHint')}
            onChange={(e) => setTyped(e.currentTarget.value)}
          />
        </label>
        <fieldset className="segments">
          <legend className="sr-only">{t('calls.outcome')}</legend>
          {outcomes.map((o) => (
            <button type="button" key={o} aria-pressed={outcome === o} onClick={() => setOutcome(o)}>
              {o === '' ? t('calls.all') : t(`calls.outcome.${o as 'answered' | 'missed' | 'failed'}`)}
            </button>
          ))}
        </fieldset>
        <details className="more-filters">
          <summary>{t('calls.more')}</summary>
          <div className="more-filters-body">
            <label>
              {t('calls.direction')}
              <select
                value={direction}
                onChange={(e) => setDirection(e.currentTarget.value as (typeof directions)[number])}
              >
                {directions.map((d) => (
                  <option key={d} value={d}>
                    {d === '' ? t('calls.all') : word('direction', d)}
                  </option>
                ))}
              </select>
            </label>
            <label>
              {t('calls.from')}
              <input type="date" value={from} onChange={(e) => setFrom(e.currentTarget.value)} />
            </label>
            <label>
              {t('calls.to')}
              <input type="date" value={to} onChange={(e) => setTo(e.currentTarget.value)} />
            </label>
          </div>
        </details>
      </search>
      <CallList key={query.toString()} query={query.toString()} filtered={filtered} onClear={clear} />
    </>
  );
}

function CallList({ query, filtered, onClear }: { query: string; filtered: boolean; onClear(): void }) {
  const first = useBox<CallsPage>(`/calls?${query}`, 'records', { keep: true });
  const [older, setOlder] = useState<CallsPage[]>([]);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState(first.failure);
  if (!first.value)
    return first.failure ? <Failure error={first.failure} /> : <p className="waiting">{t('loading')}</p>;

  const next = (older.at(-1) ?? first.value).next;
  const seen = new Set<string>();
  const calls = [first.value, ...older]
    .flatMap((p) => p.calls)
    .filter((c) => !seen.has(c.id) && seen.add(c.id));
  const more = async (): Promise<void> => {
    setBusy(true);
    try {
      const page = await api<CallsPage>(
        `/calls?${query}${query ? '&' : ''}before=${encodeURIComponent(next ?? '')}`,
      );
      setOlder([...older, page]);
      setFailure(undefined);
    } catch (error) {
      setFailure(failureOf(error));
    }
    setBusy(false);
  };
  // A page of somebody's own calls may have none, and others after it.
  if (calls.length === 0 && next === undefined) {
    return filtered ? (
      <Empty
        icon="search"
        action={
          <Button variant="default" onClick={onClear}>
            {t('calls.clear')}
          </Button>
        }
      >
        {t('calls.noneFound')}
      </Empty>
    ) : (
      <Empty icon="calls">{t('calls.none')}</Empty>
    );
  }
  return (
    <div className="call-list">
      <Failure error={first.failure ?? failure} />
      {byDay(calls).map(([title, list]) => (
        <section key={title}>
          <h2 className="day">{title}</h2>
          <ul>
            {list.map((record) => (
              <CallRow key={record.id} record={record} />
            ))}
          </ul>
        </section>
      ))}
      {next && (
        <Button variant="default" fullWidth disabled={busy} onClick={() => void more()}>
          {t('calls.older')}
        </Button>
      )}
    </div>
  );
}

function byDay(calls: readonly CallRecord[]): [string, CallRecord[]][] {
  const days = new Map<string, CallRecord[]>();
  for (const call of calls) {
    const title = day(call.startedAt, boxNow.value);
    days.set(title, [...(days.get(title) ?? []), call]);
  }
  return [...days];
}

/** The two ends of a record as parties. */
export function partiesOf(record: CallRecord) {
  const a = record.legs.find((leg) => leg.direction === 'incoming');
  const b = record.legs.findLast((leg) => leg.direction === 'outgoing');
  return {
    caller: {
      number: record.callerNumber,
      name: record.callerName,
      absence: record.callerAbsence,
      place: a?.place,
    },
    called: { number: record.calledNumber ?? record.dialed, place: b?.place },
  };
}

function CallRow({ record }: { record: CallRecord }) {
  const outcome = outcomeOf(record);
  const { caller, called } = partiesOf(record);
  const took =
    record.talkMs ?? (record.answeredAt && record.endedAt ? record.endedAt - record.answeredAt : undefined);
  return (
    <li data-record={record.id} data-outcome={outcome}>
      <Link to={`/calls/${encodeURIComponent(record.id)}`} className="call-row">
        <time className="call-time">{shortTime(record.startedAt)}</time>
        <span className="call-icon" title={word('direction', record.direction)}>
          <Icon
            name={record.direction === 'incoming' ? 'in' : record.direction === 'internal' ? 'phone' : 'out'}
            size={18}
          />
          <span className="sr-only">{word('direction', record.direction)}: </span>
        </span>
        <span className="call-who">
          <span>{callerName(caller)}</span>
          <span className="arrow" aria-hidden="true">
            →
          </span>
          <span className="sr-only">{t('call.to')}</span>
          <strong>{partyName(called)}</strong>
        </span>
        <span className="call-how">
          <State tone={outcomeTone[outcome]}>{t(`outcome.${outcome}`)}</State>
          {outcome !== 'answered' && outcome !== 'active' && record.q850 !== undefined && (
            <span className="dim">{causeWords(record)}</span>
          )}
          {record.fax && <span className="dim">{t('call.fax')}</span>}
          {record.trunkId && <span className="dim">{placeName(`trunk:${record.trunkId}`)}</span>}
        </span>
        <span className="call-length">{took !== undefined ? duration(took) : ''}</span>
        <span className="call-price">
          {record.price !== undefined && (record.price > 0 || record.answeredAt) ? money(record.price) : ''}
        </span>
      </Link>
    </li>
  );
}
