/** A time with one offset of the office's clock: instants from (in) and to (out), ms; `offset`: local time less UTC, ms. */
export interface ZoneSpan {
  from: number;
  to: number;
  offset: number;
}

const dayMs = 86_400_000;

/** The offsets of a time zone between two instants, in order and without gaps. Clocks change at whole quarters of an hour. */
export function zoneSpans(timeZone: string, from: number, to: number): ZoneSpan[] {
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
  });
  const offsetAt = (at: number): number => {
    const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
    for (const { type, value } of format.formatToParts(at)) parts[type] = value;
    const n = (type: Intl.DateTimeFormatPartTypes): number => Number(parts[type]);
    const shown = Date.UTC(n('year'), n('month') - 1, n('day'), n('hour'), n('minute'), n('second'));
    return shown - Math.floor(at / 1000) * 1000;
  };
  const spans: ZoneSpan[] = [];
  let begin = from;
  let offset = offsetAt(from);
  for (let at = from; at < to; ) {
    const next = Math.min(at + dayMs, to);
    const there = offsetAt(next);
    if (there !== offset) {
      let [low, high] = [at, next];
      while (high - low > 1000) {
        const middle = Math.floor((low + high) / 2000) * 1000;
        if (middle <= low) break;
        if (offsetAt(middle) === offset) low = middle;
        else high = middle;
      }
      const change = Math.ceil(high / 1000) * 1000;
      spans.push({ from: begin, to: change, offset });
      begin = change;
      offset = there;
    }
    at = next;
  }
  if (begin < to) spans.push({ from: begin, to, offset });
  return spans;
}
