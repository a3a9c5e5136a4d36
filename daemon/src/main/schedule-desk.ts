import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { ScheduleAccess } from '../api/deps.ts';
import type {
  CalendarsView,
  CallerListView,
  IncomingCheckResult,
  ModeChangeView,
  ScheduleLive,
  ScheduleView,
  SwitchRequest,
} from '../api/schedule-contract.ts';
import type { Clock } from '../base/clock.ts';
import { codeOf, messageOf } from '../base/error.ts';
import { writeAtomic } from '../config/atomic-file.ts';
import type { Config } from '../config/schema.ts';
import type { Said } from '../dialplan/route-plan.ts';
import { localDay } from '../dialplan/time-rule.ts';
import type { AlarmBoard } from '../health/alarm-board.ts';
import { officeTime } from '../schedule/office-time.ts';
import type { Override } from '../schedule/override.ts';
import { missingYear } from '../schedule/production-calendar.ts';
import type { ModeChange, ModeState } from '../schedule/schedule.ts';
import { schedulesOf, shippedYears } from '../schedule/schedules.ts';
import { type CallerListState, stateOfList } from '../service/caller-lists.ts';
import type { Normalise } from '../service/incoming.ts';
import { previewIncoming } from '../service/incoming-preview.ts';
import { OfficeHours, type OverrideStore, type ScheduleNow } from '../service/office-hours.ts';

/** How often it is looked whether next year's production calendar is wanting, ms. */
const calendarLookMs = 3_600_000;

const overridesFile = z.array(
  z.object({
    schedule: z.string(),
    mode: z.string(),
    since: z.number(),
    until: z.number().optional(),
    by: z.string(),
  }),
);

/** Keeps what was switched by hand over a restart, in a file of the data folder. */
export function overrideFile(folder: string, warn: (message: string) => void): OverrideStore {
  const path = join(folder, 'overrides.json');
  let writing: Promise<void> = Promise.resolve();
  return {
    read() {
      try {
        return overridesFile.parse(JSON.parse(readFileSync(path, 'utf8')));
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') warn(`${path}: ${messageOf(error)}`);
        return [];
      }
    },
    write(overrides) {
      const text = `${JSON.stringify(overrides, undefined, 2)}\n`;
      // One after the other, whether or not the one before was safe.
      writing = writing.catch(() => {}).then(() => writeAtomic(path, text));
      return writing;
    },
  };
}

/** The office's schedules for services, page and alarms. */
export class ScheduleDesk implements ScheduleAccess {
  readonly hours: OfficeHours;
  readonly #clock: Clock;
  readonly #config: () => Config;
  readonly #alarms: Pick<AlarmBoard, 'set'>;
  readonly #normalise: Normalise;
  readonly #closers: (() => void)[];

