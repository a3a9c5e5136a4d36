import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfigView, LiveState, UpdateView } from '../../daemon/src/api/contract.ts';
import { buildImage, buildUpdate } from '../lib/build.ts';
import { BOARD, bundle, ownSigner, type Signer } from '../lib/bundle.ts';
import { inOwnNetwork } from '../lib/network.ts';
import { run } from '../lib/run.ts';
import { shortCall } from './call.ts';
import { Lab, PASSWORD, pause, START_S, until } from './lab.ts';
import { furnish } from './office.ts';
import { Report } from './report.ts';

/** Versions of the updates that the box is given. */
const GOOD = '0.2.0';
const SPOILED = '0.3.0';
const ANCIENT = '0.0.9';

/** Update files, made before the machine is started. */
export interface Updates {
  good: string;
  /** The same with its signature whole and its content changed. */
  damaged: string;
  /** Signed, and its daemon ends as soon as it is started. */
  spoiled: string;
  /** Signed by somebody else; for another board; older than allowed. All three are refused before anything is written. */
  foreign: string;
  otherBoard: string;
  ancient: string;
}

/** Makes the updates in a folder: what the cache of the build keeps is bounded. */
export async function makeUpdates(folder: string): Promise<Updates> {
  const at = (name: string): string => join(folder, `${name}.raucb`);
  const copy = (from: string, name: string): string => {
    run('cp', ['--reflink=auto', from, at(name)]);
    return at(name);
  };
  const good = copy(await buildUpdate({ version: GOOD }), 'good');
  const damaged = copy(good, 'damaged');
  run('dd', [`of=${damaged}`, 'bs=1', 'seek=40000000', 'conv=notrunc', 'status=none'], { input: 'damaged' });
  const spoiled = copy(await buildUpdate({ version: SPOILED, spoil: 'daemon-ends' }), 'spoiled');
  const small = async (name: string, version: string, signer: Signer, board = BOARD): Promise<string> => {
    const content = join(folder, name);
    // No compression makes it too small for a bundle.
    mkdirSync(content);
    for (const file of ['rootfs.squashfs', 'kernel.ext4'])
      writeFileSync(join(content, file), randomBytes(65_536));
    return copy(join(await bundle(content, version, signer, board), 'update.raucb'), name);
  };
  return {
    ...{ good, damaged, spoiled },
    foreign: await small('foreign', GOOD, ownSigner('somebody-else')),
    otherBoard: await small('other-board', GOOD, ownSigner(), 'linegate-rpi4'),
    ancient: await small('ancient', ANCIENT, ownSigner()),
  };
}

const view = (lab: Lab): Promise<UpdateView> => lab.api.get<UpdateView>('/api/v1/update');

/** Hands the box a file and waits until it has taken or refused it. */
async function handIn(lab: Lab, file: string, seconds: number): Promise<UpdateView> {
  const { status, body } = await lab.api.upload(
    '/api/v1/update',
    readFileSync(file),
    'application/octet-stream',
  );
  if (status !== 202) throw new Error(`the upload was answered ${status}: ${JSON.stringify(body)}`);
  return await until('the box has taken or refused the file', seconds, async () => {
    const now = await view(lab);
    return now.phase === 'idle' || now.phase === 'installed' ? now : undefined;
  });
}

/** Starts what is installed; resolves once a system serves again and nothing is on trial. */
async function startInstalled(lab: Lab, password: string, seconds: number): Promise<UpdateView> {
  // What has to serve after it is what serves before it.
  await until('the card and the operator serve', 120, async () => {
    const state = await lab.api.snapshot<LiveState>();
    return (state.card.up && state.trunks.every(({ state }) => state === 'ready')) || undefined;
  });
  await until('nobody speaks', 60, async () =>
    lab.api.post<UpdateView>('/api/v1/update/restart', {}).then(
      () => true,
      () => undefined,
    ),
  );
  await lab.machine.expect(/linegate: slot [AB], left/, 180);
  return await until('a system serves and is not on trial', seconds, async () => {
    try {
      const now = await view(lab);
      return now.phase === 'idle' ? now : undefined;
    } catch {
      // Sessions end with the daemon.
      await lab.api.login(password);
      return undefined;
    }
  });
}

/** What the bootloader will read. */
async function bootState(lab: Lab): Promise<string> {
  const { text } = await lab.machine.run(
    'fw_printenv -n BOOT_ORDER; fw_printenv -n BOOT_A_LEFT; fw_printenv -n BOOT_B_LEFT',
  );
  return text.split(/\s+/).join(' ');
}

