import type { Said } from './contract.ts';

/** A mode of a schedule, and why it holds. */
export interface ModeView {
  /** `open`, `closed`, `break`, or a word of the office's own. */
  mode: string;
  name: Said;
  why: Said;
}

/** A change to come; `at`: ms since 1970. */
export interface ModeChangeView extends ModeView {
  at: number;
}

/** A schedule switched by hand. */
export interface OverrideView {
  since: number;
  /** Missing: not before somebody switches it back. */
  until?: number;
  /** `admin`, `port 3`, `device desk`. */
  by: string;
}

/** A schedule as it is now, in the live state. */
export interface ScheduleLive extends ModeView {
  id: string;
  title: string;
  /** The next change, if there is one within a year. */
  next?: ModeChangeView;
  override?: OverrideView;
}

/** GET /api/v1/schedules and /api/v1/schedules/ID, `?at=` a moment and `&changes=` up to 50: the state then, and what follows. */
export interface ScheduleView extends ModeView {
  id: string;
  title: string;
  at: number;
  override?: OverrideView;
  changes: ModeChangeView[];
}

/** PUT /api/v1/schedules/ID/override: switches it by hand; DELETE switches back. */
export interface SwitchRequest {
  /** In either language: `closed`, `закрыто`. */
  mode: string;
  /** For so many hours, 1 to 168; missing: until the schedule next changes by itself. */
  hours?: number;
  /** Not before somebody switches it back. */
  stays?: boolean;
}

/** GET /api/v1/incoming-check?number=… or ?destination=…, `&at=` a moment: who would be called. Nothing is dialed. */
export interface IncomingCheckResult {
  at: number;
  /** Where the call goes; missing where nobody answers the number. */
  destination?: { id: string; title: string };
  steps: IncomingCheckStep[];
  /** The whole decision in sentences. */
  explanation: Said[];
  /** The next changes of the schedules that have a say, in order of time. */
  changes: (ModeChangeView & { schedule: string; title: string })[];
}

/** GET /api/v1/incoming/sentences, `?at=` a moment: who would ring now at each number, in the order of the settings. */
export interface IncomingSentences {
  /** Of the incoming number. */
  id: string;
  said: Said[];
}

export interface IncomingCheckStep {
  /** Whether its turn comes at that moment. */
  on: boolean;
  seconds: number;
  targets: string[];
  said: Said;
}

/** GET /api/v1/caller-lists: which lists of callers hold now, or at a moment (M16). */
export interface CallerListView {
  id: string;
  name: string;
  state: 'holds' | 'off' | 'not-yet' | 'expired' | 'other-hours';
  said: Said;
  /** First and last day, where there are. */
  from?: string;
  until?: string;
}

/** GET /api/v1/calendars; PUT a file of the official table as `text/csv` adds its years, from this year on. */
export interface CalendarsView {
  years: CalendarYearView[];
  /** The year that is wanting now. */
  missing?: number;
}

export interface CalendarYearView {
  year: number;
  /** Shipped with the box, or uploaded. */
  from: 'box' | 'office';
  daysOff: string[];
  workingDays: string[];
  shortDays: string[];
}
