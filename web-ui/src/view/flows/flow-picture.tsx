import { Graph, layout } from '@dagrejs/dagre';
import {
  BaseEdge,
  type Edge,
  type EdgeProps,
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
  const places = useMemo(() => layoutOf(steps), [steps]);
  const went = new Set(path.slice(1).map((to, i) => `${path[i]} ${to}`));
  const nodes: Node<StepData>[] = steps.map((step) => ({
    id: step.id,
    type: 'step',
    position: places.steps.get(step.id) ?? { x: 0, y: 0 },
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
  const edges: Edge<WayData>[] = steps.flatMap(({ id, ways }) =>
    joined(ways).flatMap(({ to, label }) => {
      const data = places.ways.get(`${id} ${to}`);
      if (!data) return [];
      const lit = went.has(`${id} ${to}`);
      return {
        ...{ id: `${id} ${to}`, type: 'way', source: id, target: to, label, data: { ...data } },
        className: lit ? 'lit' : '',
        markerEnd: { type: MarkerType.ArrowClosed, width: 18, height: 18 },
        zIndex: lit ? 1 : 0,
      };
    }),
  );
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
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
const edgeTypes = { way: WayLine };

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

interface Point {
  x: number;
  y: number;
}

interface Layout {
  steps: Map<string, Point>;
  /** By `from to`: the line, and where its words stand. */
  ways: Map<string, { points: Point[]; at: Point }>;
}

/** Breadth of a letter of the words at an arrow, px. */
const letter = 6;

/** Where each step stands, from above downwards as a call goes, and how the arrows pass between them. */
function layoutOf(steps: readonly FlowStep[]): Layout {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'TB', nodesep: 36, ranksep: 40, edgesep: 24, marginx: 8, marginy: 8 });
  const known = new Set(steps.map(({ id }) => id));
  for (const { id } of steps) graph.setNode(id, { width, height });
  for (const { id, ways } of steps)
    for (const { to, label } of joined(ways))
      if (known.has(to))
        graph.setEdge(id, to, { width: label.length * letter + 8, height: 18, labelpos: 'c' });
  layout(graph);
  const placed: Layout = { steps: new Map(), ways: new Map() };
  for (const { id, ways } of steps) {
    const { x, y } = graph.node(id) as Point;
    placed.steps.set(id, { x: x - width / 2, y: y - height / 2 });
    for (const { to } of joined(ways)) {
      if (!known.has(to)) continue;
      const { points, x: left, y: top } = graph.edge(id, to) as Point & { points: Point[] };
      placed.ways.set(`${id} ${to}`, { points, at: { x: left, y: top } });
    }
  }
  return placed;
}

interface WayData extends Record<string, unknown> {
  points: Point[];
  at: Point;
}

/** An arrow through the points that it was led by, so that it crosses no step. */
function WayLine({ data, label, markerEnd, id }: EdgeProps<Edge<WayData>>) {
  if (!data) return null;
  return (
    <>
      <BaseEdge id={id} path={through(data.points)} {...(markerEnd !== undefined && { markerEnd })} />
      <text
        className="flow-way-words"
        x={data.at.x}
        y={data.at.y}
        textAnchor="middle"
        dominantBaseline="central"
      >
        {label}
      </text>
    </>
  );
}

/** A line that bends at the points: curves from the middle of one piece to the middle of the next. */
function through(points: readonly Point[]): string {
  const [first, ...others] = points;
  const last = others.at(-1);
  if (!first || !last) return '';
  const bends = others.slice(0, -1).map((point, i) => {
    const next = others[i + 1] ?? last;
    return `Q${point.x},${point.y} ${(point.x + next.x) / 2},${(point.y + next.y) / 2}`;
  });
  return `M${first.x},${first.y}${bends.join('')}L${last.x},${last.y}`;
}
