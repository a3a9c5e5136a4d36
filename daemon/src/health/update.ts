/** Updates of the whole system: what is admitted, when it may be done, and whether a new system is kept. No I/O. */

/** What a bundle's signed manifest says. */
export interface BundleFacts {
  /** The kind of board it is made for. */
  compatible: string;
  version: string;
}

/** Why a bundle is refused; `not-newer`: only of one that the box has fetched by itself. */
export type Refusal = 'unsigned' | 'broken' | 'other-board' | 'too-old' | 'not-newer';

/**
 * @param bundle what the manifest says; the signature is proved already
 * @param box `lowest`: the running system goes back no further than that
 * @param fetched whether the box took it by itself, from the address of the settings
 */
export function admission(
  bundle: BundleFacts,
  box: { compatible: string; lowest: string; version: string },
  fetched = false,
): Refusal | undefined {
  if (bundle.compatible !== box.compatible) return 'other-board';
  if (compareVersions(bundle.version, box.lowest) < 0) return 'too-old';
  // Somebody at the page may go back; a list of versions may not lead there.
  if (fetched && compareVersions(bundle.version, box.version) <= 0) return 'not-newer';
  return undefined;
}

/** By semver 2.0.0 section 11, for MAJOR.MINOR.PATCH; what follows a plus sign tells builds apart and orders nothing. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let i = 0; i < 3; i++) {
    const difference = (left.numbers[i] ?? 0) - (right.numbers[i] ?? 0);
    if (difference !== 0) return difference;
  }
  if (left.early === right.early) return 0;
  // A version without a word behind it is later than one with it.
  if (left.early === '') return 1;
  if (right.early === '') return -1;
  return compareEarly(left.early.split('.'), right.early.split('.'));
}

/** semver 2.0.0 11.4: number by number, words by their letters, numbers before words, the shorter one first. */
function compareEarly(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [left, right] = [a[i], b[i]];
    if (left === undefined || right === undefined) return left === undefined ? -1 : 1;
    if (left === right) continue;
    const numbers = [left, right].map((part) => /^\d+$/.test(part));
    if (numbers[0] && numbers[1]) return Number(left) - Number(right);
    if (numbers[0] !== numbers[1]) return numbers[0] ? -1 : 1;
    return left < right ? -1 : 1;
  }
  return 0;
}

function partsOf(version: string): { numbers: number[]; early: string } {
  const [plain = ''] = version.split('+');
  const dash = plain.indexOf('-');
  const [core, early] = dash < 0 ? [plain, ''] : [plain.slice(0, dash), plain.slice(dash + 1)];
  return { numbers: core.split('.').map((part) => Number.parseInt(part, 10) || 0), early };
}

/** What served before an update, and has to serve after it. */
export interface Serving {
  card: boolean;
  /** Trunks that were registered, or need no registration and were usable. */
  trunks: readonly string[];
  page: boolean;
}

/** Why a new system was given up. */
export type Failing = 'card' | 'trunks' | 'page' | 'not-started';

/** A new system has this long to do all that the one before did, ms: operators may let a registration wait for minutes. */
export const TRIAL_MS = 240_000;

/** Whether a system on trial is kept. `sinceMs`: since its daemon is ready. */
export function judge(
  before: Omit<Serving, 'page'>,
  now: Serving,
  sinceMs: number,
): { verdict: 'good' | 'wait' } | { verdict: 'bad'; failing: Failing } {
  const usable = new Set(now.trunks);
  const failing: Failing | undefined = !now.page
    ? 'page'
    : before.card && !now.card
      ? 'card'
      : before.trunks.some((id) => !usable.has(id))
        ? 'trunks'
        : undefined;
  if (failing === undefined) return { verdict: 'good' };
  return sinceMs < TRIAL_MS ? { verdict: 'wait' } : { verdict: 'bad', failing };
}

/** What is noted before the restart into a new system. */
export interface Trial {
  from: string;
  to: string;
  /** The slot that the new system lies in. */
  slot: string;
  card: boolean;
  trunks: string[];
  /** Set once the bootloader has been told: until then it was never tried. */
  begun?: boolean;
  /** Set by the new system when it gives itself up. */
  failing?: Failing;
}

/** What a start after an update is: the new system's trial, or the old one again, and why. */
export function outcome(
  trial: Trial | undefined,
  slot: string,
): { kind: 'none' } | { kind: 'trial' } | { kind: 'taken-back'; why: Failing } {
  if (!trial) return { kind: 'none' };
  if (trial.slot === slot) return { kind: 'trial' };
  // The power went between the note and the bootloader's order.
  if (!trial.begun) return { kind: 'none' };
  // A system that gave itself up has said why; one that never came to that did not start.
  return { kind: 'taken-back', why: trial.failing ?? 'not-started' };
}

/** Hours of the night, as minutes of the local day; may go over midnight. */
export interface Window {
  from: number;
  to: number;
}

export const inWindow = ({ from, to }: Window, minute: number): boolean =>
  from <= to ? minute >= from && minute < to : minute >= from || minute < to;

/** The minute of the day, and a name for the night: a window over midnight counts as the day it ends on. */
export function nightOf(wallMinute: number, { from, to }: Window): { minute: number; night: string } {
  const minute = ((wallMinute % 1440) + 1440) % 1440;
  const day = Math.floor(wallMinute / 1440) + (from > to && minute >= from ? 1 : 0);
  return { minute, night: String(day) };
}

/**
 * What the schedule does now: looks for an update once a night, and restarts into one that is installed only in the window
 * and while nobody speaks and no telephone is lifted.
 */
export function due(now: {
  /** Whether it looks by itself. */
  looks: boolean;
  /** Whether what is installed is started at night: by the settings, or because somebody has asked for it. */
  restarts: boolean;
  window: Window;
  minute: number;
  night: string;
  /** The night of the last look. */
  lookedOn: string | undefined;
  installed: boolean;
  busy: boolean;
}): 'nothing' | 'look' | 'restart' {
  if (!inWindow(now.window, now.minute)) return 'nothing';
  if (now.installed) return now.restarts && !now.busy ? 'restart' : 'nothing';
  return now.looks && now.lookedOn !== now.night ? 'look' : 'nothing';
}
