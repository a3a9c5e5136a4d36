/**
 * Writes daemon/src/api/openapi/types.json: the JSON Schemas of all types that the description of the API names, made of
 * the very TypeScript of the contract that daemon and page share.
 *
 *   npx tsx scripts/lib/openapi-types.ts            writes it
 *   npx tsx scripts/lib/openapi-types.ts --check    fails if it is out of date
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseSync } from 'oxc-parser';
import { namedTypes } from '../../daemon/src/api/openapi/operations.ts';

const root = resolve(import.meta.dirname, '../..');
const entry = join(root, 'daemon/src/api/contract.ts');
const path = join(root, 'daemon/src/api/openapi/types.json');

export type Schema = Record<string, unknown>;
// biome-ignore lint/suspicious/noExplicitAny: nodes of a syntax tree, told apart by their type
type Node = any;

interface Source {
  file: string;
  text: string;
  /** Types declared here, and lists of constants. */
  types: Map<string, Node>;
  values: Map<string, Node>;
  /** Local name -> where it is from; `*` names of whole files. */
  imports: Map<string, { from: string; name: string }>;
  stars: string[];
  comments: Map<number, string>;
}

const sources = new Map<string, Source>();

function sourceOf(file: string): Source {
  const known = sources.get(file);
  if (known) return known;
  const text = readFileSync(file, 'utf8');
  const { program, comments } = parseSync(file, text);
  const made: Source = {
    ...{ file, text, types: new Map(), values: new Map(), imports: new Map(), stars: [] },
    comments: new Map(),
  };
  for (const { type, value, end } of comments) {
    if (type !== 'Block' || !value.startsWith('*')) continue;
    const after = end + (/^\s*/.exec(text.slice(end))?.[0].length ?? 0);
    made.comments.set(after, plain(value));
  }
  const near = (specifier: string): string => resolve(dirname(file), specifier);
  for (const statement of program.body as Node[]) {
    if (statement.type === 'ImportDeclaration' && statement.source.value.startsWith('.'))
      for (const one of statement.specifiers)
        made.imports.set(one.local.name, {
          from: near(statement.source.value),
          name: one.imported?.name ?? 'default',
        });
    if (statement.type === 'ExportAllDeclaration') made.stars.push(near(statement.source.value));
    if (statement.type === 'ExportNamedDeclaration' && statement.source)
      for (const one of statement.specifiers)
        made.imports.set(one.exported.name, { from: near(statement.source.value), name: one.local.name });
    const declaration = statement.declaration ?? statement;
    if (/^TS(Interface|TypeAlias)Declaration$/.test(declaration.type)) {
      made.types.set(declaration.id.name, { ...declaration, at: statement.start });
    }
    if (declaration.type === 'VariableDeclaration')
      for (const one of declaration.declarations) if (one.id.name) made.values.set(one.id.name, one.init);
  }
  sources.set(file, made);
  return made;
}

/** A comment as one line, without links to files. */
const plain = (comment: string): string =>
  comment
    .replace(/^\*/, '')
    .replace(/^\s*\* ?/gm, '')
    .replace(/\{@link (?:file:\/\/)?([^}]*)\}/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();

interface Found {
  source: Source;
  node: Node;
}

function find(source: Source, name: string): Found | undefined {
  const node = source.types.get(name);
  if (node) return { source, node };
  const imported = source.imports.get(name);
  if (imported) return find(sourceOf(imported.from), imported.name);
  for (const star of source.stars) {
    const found = find(sourceOf(star), name);
    if (found) return found;
  }
  return undefined;
}

function constantOf(source: Source, name: string): Node | undefined {
  const own = source.values.get(name);
  if (own) return own;
  const imported = source.imports.get(name);
  return imported && constantOf(sourceOf(imported.from), imported.name);
}

/** Schemas of named types, as they are come upon. */
const schemas: Record<string, Schema> = {};
const madeOf = new Map<string, string>();

/** A reference to a named type, whose schema is made if it is new. */
function named(found: Found, name: string): Schema {
  const origin = `${found.source.file}#${name}`;
  const before = madeOf.get(name);
  if (before === undefined) {
    madeOf.set(name, origin);
    schemas[name] = {};
    const description = found.source.comments.get(found.node.at);
    const schema = shapeOf(found);
    schemas[name] = { ...(description ? { description } : {}), ...schema };
  } else if (before !== origin) {
    // The same thing written down in two layers is one; of different things the second has its file's name, too.
    const { description: _, ...first } = schemas[name] ?? {};
    if (JSON.stringify(first) !== JSON.stringify(shapeOf(found)))
      return named(found, `${fileName(found)}${name}`);
  }
  return { $ref: `#/components/schemas/${name}` };
}

