import type { ConfigIssue } from '../api/contract.ts';
import { dayOf } from '../schedule/day.ts';
import { modeName, modeOf } from '../schedule/mode.ts';
import { schedulesOf } from '../schedule/schedules.ts';
import type { Config } from './schema.ts';

/**
 * What a document says about schedules beyond its shape: conditions name schedules and modes that there are, dates
 * stand the right way round, nobody deputises for themselves.
 */
export function checkSchedules(config: Config): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  const add = (path: string, ru: string, en: string): void => void issues.push({ path, said: { ru, en } });
  checkDates(config, add);
  checkConditions(config, add);
  config.people.forEach((person, i) => {
    person.leave.forEach((leave, k) => {
      const at = `/people/${i}/leave/${k}`;
      if (leave.to < leave.from) add(`${at}/to`, ...backwards);
      if (leave.deputy === person.id)
        add(`${at}/deputy`, 'Сотрудник не может замещать сам себя.', 'Nobody can be their own deputy.');
      else if (leave.deputy !== undefined && !config.people.some(({ id }) => id === leave.deputy))
        add(
          `${at}/deputy`,
          `Сотрудник: ${leave.deputy} не существует.`,
          `Person: ${leave.deputy} does not exist.`,
        );
    });
  });
  return issues;
}

type Add = (path: string, ru: string, en: string) => void;

const backwards = ['Последний день раньше первого.', 'The last day is before the first.'] as const;

function checkDates(config: Config, add: Add): void {
  config.schedules.forEach((schedule, i) => {
    schedule.dates.forEach(({ from, to }, k) => {
      if (to !== undefined && to < from) add(`/schedules/${i}/dates/${k}/to`, ...backwards);
    });
  });
  const years = new Set<number>();
  config.calendars.forEach((calendar, i) => {
    const { year } = calendar;
    if (years.has(year))
      add(`/calendars/${i}/year`, `${year} год уже есть.`, `The year ${year} is there already.`);
    years.add(year);
    for (const list of ['daysOff', 'workingDays', 'shortDays'] as const) {
      calendar[list].forEach((date, k) => {
        if (date.startsWith(`${year}-`) && dayOf(date) !== undefined) return;
        add(
          `/calendars/${i}/${list}/${k}`,
          `${date} — не день ${year} года.`,
          `${date} is no day of the year ${year}.`,
        );
      });
    }
  });
}

/** Every place of the document that depends on a schedule. */
function conditionsOf(config: Config): { at: string; during: { schedule: string; modes: string[] } }[] {
  const found: { at: string; during: { schedule: string; modes: string[] } }[] = [];
  const add = (at: string, during: { schedule: string; modes: string[] } | undefined): void => {
    if (during) found.push({ at, during });
  };
  config.classesOfService.forEach((entry, i) => {
    add(`/classesOfService/${i}/during`, entry.during);
  });
  config.routes.forEach((entry, i) => {
    add(`/routes/${i}/during`, entry.during);
  });
  config.destinations.forEach((entry, i) => {
    entry.steps.forEach((step, k) => {
      add(`/destinations/${i}/steps/${k}/during`, step.during);
    });
  });
  config.incomingNumbers.forEach((entry, i) => {
    entry.byHours.forEach((way, k) => {
      add(`/incomingNumbers/${i}/byHours/${k}`, way);
    });
  });
  config.callerLists.forEach((entry, i) => {
    add(`/callerLists/${i}/during`, entry.during);
  });
  config.people.forEach(({ forwarding }, i) => {
    for (const list of ['always', 'busy', 'noAnswer', 'unreachable'] as const) {
      forwarding[list].forEach((step, k) => {
        add(`/people/${i}/forwarding/${list}/${k}/during`, step.during);
      });
    }
  });
  config.dialing.modeCodes.forEach(({ schedule }, i) => {
    add(`/dialing/modeCodes/${i}`, { schedule, modes: [] });
  });
  return found;
}

function checkConditions(config: Config, add: Add): void {
  const { all } = schedulesOf(config);
  const byCode = (schedule: string): string[] =>
    config.dialing.modeCodes.flatMap((code) =>
      code.schedule === schedule && code.mode ? [modeOf(code.mode)] : [],
    );
  for (const { at, during } of conditionsOf(config)) {
    const schedule = all.get(during.schedule);
    if (!schedule) {
      add(
        `${at}/schedule`,
        `Расписание: ${during.schedule} не существует.`,
        `Schedule: ${during.schedule} does not exist.`,
      );
      continue;
    }
    const modes = new Set([...schedule.modes, ...byCode(schedule.id)]);
    during.modes.forEach((word, k) => {
      const mode = modeOf(word);
      if (modes.has(mode)) return;
      const { ru, en } = modeName(mode);
      add(
        `${at}/modes/${k}`,
        `В расписании «${schedule.name}» нет режима ${ru}.`,
        `The schedule "${schedule.name}" has no mode ${en}.`,
      );
    });
  }
  const destinations = new Set(config.destinations.map(({ id }) => id));
  config.incomingNumbers.forEach((entry, i) => {
    entry.byHours.forEach((way, k) => {
      if (destinations.has(way.destination)) return;
      add(
        `/incomingNumbers/${i}/byHours/${k}/destination`,
        `Кому звонить: ${way.destination} не существует.`,
        `Destination: ${way.destination} does not exist.`,
      );
    });
  });
}
