import { openConfigStore } from '../../src/config/store.ts';

// Changes the configuration without end, for a test to kill; prints each revision that was confirmed.
const store = await openConfigStore({ directory: process.argv[2] ?? '', wall: Date.now });
const padding = 'x'.repeat(60);
for (let i = 0; ; i++) {
  await store.change((draft) => {
    draft.costCentres = Array.from({ length: 200 }, (_, k) => ({ id: `c${k}`, name: `${i} ${padding}` }));
  }, 'admin');
  process.stdout.write(`${store.revision}\n`);
}