const fileName = ({ source }: Found): string =>
  basename(source.file, '.ts').replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());

/** The schema of a declaration itself. */
function shapeOf({ source, node }: Found): Schema {
  if (node.type === 'TSTypeAliasDeclaration') return schemaOf(node.typeAnnotation, source);
  const own = members(node.body.body, source);
  const parents = (node.extends ?? []).map((one: Node) =>
    resolved(
      schemaOf(
        { type: 'TSTypeReference', typeName: one.expression, typeArguments: one.typeArguments },
        source,
      ),
    ),
  );
  return merged([...parents, own]);
}

function members(list: Node[], source: Source): Schema {
  const properties: Record<string, Schema> = {};
  const required: string[] = [];
  for (const member of list) {
    if (member.type === 'TSIndexSignature')
      return { type: 'object', additionalProperties: schemaOf(member.typeAnnotation.typeAnnotation, source) };
    // Methods do not travel.
    if (member.type !== 'TSPropertySignature') continue;
    const name = member.key.name ?? member.key.value;
    const schema = schemaOf(member.typeAnnotation.typeAnnotation, source);
    const description = source.comments.get(member.start);
    properties[name] = { ...(description ? { description } : {}), ...schema };
    if (!member.optional) required.push(name);
  }
  return { type: 'object', properties, ...(required.length > 0 ? { required } : {}) };
}

function schemaOf(node: Node, source: Source): Schema {
  switch (node.type) {
    case 'TSStringKeyword':
    case 'TSTemplateLiteralType':
      return { type: 'string' };
    case 'TSNumberKeyword':
      return { type: 'number' };
    case 'TSBooleanKeyword':
      return { type: 'boolean' };
    case 'TSNullKeyword':
      return { type: 'null' };
    case 'TSUnknownKeyword':
    case 'TSAnyKeyword':
    case 'TSObjectKeyword':
      return {};
    case 'TSParenthesizedType':
      return schemaOf(node.typeAnnotation, source);
    case 'TSTypeOperator':
      return node.operator === 'keyof'
        ? keysOf(node.typeAnnotation, source)
        : schemaOf(node.typeAnnotation, source);
    case 'TSArrayType':
      return { type: 'array', items: schemaOf(node.elementType, source) };
    case 'TSTupleType':
      return {
        type: 'array',
        prefixItems: node.elementTypes.map((one: Node) => schemaOf(one.elementType ?? one, source)),
      };
    case 'TSLiteralType':
      return { const: node.literal.value };
    case 'TSTypeLiteral':
      return members(node.members, source);
    case 'TSUnionType':
      return union(
        node.types
          .filter(({ type }: Node) => type !== 'TSUndefinedKeyword')
          .map((one: Node) => schemaOf(one, source)),
      );
    case 'TSIntersectionType':
      return merged(node.types.map((one: Node) => resolved(schemaOf(one, source))));
    case 'TSIndexedAccessType':
      return indexed(node, source);
    case 'TSTypeReference':
      return reference(node, source);
    default:
      throw new Error(`${source.file}: a ${node.type} cannot be described`);
  }
}

function reference({ typeName, typeArguments }: Node, source: Source): Schema {
  const name: string = typeName.name ?? typeName.right?.name;
  const [first, second] = (typeArguments?.params ?? []) as Node[];
  switch (name) {
    // The settings as they are shown are described by their own schema, when the document is made.
    case 'PublicConfig':
      return { $ref: '#/components/schemas/PublicConfig' };
    case 'Array':
    case 'ReadonlyArray':
      return { type: 'array', items: schemaOf(first, source) };
    case 'Record':
      return { type: 'object', additionalProperties: schemaOf(second, source) };
    case 'Readonly':
    case 'NonNullable':
    case 'Required':
      return schemaOf(first, source);
    case 'Partial': {
      const { required: _required, ...rest } = resolved(schemaOf(first, source));
      return rest;
    }
    case 'Pick':
    case 'Omit': {
      const keys = new Set(literals(schemaOf(second, source)));
      const all = resolved(schemaOf(first, source));
      const kept = (key: string): boolean => keys.has(key) === (name === 'Pick');
      const properties = Object.entries((all.properties ?? {}) as Record<string, Schema>).filter(([key]) =>
        kept(key),
      );
      const required = ((all.required ?? []) as string[]).filter(kept);
      return {
        ...{ type: 'object', properties: Object.fromEntries(properties) },
        ...(required.length > 0 ? { required } : {}),
      };
    }
    // What the configuration's own schema tells is put in when the document is made.
    case 'infer':
      return {};
  }
  const found = find(source, name);
  if (!found) throw new Error(`${source.file}: there is no type ${name}`);
  return named(found, name);
}

