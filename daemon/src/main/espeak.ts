import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { CodedError } from '../base/error.ts';
import type { Language } from '../service/announcing.ts';

/** Words a minute; that of the recordings that come with the box. */
const SPEED = 145;
/** What comes out at most, bytes: a minute at 22.05 kHz and 16 bit. More is cut off. */
const MOST_BYTES = 44 + 60 * 22_050 * 2;
/** A text of a few lines takes a tenth of a second, on a slow board under one. */
const patienceMs = 10_000;
/** What is only to be ready gives way to everything else: its nice value. */
const AHEAD_NICE = 10;

/** The voice of each language. */
const voices: Record<Language, string> = { ru: 'ru', en: 'en-us' };

/**
 * Speaks a text; resolves with a WAV file. Rejects with `main/no-voice` where the program is missing, else `main/voice`.
 * `ahead`: nobody waits for it.
 */
export type Synthesiser = (text: string, language: Language, ahead?: boolean) => Promise<Buffer>;

/**
 * Makes a synthesiser of the program espeak-ng. The text goes by its standard input, so that nothing in it is taken for
 * an option, and no shell sees it.
 */
export function espeak(program = 'espeak-ng'): Synthesiser {
  return (text, language, ahead) =>
    new Promise((resolve, reject) => {
      const options = ['-v', voices[language], '-s', String(SPEED), '-b', '1', '-z', '--stdin', '--stdout'];
      const { PATH } = process.env;
      const child = spawn(program, options, {
        stdio: ['pipe', 'pipe', 'ignore'],
        env: { ...(PATH === undefined ? {} : { PATH }), LANG: 'C.UTF-8' },
      });
      const parts: Buffer[] = [];
      let bytes = 0;
      const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
      child.once('spawn', () => {
        if (!ahead) return;
        try {
          setPriority(child.pid!, AHEAD_NICE);
        } catch {
          // It may be over already.
        }
      });
      child.stdout.on('data', (part: Buffer) => {
        parts.push(part);
        bytes += part.length;
        if (bytes > MOST_BYTES) child.kill('SIGKILL');
      });
      // A child that ends early has not read it all; that it ended is told by its exit.
      child.stdin.on('error', () => {});
      child.once('error', (cause) => {
        clearTimeout(timer);
        reject(new CodedError('main/no-voice', `${program} cannot be run`, { cause }));
      });
      child.once('close', (code, signal) => {
        clearTimeout(timer);
        if (code === 0 || bytes > MOST_BYTES) resolve(Buffer.concat(parts).subarray(0, MOST_BYTES));
        else reject(new CodedError('main/voice', `${program} ended with ${signal ?? code}`));
      });
      child.stdin.end(text);
    });
}
