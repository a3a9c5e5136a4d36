import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import type { Contact, RestoreView } from '../../src/api/contract.ts';
import { FakeClock } from '../../src/base/clock.ts';
import { hashPin } from '../../src/config/device-key.ts';
import { type ConfigStore, openConfigStore } from '../../src/config/store.ts';
import { BackupDesk } from '../../src/main/backup/desk.ts';
import { stagedFolder } from '../../src/main/backup/staged.ts';
import { PhonebookDesk } from '../../src/main/phonebook-desk.ts';
import { office } from '../kit/office.ts';
import { wavFile } from '../kit/wav.ts';
import { ask, claimed, type Running, startApi } from './kit.ts';

type Tap = { teardown(fn: () => unknown): void };

function folder(t: Tap): string {
  const made = mkdtempSync(join(tmpdir(), 'backup-'));
  t.teardown(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

const passphrase = 'лошадь батарейка скрепка';

interface Box extends Running {
  cookie: string;
  data: string;
  store: ConfigStore;
  book: PhonebookDesk;
  desk: BackupDesk;
  reloaded: number;
  warned: string[];
}

/** A box with the real settings, phonebook and backup behind the API. */
async function box(t: Tap, initial: object = { version: 1 }, data = folder(t)): Promise<Box> {
  const at = await startApi();
  const clock = new FakeClock();
  const store = await openConfigStore({ directory: data, wall: Date.now, initial });
  const warned: string[] = [];
  const warn = (message: string): void => void warned.push(message);
  const book = new PhonebookDesk(data, { clock, config: () => store.config, warn });
  const made = Object.assign(at, { data, store, book, warned, reloaded: 0 });
  const desk = new BackupDesk({
    ...{ data, version: '0.1.0', clock, store, phonebook: book, warn },
    sockets: () => [1, 2, 3, 4, 5].map((port) => ({ port, kind: port < 5 ? 'fxs' : 'fxo' }) as const),
    reload: () => void made.reloaded++,
  });
  at.deps.backup = desk;
  t.teardown(async () => {
    desk.close();
    book.close();
    await at.server.close();
  });
  return Object.assign(made, { desk, cookie: await claimed(at) });
}

const key = { bytes: Buffer.alloc(32, 7) };

/** An office with everything that a backup may hold, and every kind of secret. */
async function fullOffice(t: Tap): Promise<Box> {
  const document = structuredClone(office) as typeof office & Record<string, unknown>;
  Object.assign(document.trunks[0]!, { password: 'trunk-secret' });
  document.pins[0]!.hmac = hashPin('135790', key);
  Object.assign(document, {
    site: { name: 'Ромашка', emergencyCaller: '+74951234500' },
    accounts: [{ id: 'vera', role: 'admin', passwordHash: 'scrypt-hash-of-vera' }],
    prompts: [{ id: 'hello', name: 'Hello' }],
    rooms: [{ id: 'room', name: 'Room', extension: '60', pin: `6:${'a'.repeat(64)}` }],
    admin: { passwordHash: 'scrypt-hash-of-admin' },
  });
  const at = await box(t, document);
  mkdirSync(join(at.data, 'prompts'));
  mkdirSync(join(at.data, 'rates'));
  writeFileSync(join(at.data, 'prompts/hello.wav'), wavFile(new Int16Array(8000).fill(900)));
  writeFileSync(join(at.data, 'hold-music.wav'), wavFile(new Int16Array(800).fill(77)));
  writeFileSync(join(at.data, 'rates/acme.csv'), 'prefix;price\n7812;1,20\n');
  for (const name of ['Первый', 'Второй'])
    at.book.create({ name, numbers: ['+78121234567'], tags: ['vip'], note: 'a; "b"\nc' });
  return at;
}

/** A backup as it is downloaded; sent in again as it came. */
function download(at: Box, body?: object): Promise<{ status: number; name: string; file: Buffer }> {
  const headers = {
    Cookie: at.cookie,
    ...(body ? { Origin: at.origin, 'Content-Type': 'application/json' } : {}),
  };
  return new Promise((resolve, reject) => {
    const method = body ? 'POST' : 'GET';
    const asked = request(
      { host: '127.0.0.1', port: at.port, path: '/api/v1/backup', method, headers },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            name: answer.headers['content-disposition'] ?? '',
            file: Buffer.concat(chunks),
          }),
        );
      },
    );
    asked.on('error', reject);
    asked.end(body && JSON.stringify(body));
  });
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the answer holds
function upload(at: Box, file: Buffer, query = '?check=1'): Promise<{ status: number; json: any }> {
  const headers = { Cookie: at.cookie, Origin: at.origin, 'Content-Type': 'application/octet-stream' };
  return new Promise((resolve, reject) => {
    const path = `/api/v1/restore${query}`;
    const asked = request({ host: '127.0.0.1', port: at.port, path, method: 'POST', headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: answer.statusCode ?? 0, json: text === '' ? undefined : JSON.parse(text) });
      });
    });
    asked.on('error', reject);
    asked.end(file);
  });
}

