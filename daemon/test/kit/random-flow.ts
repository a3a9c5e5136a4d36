import fc from 'fast-check';

type Json = Record<string, unknown>;

const keys = fc.constantFrom('0', '1', '2', '3', '9', '*', '#', '12');

/**
 * A random step that leads on in the ordinary way to any of `later`, and by a key or a count to any of `all`, so that
 * every way round is one that ends: such flows are valid but for steps to which nothing leads.
 */
function step(later: readonly string[], all: readonly string[]): fc.Arbitrary<Json> {
  const next = fc.constantFrom(...later);
  const any = fc.constantFrom(...all);
  const say = fc.constantFrom('', 'hello', 'your code is {q1}', 'prompt-less {x}');
  const seconds = fc.integer({ min: 1, max: 20 });
  const tries = fc.integer({ min: 1, max: 4 });
  const target = fc.constantFrom('port:1', 'port:2', 'person:anna', 'number:+79160000001', 'flow:other');
  return fc.oneof(
    fc.record({ kind: fc.constant('play'), say, interrupt: fc.boolean(), next }),
    fc.record({
      kind: fc.constant('menu'),
      say,
      choices: fc.uniqueArray(fc.record({ keys, next: any }), {
        minLength: 1,
        maxLength: 5,
        selector: (choice) => choice.keys,
      }),
      extensions: fc.boolean(),
      seconds,
      tries,
      sayWrong: say,
      otherwise: next,
    }),
    fc.record({
      kind: fc.constant('caller'),
      ways: fc.array(fc.record({ numbers: fc.constantFrom(['hidden'], ['+7903*'], ['unknown']), next }), {
        minLength: 1,
        maxLength: 3,
      }),
      otherwise: next,
    }),
    fc.record({
      kind: fc.constant('list'),
      value: fc.constantFrom('q1', 'x'),
      ways: fc.array(fc.record({ values: fc.constantFrom(['1'], ['12*', 'yes']), next }), {
        minLength: 1,
        maxLength: 3,
      }),
      otherwise: next,
    }),
    fc.record({
      kind: fc.constant('http'),
      url: fc.constant('http://192.168.1.10/'),
      seconds: fc.integer({ min: 1, max: 10 }),
      ways: fc.array(fc.record({ answer: fc.constantFrom('yes', 'no'), next }), { maxLength: 2 }),
      otherwise: next,
      failed: next,
    }),
    fc.record({
      kind: fc.constant('transfer'),
      to: target,
      seconds: fc.integer({ min: 3, max: 60 }),
      pressOne: fc.constant(false),
      busy: next,
      otherwise: next,
    }),
    fc.record({
      kind: fc.constant('record'),
      name: fc.constantFrom('q1', 'q2'),
      say,
      min: fc.constant(1),
      max: fc.integer({ min: 1, max: 4 }),
      allowed: fc.constantFrom('', '12345'),
      hidden: fc.boolean(),
      seconds,
      tries,
      next: any,
      otherwise: next,
    }),
    fc.record({
      kind: fc.constant('set'),
      label: fc.constantFrom('', 'Sales {q1}'),
      language: fc.constantFrom('as-is', 'ru', 'en'),
      variable: fc.constant('x'),
      value: fc.constantFrom('yes', '', '{q1}'),
      next,
    }),
    fc.record({
      kind: fc.constant('repeat'),
      times: fc.integer({ min: 1, max: 5 }),
      again: any,
      next,
    }),
  );
}

/** Flows of up to `most` steps that may go round, and always by a key or a count. */
export function randomFlow(most: number): fc.Arbitrary<{ id: string; name: string; nodes: Json[] }> {
  return fc.integer({ min: 1, max: most }).chain((count) => {
    const all = Array.from({ length: count + 1 }, (_, i) => `s${i}`);
    const steps = all
      .slice(0, -1)
      .map((id, i) => step(all.slice(i + 1), all).map((does) => ({ id, does }) as Json));
    const how = fc.constantFrom('hang-up', 'pass-on');
    return fc.tuple(fc.tuple(...steps), how, fc.constantFrom('', 'bye')).map(([made, end, say]) => ({
      id: 'main',
      name: 'Random',
      nodes: [...made, { id: `s${count}`, does: { kind: 'end', say, how: end } }],
    }));
  });
}

/** A flow with the steps alone to which something leads. */
export function pruned<T extends { nodes: Json[] }>(flow: T): T {
  const nodes = new Map(flow.nodes.map((node) => [node.id as string, node]));
  const found = new Set<string>();
  const open = [flow.nodes[0]!.id as string];
  const named = (value: unknown): void => {
    if (typeof value === 'string') {
      if (nodes.has(value)) open.push(value);
    } else if (value !== null && typeof value === 'object') Object.values(value).forEach(named);
  };
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    named(nodes.get(id)!.does);
  }
  return { ...flow, nodes: flow.nodes.filter(({ id }) => found.has(id as string)) };
}
