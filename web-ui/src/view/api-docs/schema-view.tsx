import { Code } from '@mantine/core';
import { type ApiDocument, type Schema, shortly } from './document.ts';

/** Deeper than this a type is only named: the document has it in full. */
const deepest = 4;

interface Props {
  schema: Schema;
  document: ApiDocument;
  depth?: number;
}

/** A schema as a list of fields; what stands behind a name opens in its place. */
export function SchemaView({ schema, document, depth = 0 }: Props) {
  const name = schema.$ref?.split('/').at(-1);
  const shown = name ? (document.components.schemas[name] ?? {}) : schema;
  if (shown.anyOf && !shown.properties)
    return (
      <div>
        <Code>{shortly(shown)}</Code>
        {depth < deepest &&
          shown.anyOf
            .filter((one) => one.properties ?? one.$ref)
            .map((one, i) => <SchemaView key={i} schema={one} document={document} depth={depth + 1} />)}
      </div>
    );
  if (shown.items)
    return (
      <div>
        <Code>{shortly(shown)}</Code>
        {depth < deepest && <SchemaView schema={shown.items} document={document} depth={depth + 1} />}
      </div>
    );
  if (!shown.properties) return <Code>{shortly(shown)}</Code>;
  return (
    <ul className="api-fields">
      {Object.entries(shown.properties).map(([key, one]) => (
        <li key={key}>
          <Code>{key}</Code>
          {shown.required?.includes(key) ? '' : '?'} <span className="dim">{shortly(one)}</span>{' '}
          {one.description}
          <Nested schema={one} document={document} depth={depth} />
        </li>
      ))}
    </ul>
  );
}

/** A named type within a type: shut until somebody opens it, and drawn only then. */
function Nested({ schema, document, depth }: Required<Props>) {
  const inner = schema.items ?? schema;
  const name = inner.$ref?.split('/').at(-1);
  if (depth >= deepest || (!name && !inner.properties)) return null;
  return (
    <details>
      <summary>{name ?? '{ }'}</summary>
      <SchemaView schema={inner} document={document} depth={depth + 1} />
    </details>
  );
}
