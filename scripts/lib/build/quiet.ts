/**
 * Takes the debug output of drachtio-srf out of the bundles. Its statements write nothing unless someone sets
 * DEBUG, but their texts are put together all the same, JSON of whole messages included, some fifty times a call.
 */
import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';
import { parseSync } from 'oxc-parser';

interface Node {
  type: string;
  start: number;
  end: number;
  [key: string]: unknown;
}

/** What would be missed if it were left out with the statement around it. */
const effects = /^(Assignment|Update|Await|Yield)Expression$/;

/**
 * A script without the statements that only call a logger of the package debug. Every other byte stays where it
 * is. Throws if it is no JavaScript.
 */
export function withoutDebug(source: string, path = 'source.cjs'): string {
  const loggers = new Set(
    [...source.matchAll(/^(?:const|let|var) (\w+) = require\('debug'\)\(/gm)].map(([, name]) => name!),
  );
  if (loggers.size === 0) return source;
  const { program, errors } = parseSync(path, source, { sourceType: 'script' });
  if (errors[0]) throw new Error(`${path}: ${errors[0].message}`);
  let out = '';
  let from = 0;
  walk(program as unknown as Node, (node) => {
    if (!isDebug(node, loggers)) return true;
    out += `${source.slice(from, node.start)};`;
    from = node.end;
    return false;
  });
  return out + source.slice(from);
}

function isDebug(node: Node, loggers: ReadonlySet<string>): boolean {
  if (node.type !== 'ExpressionStatement') return false;
  const call = node.expression as Node;
  if (call.type !== 'CallExpression' || !loggers.has((call.callee as Node).name as string)) return false;
  let pure = true;
  for (const argument of call.arguments as Node[])
    walk(argument, ({ type }) => {
      if (effects.test(type)) pure = false;
      return pure;
    });
  return pure;
}

/** Visits a node and, where `visit` says so, what is in it. */
function walk(node: Node, visit: (node: Node) => boolean): void {
  if (!visit(node)) return;
  for (const value of Object.values(node))
    for (const child of Array.isArray(value) ? value : [value])
      if (typeof (child as Node | null)?.type === 'string') walk(child as Node, visit);
}

export const quiet: Plugin = {
  name: 'quiet',
  setup(build) {
    build.onLoad({ filter: /[\\/]drachtio-srf[\\/]lib[\\/].*\.js$/ }, async ({ path }) => ({
      contents: withoutDebug(await readFile(path, 'utf8'), path),
      loader: 'js',
    }));
  },
};