/** `T['key']`, `(typeof list)[number]`, `T[number]`. */
function indexed({ objectType, indexType }: Node, source: Source): Schema {
  const object = objectType.type === 'TSParenthesizedType' ? objectType.typeAnnotation : objectType;
  if (object.type === 'TSTypeQuery') {
    const value = unwrapped(constantOf(source, object.exprName.name));
    if (value?.type === 'ArrayExpression')
      return { enum: value.elements.map((one: Node) => unwrapped(one).value) };
    throw new Error(`${source.file}: ${object.exprName?.name} is no list`);
  }
  const whole = resolved(schemaOf(object, source));
  if (indexType.type === 'TSNumberKeyword') return (whole.items ?? {}) as Schema;
  const [key] = literals(schemaOf(indexType, source));
  return (whole.properties as Record<string, Schema> | undefined)?.[key ?? ''] ?? {};
}

function keysOf(node: Node, source: Source): Schema {
  if (node.type === 'TSTypeQuery') {
    const value = unwrapped(constantOf(source, node.exprName.name));
    if (value?.type !== 'ObjectExpression') return { type: 'string' };
    return { enum: value.properties.map(({ key }: Node) => key.name ?? key.value) };
  }
  return { enum: Object.keys((resolved(schemaOf(node, source)).properties ?? {}) as object) };
}

/** Without `as const`, `satisfies`. */
function unwrapped(node: Node): Node {
  return node?.expression && /^TS/.test(node.type) ? unwrapped(node.expression) : node;
}

const literals = (schema: Schema): string[] =>
  ((resolved(schema).enum as string[] | undefined) ?? [resolved(schema).const as string]).filter(
    (one) => one !== undefined,
  );

function union(parts: Schema[]): Schema {
  const flat = parts.flatMap((part) =>
    'const' in part ? [part.const] : 'enum' in part ? (part.enum as unknown[]) : [],
  );
  const others = parts.filter((part) => !('const' in part) && !('enum' in part));
  const list = [
    ...(flat.length > 0 ? [flat.length === 1 ? { const: flat[0] } : { enum: flat }] : []),
    ...others,
  ];
  return list.length === 1 ? list[0]! : { anyOf: list };
}

/** Behind a reference. */
function resolved(schema: Schema): Schema {
  const name = typeof schema.$ref === 'string' ? schema.$ref.split('/').at(-1)! : undefined;
  return name === undefined ? schema : resolved(schemas[name] ?? {});
}

/** Several objects as one; of alternatives each with the rest. */
function merged(parts: Schema[]): Schema {
  if (parts.length === 1) return parts[0]!;
  const alternatives = parts.find(({ anyOf }) => anyOf);
  if (alternatives) {
    const rest = parts.filter((part) => part !== alternatives);
    return { anyOf: (alternatives.anyOf as Schema[]).map((one) => merged([...rest, resolved(one)])) };
  }
  const properties = Object.assign({}, ...parts.map((part) => part.properties ?? {}));
  const required = [...new Set(parts.flatMap((part) => (part.required ?? []) as string[]))];
  return { type: 'object', properties, ...(required.length > 0 ? { required } : {}) };
}

/** What the file holds. */
export function openapiTypes(): Record<string, Schema> {
  const contract = sourceOf(entry);
  for (const name of [...namedTypes()].sort()) {
    const found = find(contract, name);
    if (!found) throw new Error(`the contract has no type ${name}`);
    named(found, name);
  }
  return Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
}

if (process.argv[1] === import.meta.filename) {
  const text = JSON.stringify(openapiTypes());
  if (!process.argv.includes('--check')) {
    writeFileSync(path, text);
    execFileSync('npx', ['biome', 'format', '--write', path], { cwd: root, stdio: 'ignore' });
  } else if (JSON.stringify(JSON.parse(readFileSync(path, 'utf8'))) !== text) {
    console.error('daemon/src/api/openapi/types.json is out of date: npx tsx scripts/lib/openapi-types.ts');
    process.exit(1);
  }
}
