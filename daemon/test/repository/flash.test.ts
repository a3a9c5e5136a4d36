import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { findTarget, readTargets, refusal } from '../../../scripts/lib/flash/disk.ts';
import { PIECE, pieces, readImage } from '../../../scripts/lib/flash/image.ts';
import { progressBar, progressLine } from '../../../scripts/lib/flash/progress.ts';
import { type Disk, writeImage, writeTo } from '../../../scripts/lib/flash/writer.ts';

const project = resolve(import.meta.dirname, '../../..');
const quiet = (): void => {};
const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** Something that looks like an image: random, with a partition table's mark; not a whole number of pieces. */
function makeImage(count = 3): Buffer {
  const data = randomBytes((count - 1) * PIECE + 1_000_000);
  data.write('EFI PART', 512, 'latin1');
  return data;
}

/** A disk over a file, where this machine lets us have one; else the file. */
function disk(t: Test, folder: string, bytes: number): string {
  const file = join(folder, 'disk');
  writeFileSync(file, Buffer.alloc(bytes, 0xa5));
  const loop = spawnSync('losetup', ['--find', '--show', file], { encoding: 'utf8' });
  if (loop.status !== 0) {
    t.comment('no loop devices here: a file stands for the disk');
    return file;
  }
  const path = loop.stdout.trim();
  t.teardown(() => void spawnSync('losetup', ['--detach', path]));
  return path;
}

/** What lies on the disk: read from below, after the cache was given up. */
function held(path: string, bytes: number): Buffer {
  spawnSync('blockdev', ['--flushbufs', path]);
  return execFileSync('head', ['-c', String(bytes), path], { maxBuffer: bytes + 1024 });
}

/** Runs the script as a person would. */
function flash(...args: string[]) {
  return spawnSync('node', ['--import=tsx', 'scripts/lib/flash.ts', ...args], {
    cwd: project,
    encoding: 'utf8',
    env: { ...process.env, LINEGATE_CALLED_FROM: project },
  });
}

t.test('a disk that must not be written is told by what it is', async (t) => {
  const lsblk = readFileSync(join(import.meta.dirname, 'data/lsblk.json'), 'utf8');
  const targets = readTargets(lsblk);
  const reason = (path: string, bytes = 1e9, twice = false): string | undefined =>
    refusal(findTarget(path, targets), bytes, { twice });
  t.equal(reason('/dev/mmcblk1'), undefined, 'a card in a reader');
  t.match(reason('/dev/sdb1'), /is a partition.*\/dev\/sdb$/);
  t.match(
    reason('/dev/sda', 1e9, true),
    /this machine runs from/,
    'root under encryption, named twice or not',
  );
  t.match(reason('/dev/sdb'), /first run umount '\/media\/card'/);
  t.match(reason('/dev/nvme1n1'), /name it a second time/);
  t.equal(reason('/dev/nvme1n1', 1e9, true), undefined);
  t.match(reason('/dev/mmcblk1', 40e9), /too small: 31\.9 GB, the image is 40\.0 GB/);
  t.match(reason('/dev/sdc'), /no card in it/);
  t.match(reason('/dev/sdd'), /write-protected/);
  t.match(reason('/dev/sr0'), /no disk/);
  t.throws(() => findTarget('/dev/none', targets), /there is no \/dev\/none/);
  t.throws(() => findTarget('/tmp', targets), /neither a disk nor a file/);
});

