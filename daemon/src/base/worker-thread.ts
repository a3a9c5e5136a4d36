import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * Starts a worker thread from built JavaScript, or in development from TypeScript: a worker does
 * not inherit the loader that `--import=tsx` gave its parent (Node 20), so it registers it itself.
 */
export function startWorker(url: URL, options: WorkerOptions = {}): Worker {
  if (!url.pathname.endsWith('.ts')) return new Worker(url, options);
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  const code = `import(${loader}).then(({ register }) => (register(), import(${JSON.stringify(url.href)})))`;
  return new Worker(code, { ...options, eval: true, execArgv: [] });
}
