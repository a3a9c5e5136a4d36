/**
 * Runs test files in this process, one after the other, each between two marks. `node --import=tsx share.ts`
 * with the files in the variable {@link SHARE}.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { ALL_DONE, FILE_MARK, SHARE } from './marks.ts';

// Each file may leave a listener on the process; a hundred of them are no leak.
process.setMaxListeners(0);
const files = (process.env[SHARE] ?? '').split('\n').filter(Boolean);
delete process.env[SHARE];
// A test waits for those before it: what is printed from one mark to the next is the file's. While a file is read in
// the mark is under way, or the library would take the tests for ended.
for (const file of files)
  await t.test(FILE_MARK + file, async () => {
    await import(pathToFileURL(resolve(file)).href);
  });
await t.test(ALL_DONE, (t) => t.end());
