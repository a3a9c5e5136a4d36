import type { FormField, FormModel, PublicConfig, Said } from '../../../../daemon/src/api/contract.ts';

type Flow = PublicConfig['flows'][number];

/** One step of a flow as it is drawn: what it does, what it says, and where it leads. */
export interface FlowStep {
  id: string;
  /** The kind of step, as the form names it. */
  kind: Said;
  says: string;
  ways: { when: string | Said; to: string }[];
}

/** Fields of a step that name the step which follows. */
const leads = new Set(['next', 'otherwise', 'silent', 'busy', 'failed', 'again']);

/** The steps of a flow with where each leads, in words of the form. Pure. */
export function flowSteps(
  flow: Flow,
  form: FormModel,
  nameOf: (list: string, id: string) => string,
): FlowStep[] {
  const kinds = kindsOf(form);
  return flow.nodes.map(({ id, does }) => {
    const kind = kinds.get(does.kind);
    const ways = (kind?.fields ?? []).flatMap((field) =>
      waysOf(field, (does as Record<string, unknown>)[field.key], nameOf),
    );
    const says = 'say' in does ? sayWords(String(does.say), nameOf) : '';
    return { id, kind: kind?.title ?? { ru: does.kind, en: does.kind }, says, ways };
  });
}

function sayWords(say: string, nameOf: (list: string, id: string) => string): string {
  return say.startsWith('prompt:') ? nameOf('prompts', say.slice('prompt:'.length)) : say;
}

function kindsOf(form: FormModel): Map<string, { title: Said; fields: readonly FormField[] }> {
  const nodes = form.sections.find(({ key }) => key === 'flows')?.fields.find(({ key }) => key === 'nodes');
  const does = nodes?.type === 'list' ? nodes.fields.find(({ key }) => key === 'does') : undefined;
  return new Map(does?.type === 'variant' ? does.variants.map((variant) => [variant.value, variant]) : []);
}

function waysOf(
  field: FormField,
  value: unknown,
  nameOf: (list: string, id: string) => string,
): FlowStep['ways'] {
  if (leads.has(field.key))
    return typeof value === 'string' && value !== '' ? [{ when: field.title, to: value }] : [];
  if (field.type !== 'list' || !Array.isArray(value)) return [];
  return value.flatMap((way: Record<string, unknown>) => {
    if (typeof way.next !== 'string') return [];
    const when = field.fields
      .filter(({ key }) => key !== 'next')
      .flatMap((part) => {
        const own = [way[part.key]].flat().filter((one) => one !== undefined && one !== '');
        return own.map((one) =>
          part.type === 'reference' ? nameOf(part.section, String(one)) : String(one),
        );
      });
    return [{ when: when.join(', '), to: way.next }];
  });
}