const restore = (at: Box, body: object) => ask(at, '/api/v1/restore', { body, cookie: at.cookie });
const names = ({ book }: Box): string[] => book.list({ limit: 9 }).map(({ name }: Contact) => name);

t.test('a backup goes to another box whole, and with the passphrase its passwords go along', async (t) => {
  const old = await fullOffice(t);
  const { status, file, name } = await download(old, { passphrase });
  t.equal(status, 200);
  t.match(name, /attachment; filename="linegate-[\d-]+\.lgbackup"/);
  t.notMatch(file.toString('latin1'), /trunk-secret|scrypt-hash|a{64}/, 'no secret can be read in it');
  t.notMatch(file.toString('latin1'), hashPin('135790', key), 'nor is a PIN in it (ruling 9)');

  const fresh = await box(t);
  writeFileSync(join(fresh.data, 'hold-music.wav'), 'old');
  fresh.book.create({ name: 'Чужой', numbers: [], tags: [] });
  const admin = fresh.store.config.admin;
  const checked = await upload(fresh, file);
  const view = checked.json as RestoreView;
  t.match(view, {
    ...{ name: 'Ромашка', version: '0.1.0', sealed: true },
    has: { sockets: 6, people: 1, trunks: 2, numbers: 1, pins: 1, prompts: 1, music: true, rates: 1 },
  });
  t.ok(view.changes.length > 5);
  t.match(view.warnings, [{ en: /no socket 6 for a line/ }], 'this box is smaller');
  t.match(view.again.map(({ en }) => en).join('; '), /Alpha: Password.*PIN.*Sales/);
  t.equal(fresh.store.config.trunks.length, 0, 'nothing is changed by looking');
  t.same(names(fresh), ['Чужой']);

  const wrong = await restore(fresh, { id: view.id, passphrase: 'лошадь батарейка скрипка' });
  t.match(wrong, { status: 422, json: { error: { code: 'api/backup-passphrase' } } });
  t.equal(fresh.store.config.trunks.length, 0, 'nor by a wrong passphrase');

  const done = await restore(fresh, { id: view.id, passphrase });
  t.equal(done.status, 200, done.text);
  t.notMatch(JSON.stringify(done.json.again), /Alpha/, 'the trunk has its password');
  t.match(JSON.stringify(done.json.again), /Room: PIN.*vera/, 'what only people can put in again is named');
  const { config } = fresh.store;
  t.equal(config.trunks[0]?.password, 'trunk-secret');
  t.match(config.pins, [{ id: 'pin-sales', enabled: false, classOfService: 'abroad' }]);
  t.not(config.pins[0]?.hmac, hashPin('135790', key));
  t.equal(config.rooms[0]?.pin, '');
  t.equal(config.accounts[0]?.passwordHash, undefined, 'nobody signs in by a file');
  t.same(config.admin, admin, 'whoever claimed the box keeps it');
  t.same(names(fresh), ['Второй', 'Первый'], 'two entries of one number stay two');
  t.equal(fresh.book.list({ limit: 1 })[0]?.note, 'a; "b"\nc');
  for (const file of ['prompts/hello.wav', 'hold-music.wav', 'rates/acme.csv'])
    t.ok(readFileSync(join(fresh.data, file)).equals(readFileSync(join(old.data, file))), file);
  t.equal(fresh.reloaded, 1);
  for (const left of ['backup', 'restore', 'restore.new']) t.notOk(existsSync(join(fresh.data, left)), left);
  t.match(await restore(fresh, { id: view.id, passphrase }), { status: 410 });
  t.equal(fresh.store.history()[0]?.by, 'admin');
});

