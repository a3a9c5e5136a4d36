import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { configSchema } from '../../src/config/schema.ts';
import type { Logger } from '../../src/log/logger.ts';
import { longestPrompt, PromptStore } from '../../src/main/prompt-store.ts';
import { SoundDesk } from '../../src/main/sound-desk.ts';
import { TakenSounds } from '../../src/main/sound-takes.ts';
import { activeLevelDbm0, PROMPT_LEVEL_DBM0 } from '../../src/media/sound/loudness.ts';
import { office } from '../kit/office.ts';
import { wavFile } from '../kit/wav.ts';

const tone = (seconds: number, rate = 8000): Int16Array =>
  Int16Array.from({ length: seconds * rate }, (_, i) =>
    Math.round(900 * Math.sin((2 * Math.PI * 600 * i) / rate)),
  );

t.test('a file is kept as 8 kHz at the level of prompts; a bad one leaves what was there', async (t) => {
  const folder = join(t.testdir(), 'prompts');
  const store = new PromptStore(
    folder,
    () => new Set(['hello']),
    () => {},
  );
  t.equal(store.sound('hello'), undefined);
  t.equal(await store.samples('hello'), undefined);
  const sound = await store.replace('hello', wavFile(tone(2, 16_000), 16_000));
  t.match(sound, { seconds: 2, bytes: 44 + 32_000 });
  const before = readFileSync(store.path('hello'));
  await t.rejects(store.replace('hello', Buffer.from('nothing')), { code: 'media/sound-unknown' });
  await t.rejects(store.replace('hello', wavFile(tone(longestPrompt + 1))), { code: 'media/sound-long' });
  t.ok(before.equals(readFileSync(store.path('hello'))));
  t.same(readdirSync(folder), ['hello.wav'], 'nothing half-written lies about');
  const again = new PromptStore(
    folder,
    () => new Set(['hello']),
    () => {},
  );
  const samples = (await again.samples('hello'))!;
  t.equal(samples.length, 16_000);
  t.ok(Math.abs(activeLevelDbm0(samples) - PROMPT_LEVEL_DBM0) < 0.2);
  t.equal(await again.remove('hello'), true);
  t.equal(await again.samples('hello'), undefined);
  t.equal(await again.remove('hello'), false);
});

t.test('sound whose entry is gone gives way when room is needed, and what is in use does not', async (t) => {
  const folder = join(t.testdir(), 'prompts');
  mkdirSync(folder);
  /** A large file that takes no room on the disk of the test. */
  const large = (name: string): void => {
    writeFileSync(join(folder, name), '');
    truncateSync(join(folder, name), 30_000_000);
  };
  for (const [i, name] of ['old.wav', 'older.wav'].entries()) {
    large(name);
    utimesSync(join(folder, name), 1000 - i, 1000 - i);
  }
  const known = new Set(['hello', 'old']);
  const store = new PromptStore(
    folder,
    () => known,
    () => {},
  );
  await store.put('hello', new Int16Array(3_000_000));
  t.same(readdirSync(folder).sort(), ['hello.wav', 'old.wav']);
  large('second.wav');
  known.add('second');
  await t.rejects(
    store.put('hello', new Int16Array(3_000_001)),
    { code: 'main/prompts-full' },
    'all of it is in use',
  );
  t.match(store.sound('hello'), { bytes: 44 + 6_000_000 });
});

t.test('the texts of the settings are spoken before the first call', async (t) => {
  const data = t.testdir();
  const clock = new FakeClock();
  const config = configSchema.parse({
    ...office,
    prompts: [{ id: 'hello', name: 'Hello', text: 'Добрый день' }],
    incomingNumbers: [{ id: 'one', number: '+74951110000', destination: 'reception', label: 'Ромашка' }],
  });
  const said: string[] = [];
  const desk = new SoundDesk({
    ...{ data, clock, config: () => config, log: { info: () => {} } as unknown as Logger },
    alarms: { raise: () => {}, clear: () => {} },
    synthesise: async (text) => {
      said.push(text);
      return wavFile(tone(1));
    },
  });
  t.teardown(() => desk.close());
  clock.advance(5000);
  const { speech } = desk.voice;
  t.ok(await speech('Ромашка'));
  t.same(said.sort(), ['Добрый день', 'Ромашка']);
  t.match(desk.list(), [{ id: 'hello', text: 'Добрый день', usedAt: [] }]);
  t.equal(desk.file('hello'), undefined);
});

t.test('what is said at a telephone is read once, without the silence around it', async (t) => {
  const data = t.testdir({ takes: { 'left.wav': 'of a crash' } });
  const takes = new TakenSounds(data);
  t.notOk(existsSync(join(data, 'takes')), 'none outlives the daemon');
  const file = takes.place('one');
  const said = new Int16Array(32_000);
  said.set(tone(1), 12_000);
  writeFileSync(file, wavFile(said));
  const read = (await takes.read('one'))!;
  t.ok(read.length > 8000 && read.length < 12_000, `${read.length}`);
  t.equal(await takes.read('one'), undefined);
  t.same(readdirSync(join(data, 'takes')), []);
});
