import type { FlowConfig } from './schema.ts';

type Action = FlowConfig['nodes'][number]['does'];

/** A way from one step to another. */
export interface FlowEdge {
  /** Id of the step that follows. */
  to: string;
  /** Where it is named, below the step's `does`. */
  path: string;
  /** Whether it is taken only after the caller has pressed a key, or a counted number of times. */
  bounded: boolean;
}

const free = (to: string, path: string): FlowEdge => ({ to, path, bounded: false });
const bound = (to: string, path: string): FlowEdge => ({ to, path, bounded: true });
const optional = (to: string | undefined, path: string): FlowEdge[] =>
  to === undefined ? [] : [free(to, path)];
const branches = (ways: readonly { next: string }[]): FlowEdge[] =>
  ways.map(({ next }, i) => free(next, `ways/${i}/next`));

/** All ways out of a step; none of one that ends the flow. */
export function edgesOf(does: Action): FlowEdge[] {
  switch (does.kind) {
    case 'play':
    case 'set':
      return [free(does.next, 'next')];
    case 'menu':
      return [
        ...does.choices.map(({ next }, i) => bound(next, `choices/${i}/next`)),
        ...optional(does.silent, 'silent'),
        free(does.otherwise, 'otherwise'),
      ];
    case 'time':
    case 'caller':
    case 'list':
      return [...branches(does.ways), free(does.otherwise, 'otherwise')];
    case 'http':
      return [...branches(does.ways), free(does.otherwise, 'otherwise'), ...optional(does.failed, 'failed')];
    case 'transfer':
      return [...optional(does.busy, 'busy'), free(does.otherwise, 'otherwise')];
    case 'queue':
    case 'voicemail':
      return [free(does.otherwise, 'otherwise')];
    case 'callback':
      return [free(does.next, 'next'), free(does.otherwise, 'otherwise')];
    case 'record':
      return [bound(does.next, 'next'), free(does.otherwise, 'otherwise')];
    case 'repeat':
      return [bound(does.again, 'again'), free(does.next, 'next')];
    case 'end':
      return [];
  }
}

/** The step where a flow begins; undefined where it names one that it has not. */
export function startOf(flow: FlowConfig): FlowConfig['nodes'][number] | undefined {
  return flow.start === undefined ? flow.nodes[0] : flow.nodes.find(({ id }) => id === flow.start);
}

/** Indexes of the steps to which no way leads from the first. */
export function unreachable(flow: FlowConfig): number[] {
  const index = new Map(flow.nodes.map(({ id }, i) => [id, i] as const));
  const start = startOf(flow);
  const found = new Set<number>();
  const open = start ? [index.get(start.id)!] : [];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (found.has(at)) continue;
    found.add(at);
    for (const { to } of edgesOf(flow.nodes[at]!.does)) {
      const next = index.get(to);
      if (next !== undefined) open.push(next);
    }
  }
  return flow.nodes.flatMap((_, i) => (found.has(i) ? [] : [i]));
}

/** A way round that a call would go without anybody pressing a key or counting: ids of its steps; undefined: none. */
export function endlessRound(flow: FlowConfig): string[] | undefined {
  const nodes = new Map(flow.nodes.map((node) => [node.id, node] as const));
  const done = new Set<string>();
  for (const { id } of flow.nodes) {
    // Depth first with a stack of its own: a thousand steps in a row are too deep for calls.
    const way: { id: string; left: string[] }[] = [];
    const enter = (next: string): void => {
      const node = nodes.get(next);
      if (!node || done.has(next)) return;
      const left = edgesOf(node.does).flatMap((edge) => (edge.bounded ? [] : [edge.to]));
      way.push({ id: next, left });
    };
    enter(id);
    for (let top = way.at(-1); top; top = way.at(-1)) {
      const next = top.left.pop();
      if (next === undefined) {
        done.add(top.id);
        way.pop();
        continue;
      }
      const begin = way.findIndex((one) => one.id === next);
      if (begin >= 0) return way.slice(begin).map((one) => one.id);
      enter(next);
    }
  }
  return undefined;
}
