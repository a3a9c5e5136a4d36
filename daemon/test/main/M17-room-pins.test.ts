import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { redact } from '../../src/api/redact.ts';
import { opensRoom } from '../../src/config/room-pin.ts';
import { openConfigStore } from '../../src/config/store.ts';
import { validateConfig } from '../../src/config/validate.ts';
import { SealedConfig } from '../../src/main/sealed-config.ts';

const key = { bytes: randomBytes(32) };
const room = { id: 'board', name: 'Board', extension: '80' };

async function open(t: { testdir(): string }) {
  const directory = t.testdir();
  const store = await openConfigStore({ directory, wall: () => 0 });
  return { directory, store, sealed: new SealedConfig(store, key) };
}

/** Everything that lies in a folder, as text. */
function everything(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
}

t.test('digits typed as the PIN of a room are stored as a fingerprint, and shown to nobody', async (t) => {
  const { directory, store, sealed } = await open(t);
  const { revision, config } = sealed.current();
  const result = await sealed.apply(
    { ...config, rooms: [{ ...room, pin: '258025' }] },
    { expected: revision, by: 'admin' },
  );
  t.equal(result.ok, true);
  const { pin } = store.config.rooms[0]!;
  t.match(pin, /^6:[0-9a-f]{64}$/);
  t.ok(opensRoom('258025', pin, key));
  t.notOk(opensRoom('258026', pin, key));
  t.notOk(opensRoom('258025', pin, { bytes: randomBytes(32) }), 'nor with the key of another box');
  t.notOk(everything(directory).includes('258025'), 'neither in the settings nor in their history');
  t.notOk(JSON.stringify(redact(store.config)).includes(pin), 'the page sees a mark');
  const again = sealed.current();
  await sealed.apply(
    { ...again.config, rooms: [{ ...again.config.rooms[0]!, name: 'Another' }] },
    { expected: again.revision, by: 'admin' },
  );
  t.equal(store.config.rooms[0]?.pin, pin, 'and what is not changed stays');
});

t.test('a PIN that is too easy is refused with words, and none is ever stored as it was typed', async (t) => {
  const { sealed } = await open(t);
  const { revision, config } = sealed.current();
  for (const pin of ['1234', '123456', '111111', '808080']) {
    const result = await sealed.apply(
      { ...config, rooms: [{ ...room, pin }] },
      { expected: revision, by: 'admin' },
    );
    t.match(result, { ok: false, issues: [{ path: '/rooms/0/pin', said: { ru: /ПИН/, en: /PIN/ } }] }, pin);
    t.match(sealed.validate({ ...config, rooms: [{ ...room, pin }] }), { ok: false });
  }
  const typed = { version: 1, rooms: [{ ...room, pin: '258025' }] };
  t.match(validateConfig(typed), { ok: false }, 'nor is one in the clear taken from a file');
});
