/**
 * Figures are kept by quarters of an hour of UTC, ms: every offset of a time zone in force is a whole number of them, so
 * that an office's hour or day is a whole number of them, too.
 */
export const slotMs = 900_000;
