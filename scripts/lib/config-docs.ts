/**
 * Writes docs/configuration-reference.md from the configuration schema.
 *
 *   npx tsx scripts/lib/config-docs.ts            writes it
 *   npx tsx scripts/lib/config-docs.ts --check    fails if it is out of date
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { FormField, FormSection } from '../../daemon/src/api/contract.ts';
import { allSections } from '../../daemon/src/config/form-model.ts';

const path = resolve(import.meta.dirname, '../../docs/configuration-reference.md');

const head = `# Configuration reference

Made from the schema by \`npx tsx scripts/lib/config-docs.ts\`: edit \`daemon/src/config/schema/\`, not this file.
What a change needs: *at-once*, *next-call*, *restart-trunk*, *restart-port* (that one only), *restart-box*.
A star marks what has no default. How the document is kept is told in [configuration.md](configuration.md).
`;

/** The whole page as Markdown. */
export function configReference(sections: readonly FormSection[] = allSections()): string {
  return `${[head, ...sections.map(sectionText)].join('\n')}`;
}

function sectionText(section: FormSection): string {
  const kind = section.kind === 'list' ? `a list, entries named by \`${section.idKey}\`` : 'one object';
  const parts = [
    `## ${section.key}\n\n**${section.title.en}** / ${section.title.ru}: ${section.help?.en ?? ''} ${capital(kind)}.\n`,
  ];
  parts.push(table(section.fields));
  for (const variant of section.variants ?? []) {
    parts.push(
      `### ${section.key}, \`${section.discriminator}: ${variant.value}\` (${variant.title.en})\n\n${table(variant.fields)}`,
    );
  }
  return parts.join('\n');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function table(fields: readonly FormField[]): string {
  const rows = fields.flatMap((field) => rowsOf(field, ''));
  const lines = [
    '| field | what it is | value | default | change |',
    '|---|---|---|---|---|',
    ...rows.map((cells) => `| ${cells.map(cellText).join(' | ')} |`),
  ];
  return `${lines.join('\n')}\n`;
}

function cellText(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function rowsOf(field: FormField, prefix: string): string[][] {
  const name = `${prefix}${field.key}`;
  const what = `${field.title.en} / ${field.title.ru}. ${field.help?.en ?? ''}`;
  const row = [
    `\`${name}\`${field.required ? ' *' : ''}`,
    what.trim(),
    valueText(field),
    defaultText(field),
    field.scope,
  ];
  if (field.type === 'group') return [row, ...field.fields.flatMap((part) => rowsOf(part, `${name}.`))];
  if (field.type === 'list') return [row, ...field.fields.flatMap((part) => rowsOf(part, `${name}[].`))];
  if (field.type === 'variant') {
    return [
      row,
      ...field.variants.flatMap((variant) =>
        variant.fields.flatMap((part) => rowsOf(part, `${name}(${variant.value}).`)),
      ),
    ];
  }
  return [row];
}

function valueText(field: FormField): string {
  switch (field.type) {
    case 'integer':
    case 'decimal': {
      const range = [field.min, field.max].map((limit) => limit ?? '').join('..');
      return [
        field.type === 'integer' ? 'whole number' : 'number',
        range === '..' ? '' : range,
        field.unit?.en ?? '',
      ]
        .filter(Boolean)
        .join(' ');
    }
    case 'choice':
      return field.choices.map((choice) => `\`${choice.value}\``).join(', ');
    case 'choices':
      // A list of the countries of the world is for a form.
      return field.choices.length > 40
        ? `any of ${field.choices.length} choices`
        : `any of ${field.choices.map((choice) => `\`${choice.value}\``).join(', ')}`;
    case 'variant':
      return `\`${field.discriminator}\`: ${field.variants.map((variant) => `\`${variant.value}\``).join(' or ')}`;
    case 'reference':
      return `an entry of ${field.section}`;
    case 'references':
      return `entries of ${field.section}`;
    case 'secret':
      return 'secret text';
    case 'text':
    case 'number-text':
    case 'texts': {
      const kind = { text: 'text', 'number-text': 'number as dialed', texts: 'texts' }[field.type];
      return field.pattern ? `${kind} \`${field.pattern}\`` : kind;
    }
    default:
      return field.type;
  }
}

function defaultText(field: FormField): string {
  if (!('default' in field) || field.default === '') return '';
  return `\`${JSON.stringify(field.default)}\``;
}

if (
  process.argv[1] !== undefined &&
  resolve(process.argv[1]) === join(import.meta.dirname, 'config-docs.ts')
) {
  const wanted = configReference();
  if (!process.argv.includes('--check')) writeFileSync(path, wanted);
  else if (readFileSync(path, 'utf8') !== wanted) {
    process.stderr.write(
      'docs/configuration-reference.md is out of date: run npx tsx scripts/lib/config-docs.ts\n',
    );
    process.exitCode = 1;
  }
}
