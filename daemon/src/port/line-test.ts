import type { Clock } from '../base/clock.ts';
import { CodedError } from '../base/error.ts';
import type { LineCard, Measurable, PortNumber } from '../line/card.ts';

/** What a line test measured: V, mA, ohm, V, kilohm, REN, V; what the card cannot measure is missing. */
export type PairFigures = Partial<Record<Measurable, number>>;

/** The card is done within 2 s (frame.md section 4); a repeated indication may take longer, ms. */
const PATIENCE_MS = 3000;

/**
 * Has the card measure a port's pair.
 * @throws CodedError `line/refused` (`unknown-command`: the card has no such test; `wrong-state`: it rings; `busy`;
 * `lifeline`), `line/link-down`, `line/ack-timeout`, `port/no-result` if the card does not come to an end.
 */
export async function measurePair(card: LineCard, clock: Clock, port: PortNumber): Promise<PairFigures> {
  const figures: PairFigures = {};
  const offs: (() => void)[] = [];
  const done = new Promise<void>((resolve, reject) => {
    offs.push(
      card.on('indication', (told) => {
        if (told.port !== port) return;
        if (told.type === 'measured') figures[told.item] = told.value;
        if (told.type === 'line-test-done') resolve();
      }),
      card.on('down', (reason) => reject(new CodedError('line/link-down', reason))),
    );
    const timer = clock.after(PATIENCE_MS, () =>
      reject(new CodedError('port/no-result', 'the card did not end the test')),
    );
    offs.push(() => timer.cancel());
  });
  // Nobody waits for it yet when the card refuses.
  done.catch(() => {});
  try {
    await card.execute({ type: 'line-test', port });
    await done;
    return figures;
  } finally {
    for (const off of offs) off();
  }
}
