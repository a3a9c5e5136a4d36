/** A schedule switched by hand. */
export interface Override {
  schedule: string;
  mode: string;
  /** When it was switched, ms since 1970. */
  since: number;
  /** When it ends, ms since 1970; missing: not before somebody switches it back. */
  until?: number | undefined;
  /** Who switched it: `admin`, `port 3`, `device desk`. */
  by: string;
}

/** The override, if it is in force at `at` (ms since 1970). */
export function activeOverride(override: Override | undefined, at: number): Override | undefined {
  return override && (override.until === undefined || at < override.until) ? override : undefined;
}
