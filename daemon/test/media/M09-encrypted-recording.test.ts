import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { RecordingFormat } from '../../src/media/api.ts';
import { toneLevelDbm0 } from '../../src/media/dsp/level.ts';
import { opusHere } from '../../src/media/recording/opus-library.ts';
import { repairRecordings } from '../../src/media/recording/repair.ts';
import { newSeal, SEAL_HEAD, SEALED_CHUNK } from '../../src/media/recording/seal.ts';
import { SealedFile } from '../../src/media/recording/sealed-file.ts';
import { RecordingWriter } from '../../src/media/recording/writer.ts';
import { type Recorded, recorded } from './support/recorded.ts';
import { sine } from './support/rtp-peer.ts';

const secret = randomBytes(32);
const formats: RecordingFormat[] = opusHere() ? ['wav', 'opus'] : ['wav'];

/** A recording of a tone on the left, `seconds` long. */
function write(folder: string, name: string, format: RecordingFormat, seconds: number): RecordingWriter {
  const file = join(folder, `${name}.${format}.sealed`);
  const writer = new RecordingWriter({ id: name, file, format, minFreeBytes: 0, seal: newSeal(secret) });
  const tone = sine(1000, -10);
  let n = 0;
  for (let i = 0; i < seconds * 10; i++)
    writer.write(
      Int16Array.from({ length: 1600 }, (_, k) => (k % 2 ? 0 : tone(n++))),
      0,
    );
  return writer;
}

/** All of a file in the clear, and whether nothing was cut off. */
function opened(path: string, wav: boolean, key: Uint8Array = secret) {
  const file = SealedFile.open(path, key, wav)!;
  try {
    return { data: Buffer.concat([...file.read(0, file.bytes)]), whole: file.whole, bytes: file.bytes };
  } finally {
    file.close();
  }
}

function played(t: { testdir(): string }, folder: string, name: string, data: Buffer): Recorded {
  writeFileSync(join(folder, name), data);
  return recorded(join(folder, name));
}

for (const format of formats) {
  t.test(`${format}: on the disk there is no sound, with the box's key all of it`, (t) => {
    const folder = t.testdir();
    const outcome = write(folder, 'a', format, 5).close();
    t.match(outcome, { kept: true, durationMs: 5000 });
    t.same(readdirSync(folder), [`a.${format}.sealed`]);
    const path = join(folder, `a.${format}.sealed`);
    const disk = readFileSync(path);
    for (const plain of ['RIFF', 'WAVE', 'OggS', 'OpusHead']) t.notOk(disk.includes(plain), plain);
    const { data, whole, bytes } = opened(path, format === 'wav');
    t.equal(whole, true);
    t.equal(bytes, outcome.bytes);
    t.equal(data.length, bytes);
    const { left, right, seconds } = played(t, folder, `plain.${format}`, data);
    t.ok(Math.abs(seconds - 5) < 0.05, `${seconds} s`);
    t.ok(Math.abs(toneLevelDbm0(left.subarray(8000, 16_000), 1000) + 10) < 1);
    t.ok(toneLevelDbm0(right.subarray(8000, 16_000), 1000) < -45);
    t.end();
  });

  t.test(`${format}: killed in the middle, it plays up to the last whole piece`, (t) => {
    const folder = t.testdir();
    const writer = write(folder, 'k', format, 6);
    const part = join(folder, `k.${format}.sealed.part`);
    const disk = readFileSync(part);
    const pieces = Math.floor((disk.length - SEAL_HEAD) / SEALED_CHUNK);
    t.ok(pieces > 2, `${pieces} pieces`);
    // Half a piece, and what a power cut may leave behind it.
    writeFileSync(part, Buffer.concat([disk, randomBytes(1000)]));
    writeFileSync(join(folder, `empty.${format}.sealed.part`), '');
    copyFileSync(part, join(folder, `z.${format}.sealed.part`));
    writeFileSync(join(folder, `z.${format}.sealed.part`), Buffer.concat([disk, Buffer.alloc(9000)]));
    t.same(repairRecordings(folder, secret).sort(), [`k.${format}.sealed`, `z.${format}.sealed`]);
    for (const name of ['k', 'z']) {
      const { data, whole } = opened(join(folder, `${name}.${format}.sealed`), format === 'wav');
      t.equal(whole, false, 'it is known to be cut short');
      t.ok(data.length > (pieces - 1) * 1024);
      if (format === 'wav') {
        const { left, seconds } = played(t, folder, `${name}-plain.wav`, data);
        t.ok(seconds > 5, `${seconds} s of 6 s`);
        t.ok(Math.abs(toneLevelDbm0(left.subarray(8000, 16_000), 1000) + 10) < 1);
      } else {
        // A player drops the page that is cut off.
        t.equal(data.toString('latin1', 0, 4), 'OggS');
      }
    }
    t.notOk(existsSync(part));
    writer.close();
    t.end();
  });
}

