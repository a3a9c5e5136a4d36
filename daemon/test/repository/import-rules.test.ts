import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { longFiles, violations } from '../../../scripts/lib/import-rules.ts';

/** A tree laid out like the repository. */
function tree(root: string, files: Record<string, string>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

t.test('every deliberate violation is reported, with its place', async (t) => {
  const root = tree(t.testdir(), {
    'daemon/src/base/clock.ts': "import { Call } from '../call/call.ts';\nexport const x = Call;\n",
    'daemon/src/call/call.ts':
      "import type { Records } from '../records/records.ts';\nexport class Call {}\n",
    'daemon/src/call/wrong.ts':
      "\nimport { Records } from '../records/records.ts';\nexport const y = Records;\n",
    'daemon/src/records/records.ts': 'export class Records {}\n',
    'daemon/src/sip/leg.ts': "export const z = async () => await import('../port/port.ts');\n",
    'daemon/src/port/port.ts': "export * from '../line/card.ts';\nexport { q } from '../sip/leg.ts';\n",
    'daemon/src/line/card.ts': 'export const q = 1;\n',
    'daemon/src/service/s.ts': "import Srf from 'drachtio-srf';\nexport default Srf;\n",
    'daemon/src/stray/s.ts': 'export const s = 1;\n',
    'web-ui/src/app.ts':
      "import { Call } from '../../daemon/src/call/call.ts';\nimport type { A } from '../../daemon/src/api/contract.ts';\nexport const a: A = Call;\n",
    'hw/simulator/main.ts': "import { q } from '../../daemon/src/line/card.ts';\nexport const r = q;\n",
  });
  t.same(violations(root), [
    'daemon/src/base/clock.ts:1: base/ may not import daemon/src/call/call.ts',
    'daemon/src/call/wrong.ts:2: may import from records/ only types (../records/records.ts)',
    'daemon/src/port/port.ts:2: port/ may not import daemon/src/sip/leg.ts',
    'daemon/src/service/s.ts:1: only sip/ talks to drachtio-srf',
    'daemon/src/sip/leg.ts:1: sip/ may not import daemon/src/port/port.ts',
    'daemon/src/stray/s.ts:1: is in no known layer; add it to scripts/lib/import-rules.ts',
    'web-ui/src/app.ts:1: web-ui/src may not import daemon/src/call/call.ts',
    'hw/simulator/main.ts:1: hw may not import daemon/src/line/card.ts',
  ]);
});

t.test('a file longer than the limit is reported', async (t) => {
  const root = tree(t.testdir(), { 'daemon/src/base/long.ts': 'export {};\n'.repeat(601) });
  t.same(longFiles(root), ['daemon/src/base/long.ts: 601 lines, the limit is 600']);
});

t.test('the repository keeps its own rules', async (t) => {
  const root = join(import.meta.dirname, '../../..');
  t.same(violations(root), []);
  t.same(longFiles(root), []);
});
