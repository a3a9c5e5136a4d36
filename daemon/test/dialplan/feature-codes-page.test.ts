import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { withTable } from '../../../scripts/lib/code-docs.ts';
import { featureCodes } from '../../src/dialplan/feature-codes.ts';

t.test(
  'docs/feature-codes.md has the codes that the box has; scripts/lib/code-docs.ts writes them',
  async (t) => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/feature-codes.md'), 'utf8');
    t.equal(page, withTable(page));
    for (const { kind } of featureCodes) t.match(page, `\`${kind}\``);
  },
);
