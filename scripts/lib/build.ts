/**
 * Builds what runs: the daemon with its workers, the simulator with its page, the web page. Only what is
 * older than its sources is built again. Flags: `--force`, `--only daemon|simulator|web-ui`, `--quiet`.
 */
import {
  copyFileSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { ascii } from './build/ascii.ts';
import { quiet } from './build/quiet.ts';
import { slim } from './build/slim.ts';
import { buildWasm } from './build/wasm.ts';

const root = resolve(import.meta.dirname, '../..');

interface Part {
  name: 'daemon' | 'simulator' | 'web-ui';
  /** Folders and files whose change makes the part stale. */
  sources: string[];
  outdir: string;
  make(outdir: string): Promise<void>;
}

/** Packages with native parts are loaded from node_modules, everything else is bundled (ruling 31). */
const external = ['serialport', '@serialport/*', 'koffi', 'libsql', '@libsql/*'];
/** drachtio-srf is CommonJS and asks for `require` and `__dirname` when bundled as a module. */
const banner = [
  "import { createRequire as __createRequire } from 'node:module';",
  "import { fileURLToPath as __fileURLToPath } from 'node:url';",
  'const require = __createRequire(import.meta.url);',
  "const __filename = __fileURLToPath(import.meta.url); const __dirname = __filename.slice(0, __filename.lastIndexOf('/'));",
].join('\n');

async function bundleForNode(entries: Record<string, string>, outdir: string): Promise<void> {
  await build({
    entryPoints: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, join(root, file)])),
    outdir,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    splitting: true,
    chunkNames: 'chunk-[hash]',
    outExtension: { '.js': '.js' },
    external,
    plugins: [quiet, slim],
    banner: { js: banner },
    sourcemap: 'linked',
    minifySyntax: true,
    // A variable of the environment is dear to read, and drachtio-srf reads this one for each header.
    define: { 'process.env.DRACHTIO_PRESERVE_HEADER_NAMES': 'undefined' },
    logLevel: 'warning',
  });
  for (const name of readdirSync(outdir).filter((name) => name.endsWith('.js'))) {
    const file = join(outdir, name);
    writeFileSync(file, ascii(readFileSync(file, 'utf8')));
  }
}

const parts: Part[] = [
  {
    name: 'daemon',
    sources: [
      'daemon/src',
      'daemon/wasm',
      'hw/profile',
      'package-lock.json',
      'scripts/lib/build.ts',
      'scripts/lib/build',
    ],
    outdir: 'daemon/dist',
    make: async (outdir) => {
      const modules = await buildWasm();
      await bundleForNode(
        {
          main: 'daemon/src/main.ts',
          'media-worker': 'daemon/src/worker/media-worker.ts',
          'fax-worker': 'daemon/src/worker/fax-worker.ts',
          'recorder-worker': 'daemon/src/worker/recorder-worker.ts',
          'sound-worker': 'daemon/src/worker/sound-worker.ts',
          'search-worker': 'daemon/src/records/search/search-worker.ts',
          'phonebook-worker': 'daemon/src/programs/phonebook-worker.ts',
          'sipd-worker': 'daemon/src/sipd/worker.ts',
          sipd: 'daemon/src/sipd/cli.ts',
        },
        outdir,
      );
      for (const module of modules) copyFileSync(module, join(outdir, basename(module)));
    },
  },
  {
    name: 'simulator',
    sources: ['hw/simulator', 'hw/profile', 'hw/board', 'scripts/lib/operator.ts', 'package-lock.json'],
    outdir: 'hw/dist',
    make: async (outdir) => {
      await bundleForNode({ simulator: 'hw/simulator/main.ts', operator: 'scripts/lib/operator.ts' }, outdir);
      const { buildPage } = await import('../../hw/simulator/build-page.ts');
      await buildPage(join(outdir, 'page'));
    },
  },
  {
    name: 'web-ui',
    sources: [
      'web-ui/src',
      'web-ui/public',
      'web-ui/index.html',
      'web-ui/build.ts',
      'daemon/src/api/contract.ts',
      'package-lock.json',
    ],
    outdir: 'web-ui/dist',
    make: async (outdir) => {
      const { buildWebUi } = await import('../../web-ui/build.ts');
      await buildWebUi({ outdir });
    },
  },
];

/** Time of the newest change below `path`, ms. */
function newest(path: string): number {
  const info = statSync(path);
  if (!info.isDirectory()) return info.mtimeMs;
  let time = info.mtimeMs;
  for (const entry of readdirSync(path)) {
    if (entry !== 'node_modules' && entry !== 'dist') time = Math.max(time, newest(join(path, entry)));
  }
  return time;
}

function isFresh(part: Part): boolean {
  try {
    const stamp = Number(readFileSync(join(root, part.outdir, '.built'), 'utf8'));
    return part.sources.every((source) => newest(join(root, source)) <= stamp);
  } catch {
    return false;
  }
}

const { values } = parseArgs({
  options: {
    force: { type: 'boolean' },
    only: { type: 'string', multiple: true },
    quiet: { type: 'boolean' },
  },
});
for (const part of parts) {
  if (values.only && !values.only.includes(part.name)) continue;
  if (!values.force && isFresh(part)) continue;
  const outdir = join(root, part.outdir);
  const began = Date.now();
  rmSync(outdir, { recursive: true, force: true });
  await part.make(outdir);
  const stamp = join(outdir, '.built');
  writeFileSync(stamp, String(began));
  // For find -newer, as scripts/sipd has it.
  utimesSync(stamp, began / 1000, began / 1000);
  if (!values.quiet) console.error(`built ${part.name} in ${Date.now() - began} ms`);
}
