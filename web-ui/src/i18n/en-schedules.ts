import type { ruSchedules } from './ru-schedules.ts';

/** Words about schedules and the production calendar. */
export const enSchedules: Record<keyof typeof ruSchedules, string> = {
  'hours.title': 'By the schedule now',
  'hours.now': '{mode}: {why}',
  'hours.next': 'Next: {when}, {mode}',
  'hours.until': 'By hand until {when}',
  'hours.stays': 'By hand until somebody switches it back',
  'hours.open': 'Open',
  'hours.close': 'Close',
  'hours.back': 'By the schedule',
  'hours.help': 'What is switched holds until the schedule next changes, and then returns by itself.',
  'hours.none': 'no hours: always closed',
  'calendar.title': 'Upload a production calendar',
  'calendar.file': 'File of the calendar',
  'calendar.help': 'The CSV table of the open data portal: a line for each year, a column for each month.',
  'calendar.done': 'The calendar was uploaded.',
  'calendar.year': 'days off: {off}, working weekend days: {working}, short days: {short}',
};
