import { useState } from 'react';
import type {
  ApiError,
  CalendarsView,
  ModeChangeView,
  PublicConfig,
  ScheduleLive,
} from '../../../../daemon/src/api/contract.ts';
import { api, failureOf, upload } from '../../api.ts';
import { ListSection } from '../../form/section.tsx';
import { moment } from '../../format/time.ts';
import { say, t } from '../../i18n/index.ts';
import { boxNow, live } from '../../live/store.ts';
import { useBox } from '../../query.ts';
import { FileButton } from '../../ui/file-button.tsx';
import { Card, Failure } from '../../ui/parts.tsx';
import { timeWords } from '../section-words.ts';

type Schedule = PublicConfig['schedules'][number];
type Calendar = PublicConfig['calendars'][number];

/** When the office is open: now, by the week, and by the production calendar. */
export function Schedules() {
  return (
    <>
      <SchedulesNow />
      <ListSection
        name="schedules"
        icon="clock"
        summary={(item) => <ScheduleWords schedule={item as Schedule} />}
      />
      <ListSection
        name="calendars"
        icon="clock"
        summary={(item) => <CalendarWords calendar={item as Calendar} />}
      />
      <CalendarUpload />
    </>
  );
}

function ScheduleWords({ schedule }: { schedule: Schedule }) {
  const hours = schedule.weekly.map((rule) => timeWords(rule)).join('; ');
  return (
    <>
      <strong>{schedule.name}</strong>
      <span className="dim">{hours || t('hours.none')}</span>
    </>
  );
}

function CalendarWords({ calendar }: { calendar: Calendar }) {
  const { year, daysOff, workingDays, shortDays } = calendar;
  const counts = { off: daysOff.length, working: workingDays.length, short: shortDays.length };
  return (
    <>
      <strong>{year}</strong>
      <span className="dim">{t('calendar.year', counts)}</span>
    </>
  );
}

/** What holds now, and the switch of day and night. */
function SchedulesNow() {
  const schedules = live.use()?.schedules ?? [];
  if (schedules.length === 0) return null;
  return (
    <Card title={t('hours.title')}>
      {schedules.map((schedule) => (
        <section key={schedule.id} data-schedule={schedule.id}>
          <ScheduleNow schedule={schedule} />
        </section>
      ))}
      <p className="dim">{t('hours.help')}</p>
    </Card>
  );
}

const when = (at: number): string => moment(at, boxNow.value);

const nextWords = (next: ModeChangeView): string =>
  t('hours.next', { when: when(next.at), mode: say(next.name) });

function ScheduleNow({ schedule }: { schedule: ScheduleLive }) {
  const [error, setError] = useState<ApiError['error']>();
  const { id, title, mode, name, why, next, override } = schedule;
  const act = (method: 'PUT' | 'DELETE', body?: object): void => {
    setError(undefined);
    api(`/schedules/${id}/override`, { method, ...(body && { body }) }).catch((failure: unknown) =>
      setError(failureOf(failure)),
    );
  };
  return (
    <>
      <p>
        <strong>{title}</strong> {t('hours.now', { mode: say(name), why: say(why) })}
      </p>
      <p className="dim">
        {[
          override && (override.until ? t('hours.until', { when: when(override.until) }) : t('hours.stays')),
          next && nextWords(next),
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
      <Failure error={error} />
      <div className="segments">
        <button type="button" aria-pressed={mode === 'open'} onClick={() => act('PUT', { mode: 'open' })}>
          {t('hours.open')}
        </button>
        <button type="button" aria-pressed={mode === 'closed'} onClick={() => act('PUT', { mode: 'closed' })}>
          {t('hours.close')}
        </button>
        <button type="button" aria-pressed={!override} onClick={() => act('DELETE')}>
          {t('hours.back')}
        </button>
      </div>
    </>
  );
}

/** The table of the open data portal, with its years. */
function CalendarUpload() {
  const [error, setError] = useState<ApiError['error']>();
  const [done, setDone] = useState(false);
  const { value } = useBox<CalendarsView>('/calendars', 'config');
  const send = (file: File): void => {
    setError(undefined);
    setDone(false);
    upload('/calendars', file, 'text/csv').then(
      () => setDone(true),
      (failure: unknown) => setError(failureOf(failure)),
    );
  };
  return (
    <Card title={t('calendar.title')}>
      <Failure error={error} />
      {error?.issues?.map((issue) => (
        <p className="error" key={`${issue.path}${issue.said.en}`}>
          {say(issue.said)}
        </p>
      ))}
      <p>{value?.years.map(({ year }) => year).join(', ')}</p>
      <div className="field">
        <label htmlFor="calendar-file">{t('calendar.file')}</label>
        <FileButton id="calendar-file" accept=".csv,text/csv" onFile={send} />
        <p className="dim">{t('calendar.help')}</p>
      </div>
      {done && <p role="status">{t('calendar.done')}</p>}
    </Card>
  );
}
