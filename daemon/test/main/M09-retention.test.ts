import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { configSchema } from '../../src/config/schema.ts';
import { RecordingStore } from '../../src/main/recording-store.ts';

const dayMs = 86_400_000;

t.test(
  'recordings go when they are too old, and the oldest when they are too many; nothing else does',
  (t) => {
    const clock = new FakeClock();
    let recording = configSchema.parse({ version: 1, recording: { keepDays: 30 } }).recording;
    const said: string[] = [];
    const data = t.testdir({ recordings: {} });
    const store = new RecordingStore(data, {
      clock,
      terms: () => recording,
      secret: new Uint8Array(32),
      log: (message) => void said.push(message),
    });
    const folder = join(data, 'recordings');
    const put = (name: string, ageDays: number, bytes: number): void => {
      writeFileSync(join(folder, name), Buffer.alloc(bytes));
      const at = (clock.wall() - ageDays * dayMs) / 1000;
      utimesSync(join(folder, name), at, at);
    };
    put('a-1.wav', 31, 100);
    put('b-1.wav', 29, 4_000_000);
    put('c-1.opus', 10, 4_000_000);
    put('d-1.wav', 1, 4_000_000);
    put('e-1.wav.part', 90, 100);
    put('notes from the admin.txt', 90, 100);
    clock.advance(3_600_000);
    t.same(
      readdirSync(folder).sort(),
      ['b-1.wav', 'c-1.opus', 'd-1.wav', 'e-1.wav.part', 'notes from the admin.txt'],
      'by age',
    );
    recording = { ...recording, maxMegabytes: 10 };
    store.tidy();
    t.same(
      readdirSync(folder)
        .filter((name) => name.length < 9)
        .sort(),
      ['c-1.opus', 'd-1.wav'],
      'the oldest, as soon as there is too much',
    );
    t.match(said, [/a-1.wav was deleted: it is old enough/, /b-1.wav was deleted: the space is used up/]);
    store.close();
    t.end();
  },
);