t.test('on the box it came from everything secret stays that nobody has pointed elsewhere', async (t) => {
  const at = await fullOffice(t);
  const { file } = await download(at);
  const before = at.store.config;
  await at.store.change((draft) => {
    draft.people = [];
    draft.trunks[0]!.maxCalls = 3;
    draft.destinations = draft.destinations.filter(({ id }) => id === 'reception');
  }, 'admin');
  t.equal((await upload(at, file, '')).status, 200, 'a program may do it in one request');
  t.same(at.store.config, before, 'as it was, PINs, accounts and passwords too');

  await at.store.change((draft) => {
    draft.trunks[0]!.server = 'elsewhere.example:5060';
  }, 'admin');
  const done = await upload(at, file, '');
  t.match(JSON.stringify(done.json.again), /Alpha: Password/);
  t.equal(at.store.config.trunks[0]?.password, '', 'a password follows no entry to another server');
});

t.test('a broken, foreign or newer file is told of and changes nothing', async (t) => {
  const at = await fullOffice(t);
  const { file } = await download(at, { passphrase });
  const { revision } = at.store;
  const refused = async (what: string, bytes: Buffer, code: string): Promise<void> => {
    t.match(
      await upload(at, bytes, ''),
      { status: 422, json: { error: { code: `api/backup-${code}` } } },
      what,
    );
    t.equal(at.store.revision, revision);
    t.notOk(existsSync(stagedFolder(at.data)));
  };
  await refused('a photo', Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.alloc(5000)]), 'foreign');
  await refused('nothing', Buffer.from('x'), 'foreign');
  await refused('a file cut short', file.subarray(0, -1), 'broken');
  await refused('a file cut short in its header', file.subarray(0, 300), 'broken');
  await refused('a file with more behind it', Buffer.concat([file, Buffer.from('x')]), 'broken');
  for (let i = 17; i < file.length; i += 997) {
    const changed = Buffer.from(file);
    changed[i]! ^= 1;
    await refused(`byte ${i} changed`, changed, 'broken');
  }
  const { writtenHeader } = await import('../../src/main/backup/format.ts');
  const part = { name: 'config.json', bytes: 0, sha256: '0'.repeat(64) };
  const header = { format: 2, madeAt: 1, version: '9', name: '', parts: [part] };
  await refused('a newer format', writtenHeader(header), 'newer');
  const outside = { ...header, format: 1, parts: [{ ...part, name: '../device-key' }] };
  await refused('a part that goes elsewhere', writtenHeader(outside), 'broken');
});

t.test('a restore that a power cut has cut short is brought to its end at the next start', async (t) => {
  const old = await fullOffice(t);
  const { file } = await download(old, { passphrase });
  const fresh = await box(t);
  const { json } = await upload(fresh, file);
  // The power goes right when the settings are stored: nothing behind that is done.
  fresh.desk.finish = async () => {
    throw new Error('the power goes');
  };
  t.equal((await restore(fresh, { id: json.id, passphrase })).status, 500);
  t.ok(existsSync(stagedFolder(fresh.data)));
  t.notOk(existsSync(join(fresh.data, 'prompts/hello.wav')));

  const again = await box(t, {}, fresh.data);
  await again.desk.finish();
  t.same(names(again), ['Второй', 'Первый']);
  t.ok(existsSync(join(again.data, 'prompts/hello.wav')));
  t.notOk(existsSync(stagedFolder(again.data)));
  t.equal(again.store.config.trunks[0]?.password, 'trunk-secret');
  await again.desk.finish();
  t.same(again.warned, [], 'and once is enough');
});

t.test('a passphrase is to be one, and only an administrator takes or restores a backup', async (t) => {
  const at = await box(t);
  t.equal((await download(at, { passphrase: 'short' })).status, 400);
  const { file } = await download(at);
  const view = (await upload(at, file)).json as RestoreView;
  t.same(view.changes, [], 'an empty box, too, can be backed up');
  t.equal(view.sealed, false);
  t.equal((await restore(at, { id: 'another' })).status, 410);
});
