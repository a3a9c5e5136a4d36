/**
 * Writes the table of feature codes in docs/feature-codes.md from the table that the box goes by.
 *
 *   npx tsx scripts/lib/code-docs.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CodeArgument, featureCodes } from '../../daemon/src/dialplan/feature-codes.ts';

const path = join(import.meta.dirname, '../../docs/feature-codes.md');

const behind: Record<CodeArgument, string> = {
  none: '',
  number: 'N#',
  extension: 'extension',
  digit: 'D',
  'digit-number': 'D*N#',
  'digit-end': 'D#',
};

/** The table, in Markdown. */
export function codeTable(): string {
  const rows = featureCodes.map(
    ({ kind, code, argument, name }) =>
      `| \`${code}${behind[argument]}\` | ${name.en} | ${name.ru} | \`${kind}\` |`,
  );
  return ['| dialed | | | `dialing.codes` |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** The page with the table as it is now. */
export function withTable(page: string): string {
  return page.replace(
    /<!-- codes -->[\s\S]*<!-- \/codes -->/,
    () => `<!-- codes -->\n${codeTable()}\n<!-- /codes -->`,
  );
}

if (import.meta.filename === process.argv[1]) writeFileSync(path, withTable(readFileSync(path, 'utf8')));
