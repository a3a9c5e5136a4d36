import { Button, Group, Select, Stack } from '@mantine/core';
import { useEffect, useMemo, useState } from 'react';
import { useParams } from 'react-router';
import type {
  ApiError,
  AppliedOutcome,
  ConfigIssue,
  ConfigView,
  FormModel,
} from '../../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../../api.ts';
import { Fields } from '../../form/field.tsx';
import { byPlace, type Item } from '../../form/value.ts';
import { say, t } from '../../i18n/index.ts';
import { useBox } from '../../query.ts';
import { Link, useLeaveGuard } from '../../router.tsx';
import '../../styles/flows.css';
import { Card, Failure, PlaceHead } from '../../ui/parts.tsx';
import { saved } from '../../ui/saved-notice.tsx';
import { type FlowStep, flowSteps } from '../ways-in/flow-steps.ts';
import { FlowPicture } from './flow-picture.tsx';
import { FlowTry } from './flow-try.tsx';
import { type Flow, type FlowNode, renamed, stepForm, type Way, waysOf, withStep } from './model.ts';

/** How long nothing is changed before the box is asked what it thinks of it, ms. */
const restMs = 400;

/** One menu as a graph, where each step can be looked at, changed, added and tried out. */
export function FlowPlace() {
  const { id } = useParams();
  const config = useBox<ConfigView>('/config', 'config');
  const form = useBox<FormModel>('/config/form');
  if (!config.value || !form.value) return <Failure error={config.failure ?? form.failure} />;
  const flow = config.value.config.flows.find((one) => one.id === id);
  if (!flow)
    return (
      <>
        <PlaceHead title={t('flow.graph')} lead={t('flow.none')} />
        <Link to="/in">{t('flow.back')}</Link>
      </>
    );
  return (
    <FlowEditor key={flow.id} stored={flow} view={config.value} form={form.value} reload={config.reload} />
  );
}

interface EditorProps {
  stored: Flow;
  view: ConfigView;
  form: FormModel;
  reload(): void;
}

function FlowEditor({ stored, view, form, reload }: EditorProps) {
  const [flow, setFlow] = useState<Flow>(stored);
  /** What was stored when the changing began. */
  const [base, setBase] = useState<Flow>(stored);
  const [chosen, setChosen] = useState<string>();
  const [path, setPath] = useState<readonly string[]>([]);
  const [failure, setFailure] = useState<ApiError['error']>();
  const [busy, setBusy] = useState(false);
  const changed = JSON.stringify(flow) !== JSON.stringify(base);
  useLeaveGuard(changed, t('flow.unsaved'));
  // Somebody else has changed it, and nothing was begun here: it is shown as it is now.
  if (stored !== base && !changed) {
    setBase(stored);
    setFlow(stored);
  }
  const issues = useIssues(flow, view.revision, changed);
  const wrong = new Set(
    issues.flatMap((issue) => flow.nodes[Number(/^\/nodes\/(\d+)/.exec(issue.path)?.[1])]?.id ?? []),
  );
  const steps = useMemo(() => flowSteps(flow, form, namesOf(view)), [flow, form, view]);
  const start = flow.start ?? flow.nodes[0]?.id;
  const at = flow.nodes.findIndex((node) => node.id === chosen);

  const put = async (): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    try {
      const edits = [{ op: 'put', path: `/flows/${flow.id}`, value: flow }];
      const outcome = await api<AppliedOutcome>('/config', {
        method: 'PATCH',
        body: { revision: view.revision, edits },
      });
      saved(outcome);
      setBase(flow);
      reload();
    } catch (error) {
      setFailure(failureOf(error));
    }
    setBusy(false);
  };
  const change = (next: Flow): void => {
    setFlow(next);
    setPath([]);
  };

  return (
    <>
      <PlaceHead title={flow.name} lead={<Link to="/in">{t('flow.back')}</Link>}>
        <Group gap="xs">
          {changed && (
            <Button variant="default" data-cancel-flow onClick={() => change(base)}>
              {t('form.cancel')}
            </Button>
          )}
          <Button className="primary" disabled={!changed || busy} onClick={() => void put()} data-save-flow>
            {t('form.save')}
          </Button>
        </Group>
      </PlaceHead>
      <Failure error={failure} />
      <div className="flow-place">
        <FlowPicture
          steps={steps}
          start={start}
          chosen={chosen}
          wrong={wrong}
          path={path}
          onChoose={setChosen}
        />
        <div className="flow-side">
          <Card title={t('flow.list')}>
            <StepList {...{ steps, start, chosen, wrong, path }} onChoose={setChosen} />
          </Card>
        </div>
      </div>
      {at < 0 ? (
        <p className="dim">{t('flow.choose')}</p>
      ) : (
        <StepCard
          key={`${at}`}
          {...{ flow, form, view, at, issues }}
          onChange={(next, id) => {
            change(next);
            setChosen(id);
          }}
        />
      )}
      <Issues issues={issues.filter((issue) => !issue.path.startsWith('/nodes/'))} />
      <FlowTry flow={flow} onPath={setPath} />
    </>
  );
}

