import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';

const root = resolve(import.meta.dirname, '../../..');

t.test('docs/configuration-reference.md is what the schema says', async (t) => {
  const script = resolve(root, 'scripts/lib/config-docs.ts');
  await t.resolves(promisify(execFile)(process.execPath, ['--import=tsx', script, '--check'], { cwd: root }));
});
