import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));

export interface BuildOptions {
  /** Folder that is emptied and filled with index.html and assets/. */
  outdir: string;
  /** Readable output with source maps. */
  dev?: boolean;
}

/** Sizes of what was built, bytes. */
export interface BuildResult {
  script: number;
  style: number;
}

/**
 * Builds the page: one script and one style sheet with a hash in their names, and the index.html that names
 * them. Nothing in it comes from elsewhere, so it works without the Internet.
 */
export async function buildWebUi({ outdir, dev = false }: BuildOptions): Promise<BuildResult> {
  await rm(join(outdir, 'assets'), { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  const result = await build({
    entryPoints: [join(here, 'src/main.tsx')],
    outdir: join(outdir, 'assets'),
    entryNames: 'app-[hash]',
    bundle: true,
    format: 'esm',
    target: ['es2022', 'chrome100', 'firefox100', 'safari15.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: !dev,
    sourcemap: dev ? 'linked' : false,
    metafile: true,
    define: { 'process.env.NODE_ENV': dev ? '"development"' : '"production"' },
    logLevel: 'warning',
    tsconfig: join(here, 'tsconfig.json'),
  });
  const outputs = Object.entries(result.metafile.outputs).map(([path, { bytes }]) => ({
    path: basename(path),
    bytes,
  }));
  const script = outputs.find((o) => o.path.endsWith('.js'));
  const style = outputs.find((o) => o.path.endsWith('.css'));
  if (!script || !style) throw new Error(`the bundle lacks a part: ${outputs.map((o) => o.path).join(', ')}`);
  await writeFile(join(outdir, 'icon.svg'), icon);
  await writeFile(join(outdir, 'index.html'), page(script.path, style.path));
  return { script: script.bytes, style: style.bytes };
}

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#4f46b8"/><path d="M7 11h18v10H7z" fill="none" stroke="#fff" stroke-width="2.4" stroke-linejoin="round"/><path d="M11.5 21v-4m3 4v-4m3 4v-4m3 4v-4" stroke="#fff" stroke-width="2"/></svg>`;

function page(script: string, style: string): string {
  return `<!doctype html>
<html lang="ru">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" media="(prefers-color-scheme: light)" content="#f6f6f9">
<meta name="theme-color" media="(prefers-color-scheme: dark)" content="#15161c">
<title>Linegate</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/${style}">
<script type="module" src="/assets/${script}"></script>
</head>
<body><div id="app"></div><noscript>Включите JavaScript, чтобы открыть страницу. Turn JavaScript on to open the page.</noscript></body>
</html>
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const sizes = await buildWebUi({ outdir: join(here, 'dist'), dev: process.argv.includes('--dev') });
  console.log(`web-ui/dist: script ${sizes.script} bytes, style ${sizes.style} bytes`);
}