/** What the box has against the flow as it is now; nothing is stored. */
function useIssues(flow: Flow, revision: number, changed: boolean): readonly ConfigIssue[] {
  const [issues, setIssues] = useState<readonly ConfigIssue[]>([]);
  useEffect(() => {
    let over = false;
    const timer = setTimeout(
      () => {
        const edits = [{ op: 'put', path: `/flows/${flow.id}`, value: flow }];
        api('/config/validate', { body: { revision, edits } }).then(
          () => !over && setIssues([]),
          (error: unknown) => {
            const prefix = `/flows/${flow.id}`;
            const own = (failureOf(error).issues ?? [])
              .filter((issue) => issue.path.startsWith(prefix))
              .map((issue) => byPlace({ ...issue, path: issue.path.slice(prefix.length) }, flow));
            if (!over) setIssues(own);
          },
        );
      },
      changed ? restMs : 0,
    );
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [flow, revision, changed]);
  return issues;
}

function namesOf({ config }: ConfigView): (list: string, id: string) => string {
  return (list, id) => {
    const items = config[list as keyof typeof config] as unknown;
    const found = Array.isArray(items) ? (items as Item[]).find((item) => item.id === id) : undefined;
    return typeof found?.name === 'string' ? found.name : id;
  };
}

interface ListProps {
  steps: readonly FlowStep[];
  start: string | undefined;
  chosen: string | undefined;
  wrong: ReadonlySet<string>;
  path: readonly string[];
  onChoose(id: string): void;
}

/** The same as the picture for whoever works by keyboard or ear. */
function StepList({ steps, start, chosen, wrong, path, onChoose }: ListProps) {
  return (
    <ol className="flow-list">
      {steps.map(({ id, kind, ways }) => (
        <li key={id} className={path.includes(id) ? 'went' : ''} data-went={path.includes(id)}>
          <button
            type="button"
            className="link"
            aria-pressed={id === chosen}
            data-choose={id}
            onClick={() => onChoose(id)}
          >
            <strong>{id}</strong>
          </button>{' '}
          <span>{say(kind)}</span> {id === start && <span className="tag">{t('flow.start')}</span>}{' '}
          {wrong.has(id) && <span className="tag wrong">{t('flow.wrong')}</span>}
          {ways.length > 0 && (
            <ul>
              {ways.map(({ when, to }, i) => (
                <li key={i}>
                  {typeof when === 'string' ? when : say(when)} <span aria-hidden="true">→</span>
                  <span className="sr-only"> {t('flow.leads')} </span> <strong>{to}</strong>
                </li>
              ))}
            </ul>
          )}
        </li>
      ))}
    </ol>
  );
}

function Issues({ issues }: { issues: readonly ConfigIssue[] }) {
  return issues.map((issue) => (
    <p className="error" key={`${issue.path} ${issue.said.en}`} role="alert">
      {say(issue.said)}
    </p>
  ));
}

interface StepProps {
  flow: Flow;
  form: FormModel;
  view: ConfigView;
  at: number;
  issues: readonly ConfigIssue[];
  onChange(flow: Flow, chosen: string | undefined): void;
}

/** The step that was chosen: its form, and a step that follows it. */
function StepCard({ flow, form, view, at, issues, onChange }: StepProps) {
  const parts = stepForm(form);
  const node = flow.nodes[at];
  if (!parts || !node) return null;
  const set = (key: string, value: unknown): void => {
    if (key === 'id') {
      const id = String(value ?? '');
      onChange(renamed(flow, node.id, id), id);
      return;
    }
    const next = { ...node, [key]: value } as FlowNode;
    onChange({ ...flow, nodes: flow.nodes.with(at, next) }, node.id);
  };
  return (
    <Card title={t('flow.step', { step: node.id })}>
      <div data-step-form={node.id}>
        <Fields
          fields={parts.fields}
          item={node as unknown as Item}
          onField={set}
          path={`/nodes/${at}`}
          issues={issues}
          config={view.config}
        />
      </div>
      <Addition
        ways={waysOf(node.does as unknown as Item, parts.kinds)}
        kinds={parts.kinds}
        title={t('flow.add', { step: node.id })}
        onAdd={(way, kind) => {
          const next = withStep(flow, at, way, kind, parts.kinds);
          onChange(next, next.nodes.at(-1)?.id);
        }}
      />
      {flow.nodes.length > 1 && (
        <Button
          variant="subtle"
          color="red"
          data-remove-step
          onClick={() => onChange({ ...flow, nodes: flow.nodes.toSpliced(at, 1) }, undefined)}
        >
          {t('flow.remove')}
        </Button>
      )}
    </Card>
  );
}

interface AdditionProps {
  title: string;
  ways: readonly Way[];
  kinds: NonNullable<ReturnType<typeof stepForm>>['kinds'];
  onAdd(way: Way, kind: string): void;
}

function Addition({ title, ways, kinds, onAdd }: AdditionProps) {
  const [kind, setKind] = useState('play');
  const [path, setPath] = useState<string>();
  const way = ways.find((one) => one.path === path) ?? ways[0];
  if (!way) return null;
  return (
    <fieldset className="group flow-add">
      <legend>{title}</legend>
      <Stack gap="sm">
        <Select
          id="flow-add-way"
          label={t('flow.addWay')}
          data={ways.map((one) => ({ value: one.path, label: wayWords(one) }))}
          value={way.path}
          allowDeselect={false}
          onChange={(value) => setPath(value ?? undefined)}
        />
        <Select
          id="flow-add-kind"
          label={t('flow.addKind')}
          data={kinds.variants.map(({ value, title: words }) => ({ value, label: say(words) }))}
          value={kind}
          allowDeselect={false}
          onChange={(value) => value && setKind(value)}
        />
        <div>
          <Button variant="default" onClick={() => onAdd(way, kind)} data-add-step>
            {t('flow.addButton')}
          </Button>
        </div>
      </Stack>
    </fieldset>
  );
}

const wayWords = ({ field, key, to, path }: Way): string =>
  key === undefined
    ? `${say(field.title)}${path.includes('/') ? ` ${Number(path.split('/')[1]) + 1}` : ''}${to ? ` → ${to}` : ''}`
    : t('flow.newKey', { key });
