/** Runs the measurements of the named areas; each area is a module of scripts/bench.d. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** One measured figure. */
export interface Figure {
  metric: string;
  value: number;
  unit: string;
  /** How many samples the value stands on. */
  n: number;
  note: string;
}

/** What stands behind the areas on the command line, as `--name value`. */
export interface Options {
  /** A positive number; `usual` if it is not given. */
  number(name: string, usual: number): number;
}

const folder = join(import.meta.dirname, '../bench.d');
const areas = readdirSync(folder)
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.slice(0, -3));
const { wanted, options } = commandLine(process.argv.slice(2));
if (options.has('list')) {
  console.log(areas.join('\n'));
} else {
  if (wanted.length === 0) fail('name an area');
  for (const area of wanted) if (!areas.includes(area)) fail(`there is no area '${area}'`);
  for (const area of wanted) {
    const module = (await import(join(folder, `${area}.ts`))) as {
      run(emit: (figure: Figure) => void, options: Options): Promise<void>;
    };
    await module.run((figure) => console.log(JSON.stringify(figure)), { number: numberOf });
  }
  process.exit(0);
}

function commandLine(words: string[]): { wanted: string[]; options: Map<string, string> } {
  const wanted: string[] = [];
  const options = new Map<string, string>();
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (!word.startsWith('--')) wanted.push(word);
    else if (word === '--list') options.set('list', '');
    else {
      const [name = '', value] = word.slice(2).split(/=(.*)/s);
      options.set(name, value ?? words[++i] ?? '');
    }
  }
  return { wanted, options };
}

function numberOf(name: string, usual: number): number {
  const given = options.get(name);
  if (given === undefined) return usual;
  if (!(Number(given) > 0)) fail(`--${name} takes a number, not '${given}'`);
  return Number(given);
}

function fail(why: string): never {
  console.error(`error: ${why}; areas are: ${areas.join(', ')}`);
  process.exit(2);
}
