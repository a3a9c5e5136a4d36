import { messageOf } from '../base/error.ts';
import { findSpandsp } from '../media/fax/spandsp.ts';

/**
 * Tells whether faxes can go by T.38 on this machine, that is, whether libspandsp is here. It is looked for once, when
 * somebody first asks; a package that is installed later is found at the next start. `warn` hears why there is none.
 */
export function faxLibraryHere(
  warn: (message: string) => void,
  look: () => { file: string } = findSpandsp,
): () => boolean {
  let found: boolean | undefined;
  return () => {
    if (found === undefined) {
      try {
        look();
        found = true;
      } catch (error) {
        found = false;
        warn(`no T.38, faxes go as sound: ${messageOf(error)}`);
      }
    }
    return found;
  };
}
