/**
 * Checks the one direction of imports (docs/architecture.md). Prints each violation and fails if there is one.
 *
 *   npx tsx scripts/lib/import-rules.ts            checks the repository
 *   npx tsx scripts/lib/import-rules.ts DIR        checks a tree laid out like it (the tests' own)
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseSync } from 'oxc-parser';

/** What a layer may import besides itself. `types`: only with `import type`. */
interface Rule {
  from: string;
  may: string[];
  types?: string[];
}

const src = 'daemon/src';

/**
 * The most telling prefix counts. Packages of npm and of Node are not looked at, except that only sip/
 * talks to drachtio-srf.
 */
const rules: Rule[] = [
  { from: `${src}/base`, may: [] },
  { from: `${src}/config`, may: ['base', 'dialplan', 'schedule'], types: ['api'] },
  { from: `${src}/log`, may: ['base'] },
  { from: `${src}/line`, may: ['base'] },
  { from: `${src}/media`, may: ['base'] },
  { from: `${src}/sipd`, may: ['base'] },
  { from: `${src}/port`, may: ['base', 'line', 'media'] },
  { from: `${src}/worker`, may: ['base', 'line', 'media'] },
  { from: `${src}/schedule`, may: ['base'], types: ['config', 'dialplan'] },
  { from: `${src}/dialplan`, may: ['base', 'schedule'], types: ['config'] },
  { from: `${src}/records`, may: ['base'], types: ['config', 'dialplan'] },
  { from: `${src}/sip`, may: ['base'], types: ['call', 'config', 'dialplan', 'media', 'records'] },
  { from: `${src}/call`, may: ['base', 'port', 'media'], types: ['config', 'dialplan', 'records', 'line'] },
  {
    from: `${src}/service`,
    may: ['base', 'call', 'dialplan', 'port', 'media', 'schedule'],
    types: ['config', 'records'],
  },
  { from: `${src}/programs`, may: ['base', 'dialplan', 'records'], types: ['config'] },
  { from: `${src}/mail`, may: ['base', 'config'], types: ['dialplan'] },
  { from: `${src}/health`, may: ['base'], types: ['config', 'dialplan'] },
  {
    from: `${src}/api`,
    may: ['base', 'config', 'dialplan', 'schedule'],
    types: ['health', 'programs', 'records', 'service', 'call'],
  },
  {
    from: `${src}/main`,
    may: [
      'api',
      'base',
      'call',
      'config',
      'dialplan',
      'health',
      'line',
      'log',
      'mail',
      'media',
      'port',
      'programs',
      'records',
      'schedule',
      'service',
      'sip',
      'sipd',
      'worker',
    ],
  },
];

/** Trees that stand apart from the daemon, and the only files of it that they may see. */
const apart: { from: string; may: string[]; types: string[] }[] = [
  { from: 'web-ui/src', may: ['web-ui/src'], types: ['daemon/src/api/contract.ts'] },
  { from: 'hw', may: ['hw'], types: [] },
  { from: 'scripts/lib/operator', may: ['scripts/lib/operator'], types: [] },
];

interface Import {
  specifier: string;
  typeOnly: boolean;
  line: number;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const { module } = parseSync(file, text);
  const lineOf = (offset: number): number => text.slice(0, offset).split('\n').length;
  const found: Import[] = [];
  for (const entry of module.staticImports) {
    const typeOnly = entry.entries.length > 0 && entry.entries.every((e) => e.isType);
    found.push({ specifier: entry.moduleRequest.value, typeOnly, line: lineOf(entry.start) });
  }
  for (const entry of module.staticExports) {
    for (const e of entry.entries) {
      if (e.moduleRequest)
        found.push({ specifier: e.moduleRequest.value, typeOnly: e.isType, line: lineOf(entry.start) });
    }
  }
  for (const entry of module.dynamicImports) {
    const specifier = text.slice(entry.moduleRequest.start + 1, entry.moduleRequest.end - 1);
    found.push({ specifier, typeOnly: false, line: lineOf(entry.start) });
  }
  return found;
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return entry.name === 'node_modules' || entry.name === 'dist' ? [] : filesBelow(path);
    return /\.tsx?$/.test(entry.name) && !/\.(test|d)\.ts$/.test(entry.name) ? [path] : [];
  });
}

const within = (path: string, prefix: string): boolean =>
  path === prefix || path.startsWith(`${prefix}/`) || path.startsWith(`${prefix}.`);

/** Every violation below `root`, as printable lines. */
export function violations(root: string): string[] {
  const out: string[] = [];
  const report = (file: string, line: number, why: string): void => {
    out.push(`${relative(root, file)}:${line}: ${why}`);
  };
  for (const file of filesBelow(join(root, src))) {
    const path = relative(root, file);
    const rule = rules.find((r) => within(path, r.from));
    if (!rule) {
      report(file, 1, 'is in no known layer; add it to scripts/lib/import-rules.ts');
      continue;
    }
    for (const found of importsOf(file)) {
      if (found.specifier === 'drachtio-srf' && rule.from !== `${src}/sip`) {
        report(file, found.line, 'only sip/ talks to drachtio-srf');
      }
      if (!found.specifier.startsWith('.')) continue;
      const target = relative(root, resolve(dirname(file), found.specifier));
      if (within(target, rule.from)) continue;
      const layer = target.startsWith(`${src}/`)
        ? (target.slice(src.length + 1).split('/')[0] ?? '')
        : target;
      const data =
        target.endsWith('.json') && (within(target, 'hw/profile') || target === 'daemon/package.json');
      if (data || rule.may.includes(layer)) continue;
      if (rule.types?.includes(layer)) {
        if (!found.typeOnly)
          report(file, found.line, `may import from ${layer}/ only types (${found.specifier})`);
        continue;
      }
      report(file, found.line, `${rule.from.slice(src.length + 1)}/ may not import ${target}`);
    }
  }
  for (const area of apart) {
    const folder = existsSync(join(root, area.from))
      ? filesBelow(join(root, area.from))
      : [`${join(root, area.from)}.ts`];
    for (const file of folder.filter((f) => existsSync(f))) {
      for (const found of importsOf(file)) {
        if (!found.specifier.startsWith('.')) continue;
        const target = relative(root, resolve(dirname(file), found.specifier));
        if (area.may.some((prefix) => within(target, prefix))) continue;
        if (area.types.includes(target) && found.typeOnly) continue;
        report(file, found.line, `${area.from} may not import ${target}`);
      }
    }
  }
  return out;
}

/** Hand-written source files longer than the limit (ruling 39: 600 lines). */
export function longFiles(root: string, limit = 600): string[] {
  return ['daemon', 'hw', 'web-ui', 'scripts', 'images']
    .flatMap((folder) => filesBelow(join(root, folder)))
    .map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length - 1 }))
    .filter(({ lines }) => lines > limit)
    .map(({ file, lines }) => `${relative(root, file)}: ${lines} lines, the limit is ${limit}`);
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const root = resolve(process.argv[2] ?? join(import.meta.dirname, '../..'));
  const all = [...violations(root), ...longFiles(root)];
  for (const line of all) console.log(line);
  process.exit(all.length === 0 ? 0 : 1);
}
