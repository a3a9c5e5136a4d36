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

const folder = join(import.meta.dirname, '../bench.d');
const areas = readdirSync(folder)
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.slice(0, -3));
const wanted = process.argv.slice(2);
if (wanted.includes('--list')) {
  console.log(areas.join('\n'));
} else {
  if (wanted.length === 0) fail('name an area');
  for (const area of wanted) if (!areas.includes(area)) fail(`there is no area '${area}'`);
  for (const area of wanted) {
    const module = (await import(join(folder, `${area}.ts`))) as {
      run(emit: (figure: Figure) => void): Promise<void>;
    };
    await module.run((figure) => console.log(JSON.stringify(figure)));
  }
  process.exit(0);
}

function fail(why: string): never {
  console.error(`error: ${why}; areas are: ${areas.join(', ')}`);
  process.exit(2);
}
