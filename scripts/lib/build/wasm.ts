/**
 * Compiles the modules of daemon/wasm (AssemblyScript) to daemon/wasm/dist, those that are stale. The box gets
 * the result: it needs no compiler.
 *
 *   npx tsx scripts/lib/build/wasm.ts
 */
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../..');
const folder = join(root, 'daemon/wasm');
const outdir = join(folder, 'dist');

/** Fixed-width SIMD, no runtime; no relaxed operations, so that every machine gets the same bits. */
const flags = ['--enable', 'simd', '-O3', '--noAssert', '--runtime', 'stub', '--use', 'abort='];

const changed = (file: string): number => {
  try {
    return statSync(file).mtimeMs;
  } catch {
    return 0;
  }
};

/** Compiles what is stale; returns the files of all modules. @throws Error with the compiler's words. */
export async function buildWasm(): Promise<string[]> {
  const made: string[] = [];
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.ts')) continue;
    const source = join(folder, name);
    const out = join(outdir, name.replace(/\.ts$/, '.wasm'));
    made.push(out);
    if (changed(out) > Math.max(changed(source), changed(import.meta.filename))) continue;
    mkdirSync(outdir, { recursive: true });
    // Moved into place when it is whole: tests run side by side.
    const whole = `${out}.${process.pid}`;
    const asc = await import('assemblyscript/asc');
    const { error, stderr } = await asc.main([name, '--outFile', whole, '--baseDir', folder, ...flags]);
    if (error) {
      rmSync(whole, { force: true });
      throw new Error(`daemon/wasm/${name}: ${error.message}\n${stderr.toString()}`);
    }
    renameSync(whole, out);
  }
  return made;
}

if (import.meta.url === `file://${process.argv[1]}`) await buildWasm();