t.test('progress tells rate and time left, on a terminal in one line, in a log in few', async (t) => {
  const line = progressLine('writing', 40e6, 100e6, 4);
  t.match(line, /^writing {3}\[#{10} {14}\] {2}40 % {2}10\.0 MB\/s {2}0:06 left$/);
  t.match(progressLine('writing', 0, 100, 0), / 0 % /);
  const written: string[] = [];
  const bar = progressBar('writing', 100, { write: (text: string) => written.push(text) });
  for (let done = 1; done <= 100; done++) bar.at(done);
  t.equal(written.length, 10);
});

t.test('an image is unpacked by its content, and must be whole and a disk', async (t) => {
  const folder = t.testdir({});
  const data = makeImage();
  const plain = join(folder, 'a.img');
  writeFileSync(plain, data);
  writeFileSync(join(folder, 'a.gz'), gzipSync(data, { level: 1 }));
  for (const name of ['a.img', 'a.gz']) {
    const image = await readImage(join(folder, name), quiet);
    t.equal(image.bytes, data.length, name);
    t.equal(image.sha256, sha256(data));
    t.equal(image.pieces.length, 3);
  }
  const sizes: number[] = [];
  for await (const piece of pieces(plain)) sizes.push(piece.length);
  t.same(sizes, [PIECE, PIECE, 1_000_000]);

  const cut = join(folder, 'cut.gz');
  writeFileSync(cut, readFileSync(join(folder, 'a.gz')).subarray(0, 5_000_000));
  await t.rejects(readImage(cut, quiet), /unexpected end of file/);
  writeFileSync(join(folder, 'update.raucb'), randomBytes(5000));
  await t.rejects(readImage(join(folder, 'update.raucb'), quiet), /no partition table/);
  writeFileSync(join(folder, 'empty'), '');
  await t.rejects(readImage(join(folder, 'empty'), quiet), /empty/);
});

t.test('Zstandard, where its tool is installed', async (t) => {
  const folder = t.testdir({});
  const data = makeImage();
  const packed = join(folder, 'a.img.zst');
  const tool = spawnSync('zstd', ['-q', '-1', '-o', packed], { input: data });
  writeFileSync(join(folder, 'bad.zst'), Buffer.from('28b52ffd00', 'hex'));
  if (tool.error) {
    await t.rejects(readImage(join(folder, 'bad.zst'), quiet), /apt-get install zstd/);
    return;
  }
  t.equal((await readImage(packed, quiet)).sha256, sha256(data));
  writeFileSync(packed, readFileSync(packed).subarray(0, 6_000_000));
  await t.rejects(readImage(packed, quiet), /cannot be unpacked/, 'cut short');
});

t.test('the script writes and proves it; what lay behind the image as a spare table is gone', async (t) => {
  const folder = t.testdir({});
  const data = makeImage();
  const source = join(folder, 'a.img.gz');
  writeFileSync(source, gzipSync(data, { level: 1 }));
  const bytes = 5 * PIECE;
  const path = disk(t, folder, bytes);
  const names = ['--image', source, '--disk', path];

  const unasked = flash(...names, '--really', path);
  t.equal(unasked.status, 1);
  t.match(unasked.stderr, /nobody is here to ask/);
  const dry = flash(...names, '--really', path, '--dry-run');
  t.equal(JSON.parse(dry.stdout).dryRun, true, dry.stderr);
  t.ok(
    held(path, bytes).every((byte) => byte === 0xa5),
    'nothing was touched',
  );
  if (path.startsWith('/dev/')) t.match(flash(...names, '--yes').stderr, /name it a second time/);

  const done = flash(...names, '--really', path, '--yes');
  t.equal(done.status, 0, done.stderr);
  t.match(JSON.parse(done.stdout), { disk: path, bytes: data.length, sha256: sha256(data), written: 3 });
  t.match(done.stderr, /verifying.*100 %/);
  const now = held(path, bytes);
  t.equal(sha256(now.subarray(0, data.length)), sha256(data));
  t.ok(
    now.subarray(bytes - 1024 * 1024).every((byte) => byte === 0),
    'no old partition table at the end',
  );

  const again = flash(...names, '--really', path, '--yes', '--resume');
  t.equal(JSON.parse(again.stdout).written, 0, 'all was there already');
});

t.test('wrong command lines', async (t) => {
  t.equal(flash().status, 2);
  t.equal(flash('--image', 'x').status, 2);
  t.match(flash('--image', '/none', '--disk', '/dev/none').stderr, /error: there is no \/dev\/none/);
  t.equal(flash('--list').status, 0);
});

t.test('a writer that is killed leaves a card that does not start, and can be taken up again', async (t) => {
  const folder = t.testdir({});
  const data = makeImage(5);
  const source = join(folder, 'a.img');
  writeFileSync(source, data);
  const path = disk(t, folder, 6 * PIECE);
  const url = (file: string): string =>
    JSON.stringify(pathToFileURL(join(project, 'scripts/lib/flash', file)).href);
  const program = `
    import { readImage } from ${url('image.ts')};
    import { writeImage } from ${url('writer.ts')};
    const image = await readImage(${JSON.stringify(source)}, () => {});
    await writeImage(${JSON.stringify(source)}, image, ${JSON.stringify(path)}, {
      resume: false, capacity: ${6 * PIECE},
      progress(step, done, total) { if (step === 'write' && done >= total / 2) process.kill(process.pid, 'SIGKILL'); },
    });`;
  const killed = spawnSync('node', ['--import=tsx', '--input-type=module', '-e', program], { cwd: project });
  t.equal(killed.signal, 'SIGKILL', String(killed.stderr));
  t.ok(
    held(path, PIECE).every((byte) => byte === 0),
    'no partition table',
  );

  const image = await readImage(source, quiet);
  const written = await writeImage(source, image, path, {
    ...{ resume: true, capacity: 6 * PIECE, progress: quiet },
  });
  t.ok(written >= 2 && written < 5, `only what was missing: ${written}`);
  t.equal(sha256(held(path, data.length)), sha256(data));
});

t.test('a source that changes on the way and a disk in use are refused', async (t) => {
  const folder = t.testdir({});
  const source = join(folder, 'a.img');
  writeFileSync(source, makeImage());
  const image = await readImage(source, quiet);
  writeFileSync(source, makeImage());
  const path = disk(t, folder, 4 * PIECE);
  const options = { resume: false, capacity: 4 * PIECE, progress: quiet };
  await t.rejects(writeImage(source, image, path, options), /has changed/);
  await t.rejects(writeImage(source, image, join(folder, 'none'), options), /cannot be opened/);
});

/** A card in memory. `loses` says of each write by place whether it is lost without a word. */
function forgedCard(bytes: number, loses: (at: number) => boolean): { data: Buffer; disk: Disk } {
  const data = Buffer.alloc(bytes);
  const disk = {
    write: async (from: Buffer, start: number, length: number, at: number) => {
      if (!loses(at)) from.copy(data, at, start, start + length);
      return { bytesWritten: length, buffer: from };
    },
    read: async (to: Buffer, start: number, length: number, at: number) => ({
      bytesRead: data.copy(to, start, at, at + length),
      buffer: to,
    }),
    sync: async () => {},
    datasync: async () => {},
  };
  return { data, disk: disk as unknown as Disk };
}

t.test('what a card does not keep is found, written again, and given up at last', async (t) => {
  const folder = t.testdir({});
  const source = join(folder, 'a.img');
  const data = makeImage();
  writeFileSync(source, data);
  const image = await readImage(source, quiet);
  const options = { resume: false, capacity: 4 * PIECE, progress: quiet, path: '/dev/forged' };

  let lost = 0;
  const once = forgedCard(4 * PIECE, (at) => at === PIECE && lost++ === 0);
  t.equal(await writeTo(once.disk, source, image, options), 4, 'three pieces, and one of them again');
  t.equal(sha256(once.data.subarray(0, data.length)), sha256(data));

  const never = forgedCard(4 * PIECE, (at) => at >= 2 * PIECE);
  await t.rejects(writeTo(never.disk, source, image, options), /\/dev\/forged does not keep.*1 of 3/);
});
