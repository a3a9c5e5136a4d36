import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));

/** What the daemon puts a number of its own in place of, for each answer (static-files.ts). */
const noncePlaceholder = '__nonce__';

export interface BuildOptions {
  /** Folder that is emptied and filled with index.html and assets/. */
  outdir: string;
  /** Readable output with source maps. */
  dev?: boolean;
}

/**
 * Builds the page with Vite: a script for the first view, others for what is opened later, all with a hash in their
 * names. Nothing in it comes from elsewhere, so it works without the Internet.
 */
export async function buildWebUi({ outdir, dev = false }: BuildOptions): Promise<void> {
  // Loaded here, as every script of the project asks whether the page is stale, and few build it.
  const [{ build }, { default: react }] = await Promise.all([import('vite'), import('@vitejs/plugin-react')]);
  await build({
    root: here,
    configFile: false,
    logLevel: 'warn',
    mode: dev ? 'development' : 'production',
    plugins: [react()],
    resolve: { dedupe: ['react', 'react-dom'] },
    html: { cspNonce: noncePlaceholder },
    build: {
      outDir: outdir,
      emptyOutDir: true,
      target: ['es2022', 'chrome107', 'firefox104', 'safari16'],
      minify: !dev,
      sourcemap: dev,
      // Small pictures stay files: the policy of the page lets no data: into style sheets.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 1000,
    },
  });
}

/** Bytes of the scripts and styles that the first view needs, as they go over the wire (gzip -9). */
export function firstViewBytes(outdir: string): number {
  const html = readFileSync(join(outdir, 'index.html'), 'utf8');
  const names = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, name]) => name ?? '');
  return names.reduce(
    (sum, name) => sum + gzipSync(readFileSync(join(outdir, name)), { level: 9 }).length,
    0,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const outdir = join(here, 'dist');
  await buildWebUi({ outdir, dev: process.argv.includes('--dev') });
  const files = readdirSync(join(outdir, 'assets')).length;
  console.log(`web-ui/dist: ${files} files, first view ${firstViewBytes(outdir)} bytes gzipped`);
}