t.test('any part of it is read as a player asks for it', (t) => {
  const folder = t.testdir();
  write(folder, 'r', 'wav', 2).close();
  const path = join(folder, 'r.wav.sealed');
  const { data } = opened(path, true);
  const file = SealedFile.open(path, secret, true)!;
  for (const [from, to] of [
    [0, 10],
    [40, 50],
    [4090, 4100],
    [4096, 8192],
    [data.length - 7, data.length],
    [100, data.length + 99],
  ] as const)
    t.same(Buffer.concat([...file.read(from, to)]), data.subarray(from, to), `${from} to ${to}`);
  file.close();
  t.end();
});

t.test('what is changed, moved, cut off, or of another box is noticed', (t) => {
  const folder = t.testdir();
  write(folder, 'x', 'wav', 2).close();
  const path = join(folder, 'x.wav.sealed');
  const good = readFileSync(path);
  const damaged = (change: (data: Buffer) => void): void => {
    const data = Buffer.from(good);
    change(data);
    writeFileSync(path, data);
  };
  const reads = (): unknown => opened(path, true);
  damaged((data) => {
    data[SEAL_HEAD + SEALED_CHUNK + 100]! ^= 1;
  });
  t.throws(reads, { code: 'media/recording-damaged' }, 'one bit');
  damaged((data) => {
    const second = Buffer.from(data.subarray(SEAL_HEAD + SEALED_CHUNK, SEAL_HEAD + 2 * SEALED_CHUNK));
    data.copy(data, SEAL_HEAD + SEALED_CHUNK, SEAL_HEAD, SEAL_HEAD + SEALED_CHUNK);
    second.copy(data, SEAL_HEAD);
  });
  t.throws(reads, { code: 'media/recording-damaged' }, 'two pieces in each other\u2019s place');
  writeFileSync(path, good);
  truncateSync(path, SEAL_HEAD + 3 * SEALED_CHUNK);
  t.equal(opened(path, true).whole, false, 'the end cut off at a piece');
  writeFileSync(path, good);
  t.throws(() => opened(path, true, randomBytes(32)), { code: 'media/recording-damaged' }, 'another key');
  writeFileSync(path, 'RIFF');
  t.equal(SealedFile.open(path, secret, true), undefined, 'none at all');
  t.not(
    Buffer.compare(newSeal(secret).key, newSeal(secret).key),
    0,
    'two files never have one key: their pieces have the same numbers',
  );
  t.end();
});

t.test('a disk that fills leaves what was written whole', (t) => {
  const folder = t.testdir();
  const writer = write(folder, 'f', 'wav', 3);
  const outcome = writer.close('disk-full');
  t.match(outcome, { failed: 'disk-full', kept: true });
  const { data, whole } = opened(join(folder, 'f.wav.sealed'), true);
  t.equal(whole, false);
  t.ok(data.length > 2.5 * 32_000);
  t.end();
});
