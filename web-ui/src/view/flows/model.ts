import type { FormField, FormModel, PublicConfig } from '../../../../daemon/src/api/contract.ts';
import { blankVariant, type Item } from '../../form/value.ts';

export type Flow = PublicConfig['flows'][number];
export type FlowNode = Flow['nodes'][number];

type ListOf = Extract<FormField, { type: 'list' }>;
type Variants = Extract<FormField, { type: 'variant' }>;

/** Fields of a step that name the step which follows. */
const leads = new Set(['next', 'otherwise', 'silent', 'busy', 'failed', 'again']);

/** The form of a step: its fields, and the kinds of what it does. */
export function stepForm(form: FormModel): { fields: readonly FormField[]; kinds: Variants } | undefined {
  const section = form.sections.find(({ key }) => key === 'flows');
  const nodes = section?.fields.find(
    (field): field is ListOf => field.key === 'nodes' && field.type === 'list',
  );
  const kinds = nodes?.fields.find(
    (field): field is Variants => field.key === 'does' && field.type === 'variant',
  );
  return nodes && kinds ? { fields: nodes.fields, kinds } : undefined;
}

/** A way out of a step that may lead to another one: a field of its own, or one more of a list. */
export interface Way {
  /** Where it is named, below `does`: `otherwise`, `choices/2/next`. */
  path: string;
  field: FormField;
  /** The step that it leads to now. */
  to: string | undefined;
  /** A way that is not there yet: a key that nobody has. */
  key?: string;
}

/** All ways out of a step that could lead to a new one. */
export function waysOf(does: Item, kinds: Variants): Way[] {
  const kind = kinds.variants.find(({ value }) => value === does.kind);
  return (kind?.fields ?? []).flatMap((field): Way[] => {
    const value = does[field.key];
    if (leads.has(field.key))
      return [{ path: field.key, field, to: typeof value === 'string' && value !== '' ? value : undefined }];
    if (field.key !== 'choices' || !Array.isArray(value)) return [];
    const taken = new Set(value.flatMap((choice: Item) => [choice.keys].flat()));
    const key = [...'1234567890*#'].find((one) => !taken.has(one));
    return [
      ...value.map((choice: Item, i): Way => {
        const to = typeof choice.next === 'string' && choice.next !== '' ? choice.next : undefined;
        return { path: `choices/${i}/next`, field, to };
      }),
      ...(key === undefined ? [] : [{ path: `choices/${value.length}/next`, field, to: undefined, key }]),
    ];
  });
}

/** The flow with a new step at that way; what the way led to before follows the new one. */
export function withStep(flow: Flow, at: number, way: Way, kind: string, kinds: Variants): Flow {
  const variant = kinds.variants.find(({ value }) => value === kind);
  const from = flow.nodes[at];
  if (!variant || !from) return flow;
  const taken = new Set(flow.nodes.map(({ id }) => id));
  let id = kind;
  for (let n = 2; taken.has(id); n++) id = `${kind}-${n}`;
  const does: Item = blankVariant(kinds.discriminator, variant);
  const follower = way.to ?? from.id;
  for (const field of variant.fields) if (leads.has(field.key) && field.required) does[field.key] = follower;
  const node = { id, note: '', does } as unknown as FlowNode;
  const linked = { ...from, does: linkedTo(from.does as unknown as Item, way, id) } as unknown as FlowNode;
  return { ...flow, nodes: [...flow.nodes.with(at, linked), node] };
}

function linkedTo(does: Item, way: Way, id: string): Item {
  const [key = '', index] = way.path.split('/');
  if (index === undefined) return { ...does, [key]: id };
  const list = [...((does[key] as Item[] | undefined) ?? [])];
  const i = Number(index);
  list[i] = { ...(list[i] ?? { keys: way.key }), next: id };
  return { ...does, [key]: list };
}

/** The flow with a step called otherwise, wherever it is named. */
export function renamed(flow: Flow, from: string, to: string): Flow {
  const inside = (value: unknown, key = ''): unknown => {
    if (Array.isArray(value)) return value.map((one) => inside(one));
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inside(one, name)]));
    return leads.has(key) && value === from ? to : value;
  };
  return {
    ...flow,
    ...(flow.start === from && { start: to }),
    nodes: flow.nodes.map((node) => ({
      ...node,
      ...(node.id === from && { id: to }),
      does: inside(node.does) as FlowNode['does'],
    })),
  };
}
