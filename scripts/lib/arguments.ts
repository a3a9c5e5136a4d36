/** Command lines of the scripts. */
import { resolve } from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';

/** Ends the script with what is wrong with its command line, and status 2. */
export function refuse(script: string, reason: string): never {
  console.error(`error: ${reason}; see scripts/${script} --help`);
  process.exit(2);
}

/** Reads the options of a script. A wrong one ends it with a line in words instead of a stack. */
export function readOptions<T extends NonNullable<ParseArgsConfig['options']>>(script: string, options: T) {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    // Node goes on about dashes behind the first sentence.
    return refuse(script, (error as Error).message.split(/[.\n]/, 1)[0]!);
  }
}

/** A path as the caller meant it: scripts work in the root of the project. */
export function fromCaller(path: string): string {
  return resolve(process.env.LINEGATE_CALLED_FROM ?? '.', path);
}

/** Options of scripts/run and scripts/dev. */
export const boxOptions = {
  data: { type: 'string' },
  config: { type: 'string' },
  http: { type: 'string', default: '127.0.0.1:8080' },
  sip: { type: 'string', default: '127.0.0.1:5060' },
  'no-sim': { type: 'boolean', default: false },
} as const;
