import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomic } from '../config/atomic-file.ts';
import type { PostedLetter } from './letter.ts';

const fileName = /^[\w-]{1,80}\.json$/;

/** Letters that wait, a file each: `DATA/mail/ID.json`. What is in it survives power cuts. */
export class Spool {
  readonly #folder: string;

  constructor(data: string) {
    this.#folder = join(data, 'mail');
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
  }

  /** All that wait, oldest first. What cannot be read is deleted: nobody could ever send it. */
  read(): PostedLetter[] {
    const found = readdirSync(this.#folder).flatMap((name) => {
      const path = join(this.#folder, name);
      const letter = fileName.test(name) ? readLetter(path) : undefined;
      if (!letter || `${letter.id}.json` !== name) {
        rmSync(path, { force: true, recursive: true });
        return [];
      }
      return [letter];
    });
    return found.sort((a, b) => a.at - b.at);
  }

  /** Resolves once it survives a crash. @throws CodedError `config/write-failed` */
  async write(letter: PostedLetter): Promise<void> {
    await writeAtomic(join(this.#folder, `${letter.id}.json`), `${JSON.stringify(letter)}\n`);
  }

  remove(id: string): void {
    rmSync(join(this.#folder, `${id}.json`), { force: true });
  }
}

function readLetter(path: string): PostedLetter | undefined {
  try {
    const read = JSON.parse(readFileSync(path, 'utf8')) as PostedLetter;
    const whole =
      [read.id, read.kind, read.to, read.subject, read.text].every((text) => typeof text === 'string') &&
      [read.at, read.tries, read.nextAt].every((number) => typeof number === 'number');
    return whole ? read : undefined;
  } catch {
    return undefined;
  }
}
