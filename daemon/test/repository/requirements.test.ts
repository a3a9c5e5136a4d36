import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import t from 'tap';

const root = resolve(import.meta.dirname, '../../..');
const page = readFileSync(join(root, 'docs/requirements.md'), 'utf8');

/** Every source file and page of ours. */
function ours(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|tsx|md)$/.test(name) && !/(^|\/)(node_modules|dist|\.tap)\//.test(name))
    .map((name) => join(folder, name));
}

/** Numbers in `ruling 5`, `rulings 3 and 9`, `rulings 3 to 6`. */
function cited(text: string): number[] {
  return [...text.matchAll(/\brulings? (\d+)(?: (and|to) (\d+))?/gi)].flatMap(([, first, word, second]) => {
    const [from, to] = [Number(first), Number(second ?? first)];
    return word === 'to' ? Array.from({ length: to - from + 1 }, (_, i) => from + i) : [from, to];
  });
}

t.test('whatever requirement the code cites is on the page', async (t) => {
  const stated = new Set([...page.matchAll(/^\*\*(\d+)\. /gm)].map(([, number]) => Number(number)));
  const files = ['daemon/src', 'daemon/test', 'hw', 'web-ui/src', 'scripts', 'docs'].flatMap(ours);
  let seen = 0;
  for (const file of files) {
    if (file.endsWith('requirements.test.ts')) continue;
    for (const number of cited(readFileSync(join(root, file), 'utf8'))) {
      seen++;
      if (!stated.has(number)) t.fail(`${file} cites ${number}`);
    }
  }
  t.ok(seen > 100, `${seen} citations`);
  t.same(cited('rulings 3 to 6, ruling 9 and Rulings 11'), [3, 4, 5, 6, 9, 9, 11, 11]);
});

t.test('each requirement on the page has its proof, and the proof is there', async (t) => {
  const entries = page.split(/^(?=\*\*\d+\. )/m).slice(1);
  for (const entry of entries) {
    const number = /^\*\*(\d+)/.exec(entry)?.[1];
    const proofs = [...(entry.split('Proof:')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, path]) => path!);
    t.ok(proofs.length > 0, `${number} is proved`);
    for (const path of proofs) t.ok(existsSync(join(root, path)), `${number}: ${path}`);
  }
});
