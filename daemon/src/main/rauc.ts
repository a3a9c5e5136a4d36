import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { CodedError } from '../base/error.ts';
import type { RunningSystem, Updater } from './update-desk.ts';

/** Reads who we are from the image; undefined: this is no image of ours, and nothing here updates it. */
export function runningSystem(root = '/'): RunningSystem | undefined {
  const text = (path: string): string => {
    try {
      return readFileSync(`${root}${path}`, 'utf8');
    } catch {
      return '';
    }
  };
  const slot = /(?:^|\s)rauc\.slot=([AB])\b/.exec(text('proc/cmdline'))?.[1];
  const version = /^VERSION_ID="?([^"\n]+)/m.exec(text('etc/os-release'))?.[1];
  const compatible = /^compatible=(.+)$/m.exec(text('etc/rauc/system.conf'))?.[1]?.trim();
  if (!slot || !version || !compatible) return undefined;
  return { slot, version, compatible, lowest: text('usr/lib/linegate/lowest-version').trim() || '0.0.0' };
}

/** RAUC by its own program: it proves signatures by the keyring of the image, and its service does the writing. */
export const rauc: Updater = {
  async facts(file) {
    const { status, out, err } = await run(['info', '--output-format=json', file]);
    if (status !== 0)
      throw new CodedError(
        /signature|certificate|verif/i.test(err) ? 'update/unsigned' : 'update/broken',
        tail(err),
      );
    try {
      const { compatible, version } = JSON.parse(out) as Record<string, unknown>;
      if (typeof compatible === 'string' && typeof version === 'string') return { compatible, version };
    } catch {
      // Not what RAUC prints; said below.
    }
    throw new CodedError('update/broken', `no manifest: ${tail(out)}`);
  },

  async install(file, progress) {
    const { status, err } = await run(['install', file], (text) => {
      // " 40% Checking bundle done."
      for (const [, percent] of text.matchAll(/(\d{1,3})%/g)) progress(Number(percent));
    });
    if (status !== 0) throw new CodedError('update/broken', tail(err));
  },
};

const tail = (text: string): string => text.trim().slice(-500);

function run(
  args: readonly string[],
  heard: (text: string) => void = () => {},
): Promise<{ status: number | null; out: string; err: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('rauc', args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, LC_ALL: 'C' },
    });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      heard(text);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, out, err }));
  });
}
