import { CodedError } from '../../src/base/error.ts';
import { openConfigStore } from '../../src/config/store.ts';

// Runs with a limit on the size of files, which refuses writes as a full disk does.
const store = await openConfigStore({ directory: process.argv[2] ?? '', wall: Date.now });
const grow = (length: number): Promise<unknown> =>
  store.change((draft) => {
    draft.costCentres = Array.from({ length }, (_, i) => ({ id: `c${i}`, name: 'x'.repeat(60) }));
  }, 'admin');
await grow(3);
const before = store.config;
const failure = await grow(2000).then(
  () => 'stored',
  (error: unknown) => (error instanceof CodedError ? error.code : String(error)),
);
const kept = store.config === before && store.revision === 2;
await grow(4);
process.stdout.write(JSON.stringify({ failure, kept, revision: store.revision }));