/**
 * Updates through the page's API, in a furnished box that runs from slot A and somebody is signed in to.
 * @returns whether each part went as it must
 */
export async function updateStory(
  lab: Lab,
  report: Report,
  files: Updates,
  password: string,
): Promise<{ refused: boolean; updated: boolean; rollback: boolean }> {
  const refused = await report.chapter('updates that must not be taken', async () => {
    for (const [name, words] of [
      ['foreign', /signed/],
      ['otherBoard', /another model/],
      ['ancient', /version as old/],
    ] as const) {
      const now = await handIn(lab, files[name], 240);
      report.check(
        `${name} is refused, and why is said`,
        now.phase === 'idle' && words.test(now.refused?.en ?? ''),
        now,
      );
    }
    const damaged = await handIn(lab, files.damaged, 900);
    report.check(
      'content that does not match its signature is refused',
      damaged.phase === 'idle' && /damaged/.test(damaged.refused?.en ?? ''),
      damaged,
    );
    report.check(
      'the bootloader still starts slot A',
      /^A\b/.test(await bootState(lab)),
      await bootState(lab),
    );
    await shortCall(lab, 120);
  });

  const updated = await report.chapter('a good update', async () => {
    const config = await lab.api.get<ConfigView>('/api/v1/config');
    const began = lab.machine.seconds;
    const installed = await handIn(lab, files.good, 900);
    report.check('it is installed', installed.phase === 'installed' && installed.to === GOOD, installed);
    report.say(`uploaded and installed in ${(lab.machine.seconds - began).toFixed(0)} s`);
    report.check(
      'nothing is switched before somebody says so',
      /^A\b/.test(await bootState(lab)),
      await bootState(lab),
    );
    const kept = await startInstalled(lab, password, START_S + 600);
    report.check(
      'it runs from slot B and is kept',
      kept.version === GOOD && kept.slot === 'B' && kept.kept?.version === GOOD,
      kept,
    );
    report.say(`running and kept ${(lab.machine.seconds - began).toFixed(0)} s after the upload began`);
    // The shell of the tests went with the restart; the service says this only of what it has read back.
    report.check('it was read back from the boot state', /slot B confirmed/.test(lab.machine.console));
    const after = await lab.api.get<ConfigView>('/api/v1/config');
    report.check(
      'the settings are as before',
      after.revision === config.revision && after.config.people.length === config.config.people.length,
      [config.revision, after.revision],
    );
    await shortCall(lab, 180);
  });

  const rollback = await report.chapter('an update whose daemon ends at once', async () => {
    const began = lab.machine.seconds;
    const installed = await handIn(lab, files.spoiled, 900);
    report.check('it is installed', installed.phase === 'installed' && installed.to === SPOILED, installed);
    const back = await startInstalled(lab, password, 4 * START_S);
    report.check('the system before it is back', back.version === GOOD && back.slot === 'B', back);
    report.check(
      'the page says that it was taken back, and why',
      back.takenBack?.version === SPOILED && /did not start/.test(back.takenBack.said.en),
      back,
    );
    report.say(`back ${(lab.machine.seconds - began).toFixed(0)} s after the upload began`);
    await shortCall(lab, 180);
  });
  return { refused, updated, rollback };
}

/** This story alone: `node --import=tsx images/test/update.ts`. */
async function alone(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'linegate-updates-'));
  const report = new Report();
  let lab: Lab | undefined;
  try {
    const image = await buildImage({ version: '0.1.0+test' });
    const disk = join(folder, 'disk.img');
    run('cp', ['--sparse=always', image.disk, disk]);
    // A card is larger than the image; the last partition grows.
    truncateSync(disk, 2 * 2 ** 30);
    const files = await makeUpdates(folder);
    lab = await Lab.open(disk);
    await lab.powerOn();
    report.say(`the page answers after ${(await lab.page()).toFixed(0)} s`);
    const [, code = ''] = await lab.machine.expect(/the code on the label: (\S+)/, START_S);
    await furnish(lab, code);
    await pause(5000);
    const story = await updateStory(lab, report, files, PASSWORD);
    report.say(JSON.stringify({ ...story, passed: report.passed, failed: report.failed }));
    return report.failed === 0;
  } catch (error) {
    report.check('the story comes to its end', false, error);
    return false;
  } finally {
    if (lab?.machine) writeFileSync('/tmp/linegate-update-console.txt', lab.machine.console);
    await lab?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.filename === process.argv[1]) {
  if (process.argv[2] === 'inside') process.exit((await alone()) ? 0 : 1);
  process.exit(await inOwnNetwork([process.execPath, '--import=tsx', import.meta.filename, 'inside']));
}
