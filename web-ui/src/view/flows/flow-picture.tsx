import { Graph, layout } from '@dagrejs/dagre';
import {
  type Edge,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import { useEffect, useMemo } from 'react';
import { say, t } from '../../i18n/index.ts';
import type { FlowStep } from '../ways-in/flow-steps.ts';

const width = 208;
const height = 76;

interface StepData extends Record<string, unknown> {
  step: FlowStep;
  marks: string[];
  tone: string;
}

interface Props {
  steps: readonly FlowStep[];
  start: string | undefined;
  chosen: string | undefined;
  /** Steps with something wrong. */
  wrong: ReadonlySet<string>;
  /** Steps that a trial went through, in order. */
  path: readonly string[];
  onChoose(id: string): void;
}

/** A flow as a picture: each step a box, each way an arrow. What it shows stands in the list beside it, too. */
export function FlowPicture(props: Props) {
  return (
    <div className="flow-picture" role="img" aria-label={t('flow.picture', { n: props.steps.length })}>
      <ReactFlowProvider>
        <Picture {...props} />
      </ReactFlowProvider>
    </div>
  );
}

function Picture({ steps, start, chosen, wrong, path, onChoose }: Props) {
  const places = useMemo(() => placesOf(steps), [steps]);
  const went = new Set(path.slice(1).map((to, i) => `${path[i]} ${to}`));
  const nodes: Node<StepData>[] = steps.map((step) => ({
    id: step.id,
    type: 'step',
    position: places.get(step.id) ?? { x: 0, y: 0 },
    width,
    height,
    data: {
      step,
      marks: [step.id === start && t('flow.start'), wrong.has(step.id) && t('flow.wrong')].filter(
        (mark): mark is string => typeof mark === 'string',
      ),
      tone: [
        step.id === chosen ? 'chosen' : '',
        wrong.has(step.id) ? 'wrong' : '',
        path.includes(step.id) ? 'went' : '',
      ].join(' '),
    },
  }));
  const edges: Edge[] = steps.flatMap(({ id, ways }) =>
    joined(ways).map(({ to, label }) => {
      const lit = went.has(`${id} ${to}`);
      return {
        id: `${id} ${to}`,
        source: id,
        target: to,
        label,
        className: lit ? 'lit' : '',
        markerEnd: { type: MarkerType.ArrowClosed },
        zIndex: lit ? 1 : 0,
      };
    }),
  );
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      onNodeClick={(_, node) => onChoose(node.id)}
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      edgesFocusable={false}
      disableKeyboardA11y
      preventScrolling={false}
      fitView
      minZoom={0.2}
      maxZoom={1.4}
      proOptions={{ hideAttribution: true }}
    >
      <Refit to={`${steps.map(({ id }) => id).join()}`} />
    </ReactFlow>
  );
}

/** A step more or less: all of it is to be seen again. */
function Refit({ to }: { to: string }) {
  const { fitView } = useReactFlow();
  useEffect(() => {
    void fitView({ maxZoom: 1 });
  }, [to, fitView]);
  return null;
}

const nodeTypes = { step: StepBox };

function StepBox({ data }: NodeProps<Node<StepData>>) {
  const { step, marks, tone } = data;
  return (
    <div className={`flow-node ${tone}`} data-node={step.id}>
      <Handle type="target" position={Position.Top} isConnectable={false} />
      <span className="flow-node-head">
        <strong>{step.id}</strong>
        {marks.map((mark) => (
          <span key={mark} className="tag">
            {mark}
          </span>
        ))}
      </span>
      <span>{say(step.kind)}</span>
      {step.says !== '' && <span className="flow-node-says">{step.says}</span>}
      <Handle type="source" position={Position.Bottom} isConnectable={false} />
    </div>
  );
}

/** Several ways to the same step are one arrow with all their words. */
function joined(ways: FlowStep['ways']): { to: string; label: string }[] {
  const labels = new Map<string, string[]>();
  for (const { when, to } of ways)
    labels.set(to, [...(labels.get(to) ?? []), typeof when === 'string' ? when : say(when)]);
  return [...labels].map(([to, words]) => ({ to, label: words.join(', ') }));
}

/** Where each step stands: from above downwards, as a call goes. */
function placesOf(steps: readonly FlowStep[]): Map<string, { x: number; y: number }> {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'TB', nodesep: 36, ranksep: 64, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  const known = new Set(steps.map(({ id }) => id));
  for (const { id } of steps) graph.setNode(id, { width, height });
  for (const { id, ways } of steps)
    for (const { to } of ways) if (known.has(to) && to !== id) graph.setEdge(id, to);
  layout(graph);
  return new Map(
    steps.map(({ id }) => {
      const { x, y } = graph.node(id) as { x: number; y: number };
      return [id, { x: x - width / 2, y: y - height / 2 }];
    }),
  );
}
