import type { PersonConfig } from '../config/schema.ts';
import { dayOf } from './day.ts';
import { officeTime } from './office-time.ts';

export type Leave = PersonConfig['leave'][number];

/** The leave that a person is on at an instant (ms since 1970) in the office's time zone. */
export function leaveAt(
  person: Pick<PersonConfig, 'leave'>,
  at: number,
  timeZone: string,
): Leave | undefined {
  if (person.leave.length === 0) return undefined;
  const today = Math.floor(officeTime(at, timeZone) / 1440);
  return person.leave.find((leave) => {
    const [from, to] = [dayOf(leave.from), dayOf(leave.to)];
    return from !== undefined && to !== undefined && today >= from && today <= to;
  });
}
