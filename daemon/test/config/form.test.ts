import t from 'tap';
import { z } from 'zod';
import { allSections, formModel } from '../../src/config/form-model.ts';
import { configSchema } from '../../src/config/schema.ts';
import { unwrap } from '../../src/config/schema-walk.ts';

interface Named {
  title?: { ru: string; en: string };
  help?: { ru: string; en: string };
  [key: string]: unknown;
}

function eachField(value: unknown, path: string, visit: (field: Named, path: string) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) eachField(item, path, visit);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const named = value as Named;
  const at = typeof named.key === 'string' ? `${path}/${named.key}` : path;
  if (named.key !== undefined) visit(named, at);
  for (const part of ['sections', 'fields', 'variants']) eachField(named[part], at, visit);
}

t.test('every setting has title and help in both languages, and a time at which it holds', async (t) => {
  let fields = 0;
  eachField({ sections: allSections() }, '', (field, path) => {
    fields++;
    for (const words of [field.title, field.help]) {
      t.match(words?.ru, /[а-яё]|SIP|UDP|#/i, `${path} in Russian`);
      t.match(words?.en, /[a-z]/i, `${path} in English`);
    }
    t.not(field.title?.en, field.key, `${path} has a title of its own`);
    if (path.split('/').length > 2) t.type(field.scope, 'string', path);
  });
  t.ok(fields > 120, `${fields} fields seen`);
});

t.test('the form leaves nothing of the schema out', async (t) => {
  const inForm = new Set<string>();
  eachField({ sections: allSections() }, '', (_field, path) => inForm.add(path));
  const missing: string[] = [];
  const visit = (schema: z.ZodType, path: string, discriminator?: string): void => {
    const { inner } = unwrap(schema);
    if (inner instanceof z.ZodArray) visit(inner.element as z.ZodType, path);
    else if (inner instanceof z.ZodDiscriminatedUnion)
      for (const option of inner.options) visit(option as z.ZodType, path, inner.def.discriminator);
    else if (inner instanceof z.ZodObject) {
      for (const [key, part] of Object.entries(inner.shape)) {
        if (key === discriminator) continue;
        if (!inForm.has(`${path}/${key}`)) missing.push(`${path}/${key}`);
        visit(part as z.ZodType, `${path}/${key}`);
      }
    }
  };
  for (const [key, schema] of Object.entries(configSchema.shape))
    if (key !== 'version') visit(schema, `/${key}`);
  t.same(missing, []);
});

t.test('choices, limits, references and secrets are what the page needs', async (t) => {
  const model = formModel();
  const section = (key: string) => model.sections.find((entry) => entry.key === key)!;
  const field = (key: string, name: string) => section(key).fields.find((entry) => entry.key === name);
  t.notOk(model.sections.some((entry) => ['admin', 'pins', 'version'].includes(entry.key)));
  t.match(field('trunks', 'maxCalls'), {
    type: 'integer',
    min: 1,
    max: 1000,
    default: 30,
    scope: 'next-call',
    required: false,
  });
  t.match(field('trunks', 'server'), { type: 'text', required: true, maxLength: 255 });
  t.match(field('trunks', 'password'), { type: 'secret', maxLength: 128 });
  t.notOk('default' in field('trunks', 'password')!);
  t.match(field('trunks', 'callerNumber'), { type: 'number-text', pattern: String });
  t.match(field('trunks', 'ptimeMs'), {
    type: 'choice',
    choices: [{ value: 10 }, { value: 20 }, { value: 30 }],
  });
  t.match(field('trunks', 'accessNumber'), { type: 'group', optional: true });
  t.match(field('routes', 'via'), {
    type: 'variant',
    discriminator: 'kind',
    variants: [
      { value: 'trunk' },
      { value: 'line', fields: [{ key: 'ports', type: 'references', section: 'lines' }] },
    ],
  });
  t.match(field('routes', 'classes'), {
    type: 'choices',
    choices: [{ value: 'internal', title: { ru: 'внутренний' } }],
  });
  t.match(field('routes', 'prices'), { type: 'list' });
  t.match(field('timeRules', 'from'), { type: 'time' });
  t.match(field('timeRules', 'days'), { type: 'choices', choices: [{ value: 1, title: { ru: 'пн' } }] });
  t.match(field('people', 'classOfService'), { type: 'reference', section: 'classesOfService' });
  t.match(section('ports'), {
    kind: 'list',
    idKey: 'number',
    discriminator: 'kind',
    variants: [{ value: 'fxs' }, { value: 'fxo' }],
  });
  t.same(
    section('ports').fields.map((entry) => entry.key),
    ['number', 'enabled', 'name', 'rxGainDb', 'txGainDb', 'echoTailMs', 'echoSuppressor'],
  );
});
