import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { CodedError } from '../base/error.ts';
import { isRecord } from '../config/issue.ts';
import type { RunningSystem, Updater } from './update-desk.ts';

/** Reads who we are from the image; undefined: this is no image of ours, and nothing here updates it. */
export function runningSystem(root = '/'): RunningSystem | undefined {
  const text = (path: string): string => {
    try {
      return readFileSync(`${root}/${path}`, 'utf8');
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

/**
 * RAUC by its own program: it proves signatures by the keyring of the image, and its service does the writing.
 * @param words the program, and what comes before its verb
 */
export function raucUpdater(words: readonly string[] = ['rauc']): Updater {
  const run = (args: readonly string[], heard?: (text: string) => void) => ran([...words, ...args], heard);
  return {
    async facts(file) {
      const { status, out, err } = await run(['info', '--output-format=json', file]);
      if (status !== 0) throw new CodedError(`update/${refusedFor(err)}`, tail(err));
      const said = parsed(out);
      const { compatible, version } = isRecord(said) ? said : {};
      if (typeof compatible === 'string' && typeof version === 'string') return { compatible, version };
      throw new CodedError('update/broken', `no manifest: ${tail(out)}`);
    },

    async install(file, progress) {
      const { status, err } = await run(['install', file], (text) => {
        // " 40% Checking bundle done."
        for (const [, percent] of text.matchAll(/(\d{1,3})%/g)) progress(Number(percent));
      });
      if (status !== 0) throw new CodedError(`update/${refusedFor(err)}`, tail(err));
    },

    async activate(slot) {
      const marked = await run(['status', 'mark-active', 'other']);
      if (marked.status !== 0) throw new CodedError('update/not-activated', tail(marked.err));
      // What the bootloader will do, not what was asked for.
      const { out } = await run(['status', '--output-format=json']);
      if (primaryOf(parsed(out)) !== slot)
        throw new CodedError('update/not-activated', `the bootloader would not start ${slot}: ${tail(out)}`);
    },
  };
}

/** The half that is started next: `{"boot_primary": "rootfs.1", "slots": [{"rootfs.1": {"bootname": "B"}}]}`. */
function primaryOf(status: unknown): string | undefined {
  if (!isRecord(status) || !Array.isArray(status.slots)) return undefined;
  for (const entry of status.slots) {
    const slot = isRecord(entry) ? entry[String(status.boot_primary)] : undefined;
    if (isRecord(slot) && typeof slot.bootname === 'string') return slot.bootname;
  }
  return undefined;
}

/** RAUC has one exit status for all; a signature that is none, or whose maker is unknown, is told apart by its words. */
const refusedFor = (err: string): 'unsigned' | 'broken' =>
  /failed to verify signature|signature verification failed|certificate verify error/i.test(err)
    ? 'unsigned'
    : 'broken';

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const tail = (text: string): string => text.trim().slice(-500);

function ran(
  [program = '', ...args]: readonly string[],
  heard: (text: string) => void = () => {},
): Promise<{ status: number | null; out: string; err: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
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
