import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type ConfigStore, openConfigStore } from '../../src/config/store.ts';

let now = Date.UTC(2026, 0, 1);
const open = (directory: string, release?: string): Promise<ConfigStore> =>
  openConfigStore({
    directory,
    wall: () => now++,
    initial: { version: 1, site: { name: 'Office' } },
    ...(release === undefined ? {} : { release }),
  });
const file = (folder: string): string => join(folder, 'config.json');
const stored = (folder: string): Record<string, unknown> => JSON.parse(readFileSync(file(folder), 'utf8'));
/** What a later release makes of the settings. */
const later = (folder: string, change: object): void =>
  writeFileSync(file(folder), JSON.stringify({ ...stored(folder), ...change }));

async function named(folder: string, release: string, name: string): Promise<void> {
  const store = await open(folder, release);
  await store.change((draft) => void (draft.site.name = name), 'admin');
}

t.test('settings of a later release give way to those that this release had', async (t) => {
  for (const [what, change] of [
    ['a later version of the document', { version: 2, sites: ['Office'] }],
    ['a field that is not known here', { holograms: { on: true } }],
  ] as const) {
    await t.test(what, async (t) => {
      const folder = t.testdir();
      await named(folder, '1.0.0', 'Of 1.0.0');
      await open(folder, '1.1.0');
      later(folder, change);
      const back = await open(folder, '1.0.0');
      t.equal(back.config.site.name, 'Of 1.0.0');
      t.equal(back.fallback, 'release');
      t.equal((await open(folder, '1.0.0')).fallback, undefined, 'settled, once');
      const kept = readFileSync(join(folder, 'releases/config-1.1.0.json'), 'utf8');
      t.match(JSON.parse(kept), change, 'those of the later one are kept for the way up');
    });
  }
});

t.test('settings that both releases understand stay as they were changed meanwhile', async (t) => {
  const folder = t.testdir();
  await named(folder, '1.0.0', 'Before');
  await named(folder, '1.1.0', 'Meanwhile');
  const back = await open(folder, '1.0.0');
  t.equal(back.config.site.name, 'Meanwhile');
  t.equal(back.fallback, undefined);
});

t.test('going up again takes what the older one has now', async (t) => {
  const folder = t.testdir();
  await named(folder, '1.0.0', 'Before');
  await open(folder, '2.0.0');
  later(folder, { version: 2 });
  await named(folder, '1.0.0', 'After going back');
  t.equal((await open(folder, '2.0.0')).config.site.name, 'After going back');
});

t.test('a release without settings of its own takes the latest that it understands', async (t) => {
  const folder = t.testdir();
  await named(folder, '1.0.0', 'Of 1.0.0');
  await named(folder, '1.1.0', 'Of 1.1.0');
  await open(folder, '2.0.0');
  later(folder, { version: 2 });
  const between = await open(folder, '1.0.5');
  t.match(between.config.site.name, /^Of 1\.[01]\.0$/);
  t.equal(between.fallback, 'release');
});

t.test('a broken file is no later release: the history stands in as ever', async (t) => {
  const folder = t.testdir();
  await named(folder, '1.0.0', 'Good');
  writeFileSync(file(folder), '{"version": 1, "si');
  const store = await open(folder, '1.1.0');
  t.equal(store.config.site.name, 'Good');
  t.equal(store.fallback, 'earlier');
});

t.test('no more than a few copies are kept', async (t) => {
  const folder = t.testdir();
  for (let n = 0; n < 9; n++) await open(folder, `1.${n}.0`);
  const { readdirSync } = await import('node:fs');
  t.equal(readdirSync(join(folder, 'releases')).filter((name) => name.startsWith('config-')).length, 5);
});

t.test('without a release nothing of this is done', async (t) => {
  const folder = t.testdir();
  await open(folder);
  later(folder, { version: 2 });
  t.equal((await open(folder)).fallback, 'earlier');
});
