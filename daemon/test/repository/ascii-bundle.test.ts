import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

t.test('the built daemon is plain ASCII, which the engine keeps in half the memory', async (t) => {
  const folder = join(import.meta.dirname, '../../dist');
  const files = readdirSync(folder).filter((name) => name.endsWith('.js'));
  t.ok(files.includes('main.js'), 'it is built');
  for (const name of files) {
    const foreign = /[\x80-\xff]/.exec(readFileSync(join(folder, name), 'latin1'));
    t.notOk(foreign, `${name}: ${foreign?.[0]} at ${foreign?.index}`);
  }
});
