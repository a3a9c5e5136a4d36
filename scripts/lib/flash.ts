/** `scripts/flash`: puts an image onto a card. See scripts/flash --help. */
import { realpathSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { fromCaller, readOptions, refuse } from './arguments.ts';
import { allTargets, findTarget, refusal, size, type Target } from './flash/disk.ts';
import { type Image, readImage } from './flash/image.ts';
import { progressBar } from './flash/progress.ts';
import { type Step, writeImage } from './flash/writer.ts';

const flag = { type: 'boolean', default: false } as const;
const options = readOptions('flash', {
  image: { type: 'string' },
  disk: { type: 'string' },
  really: { type: 'string' },
  list: flag,
  resume: flag,
  'dry-run': flag,
  yes: flag,
});
const say = (text: string): void => console.error(text);

function list(): void {
  const disks = allTargets().filter(({ type, bytes }) => type === 'disk' && bytes > 0);
  if (disks.length === 0) say('there is no disk; put a card in');
  for (const disk of disks) {
    const reason = refusal(disk, 0);
    const what = `${disk.path}  ${size(disk.bytes)}  ${disk.model || 'no name'}`;
    console.log(reason === undefined ? what : `${what}  [no: ${reason}]`);
  }
}

async function flash(source: string, disk: string): Promise<void> {
  const began = performance.now();
  const target = findTarget(disk, allTargets());
  const named = { twice: options.really !== undefined && real(options.really) === disk };
  stopAt(refusal(target, 0, named));
  const reading = progressBar('reading', undefined);
  const image = await readImage(source, (bytes) => reading.at(bytes));
  reading.end();
  stopAt(refusal(target, image.bytes, named));
  const about = `${disk} (${target.model || 'no name'}, ${size(target.bytes)})`;
  if (options['dry-run']) {
    say(`would write ${size(image.bytes)} over everything on ${about}`);
    return tell(target, image, { written: 0, dryRun: true }, began);
  }
  await mayGoOn(about);
  const words: Record<Step, string> = { compare: 'comparing', write: 'writing', verify: 'verifying' };
  let bar: { step: Step; at(done: number): void; end(): void } | undefined;
  const written = await writeImage(source, image, disk, {
    resume: options.resume,
    capacity: target.bytes,
    progress(step, done, total) {
      if (bar?.step !== step) {
        bar?.end();
        bar = { step, ...progressBar(words[step], total) };
      }
      bar.at(done);
    },
  }).finally(() => bar?.end());
  say(`${about} holds the image; it may be taken out`);
  tell(target, image, { written, dryRun: false }, began);
}

/** Once more before everything is lost. */
async function mayGoOn(about: string): Promise<void> {
  if (options.yes) return;
  if (!process.stdin.isTTY) throw new Error(`nobody is here to ask: add --yes to write over ${about}`);
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await asking.question(`Everything on ${about} will be lost. Go on? [y/N] `);
  asking.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new Error('nothing was written');
}

function tell(target: Target, image: Image, what: { written: number; dryRun: boolean }, began: number): void {
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  const { bytes, sha256, pieces } = image;
  console.log(JSON.stringify({ disk: target.path, bytes, sha256, pieces: pieces.length, ...what, seconds }));
}

function stopAt(reason: string | undefined): void {
  if (reason !== undefined) throw new Error(reason);
}

/** A disk is meant whatever link it was named by. */
function real(path: string): string {
  try {
    return realpathSync(fromCaller(path));
  } catch {
    throw new Error(`there is no ${path}`);
  }
}

try {
  if (options.list) list();
  else if (options.image === undefined || options.disk === undefined)
    refuse('flash', '--image and --disk are needed, or --list');
  else await flash(fromCaller(options.image), real(options.disk));
} catch (error) {
  say(`error: ${(error as Error).message}`);
  process.exitCode = 1;
}