  constructor(parts: {
    store: OverrideStore;
    clock: Clock;
    config: () => Config;
    alarms: Pick<AlarmBoard, 'set'>;
    normalise: Normalise;
  }) {
    const { clock, config, store } = parts;
    this.#clock = clock;
    this.#config = config;
    this.#alarms = parts.alarms;
    this.#normalise = parts.normalise;
    this.hours = new OfficeHours({ clock, config, store });
    const look = clock.every(calendarLookMs, () => this.#judgeCalendar());
    this.#closers = [() => look.cancel(), () => this.hours.close()];
    this.#judgeCalendar();
  }

  close(): void {
    for (const close of this.#closers) close();
  }

  /** Another configuration is in force. */
  apply(): void {
    this.hours.refresh();
    this.#judgeCalendar();
  }

  /** Every schedule for the live state. */
  live(): ScheduleLive[] {
    return this.hours.list().map(scheduleLive);
  }

  view(id: string, at = this.#clock.wall(), changes = 10): ScheduleView | undefined {
    const state = this.hours.state(id, at);
    if (!state) return undefined;
    const { override } = this.hours.list().find((schedule) => schedule.id === id) ?? {};
    return {
      id,
      title: this.#config().schedules.find((schedule) => schedule.id === id)?.name ?? id,
      at,
      ...modeView(state),
      ...(override ? { override: overrideView(override) } : {}),
      changes: (this.hours.nextChanges(id, changes, at) ?? []).map(changeView),
    };
  }

  list(at?: number, changes?: number): ScheduleView[] {
    return this.#config().schedules.flatMap(({ id }) => this.view(id, at, changes) ?? []);
  }

  callerLists(at = this.#clock.wall()): CallerListView[] {
    const { callerLists, site } = this.#config();
    const today = localDay(at, site.timeZone);
    return callerLists.map((list) => {
      const state = stateOfList(list, { at, today, hours: this.hours });
      const { id, name, from, until } = list;
      return {
        ...{ id, name, state, said: listWords[state] },
        ...(from === undefined ? {} : { from }),
        ...(until === undefined ? {} : { until }),
      };
    });
  }

  async switch(id: string, to: Partial<SwitchRequest>, by: string): Promise<ScheduleView | undefined> {
    if (!this.hours.state(id)) return undefined;
    await this.hours.switch(id, to, by);
    return this.view(id);
  }

  check(
    question: { number: string } | { destination: string },
    at = this.#clock.wall(),
    other?: Config,
  ): IncomingCheckResult | undefined {
    const config = other ?? this.#config();
    const hours = other ? this.#hoursOf(other) : this.hours;
    const found = previewIncoming(question, at, { config, hours, normalise: this.#normalise });
    if (!found) return undefined;
    const { destination, steps, explanation } = found;
    return {
      at,
      ...(destination ? { destination: { id: destination.id, title: destination.name } } : {}),
      steps,
      explanation,
      changes: found.changes.map((change) => ({
        ...changeView(change),
        schedule: change.schedule,
        title: change.title,
      })),
    };
  }

  /** The hours as they would be with other settings, switched by hand as they are. */
  #hoursOf(other: Config): OfficeHours {
    const overrides = [...this.hours.overrides.values()];
    const store: OverrideStore = { read: () => overrides, write: async () => {} };
    const hours = new OfficeHours({ clock: this.#clock, config: () => other, store });
    // It is asked this once, and follows nothing.
    hours.close();
    return hours;
  }

  calendars(): CalendarsView {
    const own = new Set(this.#config().calendars.map(({ year }) => year));
    const missing = this.#missing();
    const years = [
      ...shippedYears.filter(({ year }) => !own.has(year)).map((year) => ({ ...year, from: 'box' as const })),
      ...this.#config().calendars.map(({ id: _, ...year }) => ({ ...year, from: 'office' as const })),
    ];
    return {
      years: years.sort((a, b) => a.year - b.year),
      ...(missing === undefined ? {} : { missing }),
    };
  }

  /** The year whose production calendar is wanting, if any schedule goes by it. */
  #missing(): number | undefined {
    const config = this.#config();
    if (!config.schedules.some(({ holidays }) => holidays === 'ru')) return undefined;
    const today = Math.floor(officeTime(this.#clock.wall(), config.site.timeZone) / 1440);
    return missingYear(schedulesOf(config).calendar, today);
  }

  #judgeCalendar(): void {
    const year = this.#missing();
    this.#alarms.set(year !== undefined, {
      id: 'calendar-missing',
      severity: 'warning',
      said: {
        ru: `Нет производственного календаря на ${year} год.`,
        en: `The production calendar of ${year} is missing.`,
      },
      cure: {
        ru: 'Загрузите его файлом. Пока известны только праздники из Трудового кодекса, без переносов по постановлению.',
        en: "Upload its file. Until then only the Labour Code's holidays are known, without the days moved by decree.",
      },
    });
  }
}

/** A schedule as the live state has it. */
export function scheduleLive({ id, name, state, next, override }: ScheduleNow): ScheduleLive {
  return {
    id,
    title: name,
    ...modeView(state),
    ...(next ? { next: changeView(next) } : {}),
    ...(override ? { override: overrideView(override) } : {}),
  };
}

const modeView = ({ mode, name, why }: ModeState): Pick<ModeState, 'mode' | 'name' | 'why'> => ({
  mode,
  name,
  why,
});

const changeView = (change: ModeChange): ModeChangeView => ({ at: change.at, ...modeView(change) });

const overrideView = ({ since, until, by }: Override): { since: number; until?: number; by: string } => ({
  since,
  by,
  ...(until === undefined ? {} : { until }),
});

const listWords: Record<CallerListState, Said> = {
  holds: { ru: 'Действует', en: 'Holds' },
  off: { ru: 'Выключен', en: 'Switched off' },
  'not-yet': { ru: 'Ещё не начался', en: 'Has not begun yet' },
  expired: { ru: 'Срок истёк', en: 'Expired' },
  'other-hours': { ru: 'Сейчас не его часы', en: 'Not at this hour' },
};
