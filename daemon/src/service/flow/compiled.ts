import type { FlowAction, FlowConfig } from '../../config/schema.ts';

/** A flow whose steps are found by id. */
export interface CompiledFlow {
  readonly id: string;
  /** Id of the first step. */
  readonly start: string;
  readonly steps: ReadonlyMap<string, FlowAction>;
  /** The longest time that a caller may spend in it, ms. */
  readonly longestMs: number;
}

const known = new WeakMap<FlowConfig, CompiledFlow>();

/** Prepares a flow, once per document. */
export function compileFlow(flow: FlowConfig): CompiledFlow {
  const before = known.get(flow);
  if (before) return before;
  const compiled = {
    id: flow.id,
    start: flow.start ?? flow.nodes[0]?.id ?? '',
    steps: new Map(flow.nodes.map(({ id, does }) => [id, does] as const)),
    longestMs: flow.minutes * 60_000,
  };
  known.set(flow, compiled);
  return compiled;
}
