import { messageOf } from '../base/error.ts';
import type { SrtpSuite } from '../media/api.ts';
import { srtpSuites } from '../media/srtp/library.ts';

/**
 * Tells which suites of SRTP work on this machine. The library is looked for when a trunk first wants it, and once:
 * a package that is installed later is found at the next start. `warn` hears why there is none.
 */
export function srtpSuitesHere(
  warn: (message: string) => void,
  look: () => readonly SrtpSuite[] = srtpSuites,
): () => readonly SrtpSuite[] {
  let found: readonly SrtpSuite[] | undefined;
  return () => {
    if (found === undefined) {
      try {
        found = look();
      } catch (error) {
        found = [];
        warn(`no SRTP: ${messageOf(error)}`);
      }
    }
    return found;
  };
}
