import { Button, Checkbox } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import type {
  ApiError,
  ConfigView,
  FlowSimulateRequest,
  FlowSimulateResult,
  FormModel,
  PublicConfig,
} from '../../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../../api.ts';
import { phone } from '../../format/phone.ts';
import { officeMoment } from '../../format/time.ts';
import { say, t } from '../../i18n/index.ts';
import { useBox } from '../../query.ts';
import { Mark } from '../../ui/icons.tsx';
import { Card, Failure } from '../../ui/parts.tsx';
import { usePending } from '../settings/pending.tsx';
import { flowSteps } from './flow-steps.ts';

type Flow = PublicConfig['flows'][number];

const endings = ['no-answer', 'busy', 'answered'] as const;

/** What is typed as a list, one answer after the other; `-` is none. */
const listed = (typed: string): string[] => typed.split(/[\s,;]+/).filter((part) => part !== '');

/** "What would happen to a caller…": a voice menu tried out by the machine of the calls; nobody is rung. */
export function FlowCheckBox() {
  const { value: view } = useBox<ConfigView>('/config', 'config');
  const form = useBox<FormModel>('/config/form');
  const [chosen, setChosen] = useState('');
  const [caller, setCaller] = useState('');
  const [hidden, setHidden] = useState(false);
  const [called, setCalled] = useState('');
  const [at, setAt] = useState('');
  const [keys, setKeys] = useState('');
  const [ring, setRing] = useState<(typeof endings)[number]>('no-answer');
  const [answers, setAnswers] = useState('');
  const [draft, setDraft] = useState(false);
  const pending = usePending();
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<FlowSimulateResult>();
  const [failure, setFailure] = useState<ApiError['error']>();
  const flows = view?.config.flows ?? [];
  const flow = flows.find(({ id }) => id === chosen) ?? flows[0];
  if (!view || !flow) return null;
  const pressed = listed(keys);
  const wrongKeys = pressed.some((part) => !/^(?:-|[0-9*#]{1,32})$/.test(part));
  const asksPrograms = flow.nodes.some(({ does }) => does.kind === 'http');

  const ask = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    if (wrongKeys) return;
    const number = caller.trim();
    const request: FlowSimulateRequest = {
      flow: flow.id,
      ...(hidden ? { caller: 'hidden' } : number !== '' && { caller: number }),
      ...(called && { called }),
      ...(at && { at: officeMoment(at) }),
      ...(draft && pending > 0 && { draft: true }),
      keys: pressed.map((part) => (part === '-' ? '' : part)),
      // A menu may ring any number of people; all of them do the same.
      rings: Array<(typeof endings)[number]>(200).fill(ring),
      hooks: listed(answers).map((answer) => (answer === '-' ? null : { answer })),
    };
    setBusy(true);
    try {
      setResult(await api<FlowSimulateResult>('/flows/simulate', { body: request }));
      setFailure(undefined);
    } catch (error) {
      setFailure(failureOf(error));
      setResult(undefined);
    }
    setBusy(false);
  };

  return (
    <Card title={t('try.title')} className="dial-check flow-check">
      <form onSubmit={ask} className="check-form">
        <div className="field">
          <label htmlFor="try-flow">{t('try.flow')}</label>
          <select
            id="try-flow"
            value={flow.id}
            onChange={(e) => {
              setChosen(e.currentTarget.value);
              setResult(undefined);
            }}
          >
            {flows.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor="try-caller">{t('try.caller')}</label>
          <input
            id="try-caller"
            type="text"
            inputMode="tel"
            value={caller}
            maxLength={40}
            placeholder="+7 916 123-45-67"
            autoComplete="off"
            disabled={hidden}
            aria-describedby="try-caller-help"
            onChange={(e) => setCaller(e.currentTarget.value)}
          />
          <p className="help" id="try-caller-help">
            {t('try.callerHelp')}
          </p>
        </div>
        <div className="field switch">
          <input
            id="try-hidden"
            type="checkbox"
            checked={hidden}
            onChange={(e) => setHidden(e.currentTarget.checked)}
          />
          <label htmlFor="try-hidden">{t('try.hidden')}</label>
        </div>
        <div className="field">
          <label htmlFor="try-called">{t('try.called')}</label>
          <select id="try-called" value={called} onChange={(e) => setCalled(e.currentTarget.value)}>
            <option value="">{t('try.anyNumber')}</option>
            {view.config.incomingNumbers.map(({ id, number }) => (
              <option key={id} value={number}>
                {phone(number)}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor="try-at">{t('check.at')}</label>
          <input
            id="try-at"
            type="datetime-local"
            value={at}
            onChange={(e) => setAt(e.currentTarget.value)}
          />
        </div>
        <div className="field">
          <label htmlFor="try-keys">{t('try.keys')}</label>
          <input
            id="try-keys"
            type="text"
            className="dial"
            value={keys}
            autoComplete="off"
            aria-invalid={wrongKeys}
            aria-describedby="try-keys-help"
            onChange={(e) => setKeys(e.currentTarget.value)}
          />
          <p className={wrongKeys ? 'error' : 'help'} id="try-keys-help">
            {t(wrongKeys ? 'try.keysWrong' : 'try.keysHelp')}
          </p>
        </div>
        <div className="field">
          <label htmlFor="try-rings">{t('try.rings')}</label>
          <select
            id="try-rings"
            value={ring}
            onChange={(e) => setRing(endings.find((one) => one === e.currentTarget.value) ?? 'no-answer')}
          >
            {endings.map((one) => (
              <option key={one} value={one}>
                {t(`try.${one}`)}
              </option>
            ))}
          </select>
        </div>
        {asksPrograms && (
          <div className="field">
            <label htmlFor="try-hooks">{t('try.hooks')}</label>
            <input
              id="try-hooks"
              type="text"
              value={answers}
              autoComplete="off"
              aria-describedby="try-hooks-help"
              onChange={(e) => setAnswers(e.currentTarget.value)}
            />
            <p className="help" id="try-hooks-help">
              {t('try.hooksHelp')}
            </p>
          </div>
        )}
        {pending > 0 && (
          <Checkbox
            checked={draft}
            label={t('pending.draft')}
            onChange={(e) => setDraft(e.currentTarget.checked)}
          />
        )}
        <Button className="primary" type="submit" disabled={busy}>
          {t('check.ask')}
        </Button>
      </form>
      <Failure error={failure} />
      {failure?.issues?.map((issue) => (
        <p className="error" key={`${issue.path}${issue.said.en}`}>
          {say(issue.said)}
        </p>
      ))}
      <div aria-live="polite">{result && <Answer result={result} />}</div>
      {form.value && <Steps flow={flow} form={form.value} config={view.config} />}
    </Card>
  );
}

const refused: readonly FlowSimulateResult['ending'][] = ['too-long'];

function Answer({ result }: { result: FlowSimulateResult }) {
  return (
    <div className={`answer ${refused.includes(result.ending) ? 'refused' : ''}`} data-ending={result.ending}>
      <p className="answer-head">
        <Mark tone={result.ending === 'answered' ? 'talk' : 'free'} size={14} />
        <strong>{say(result.said)}</strong>
      </p>
      <ol className="answer-steps">
        {byStep(result.path).map(({ said }, i) => (
          <li key={i}>
            {said.map((words, k) => (
              <span key={k} className={k === 0 ? '' : 'dim'}>
                {say(words)}
              </span>
            ))}
          </li>
        ))}
      </ol>
      {result.label !== undefined && <p>{t('try.label', { label: result.label })}</p>}
      {result.answers.length > 0 && (
        <p>
          {t('try.answers')}: {result.answers.map(({ name, value }) => `${name} = ${value}`).join(', ')}
        </p>
      )}
    </div>
  );
}

/** Sentences in order, those of one step together. A step that is come to again begins anew by its own sentence. */
function byStep(path: FlowSimulateResult['path']) {
  const steps: { node: string; said: FlowSimulateResult['path'][number]['said'][] }[] = [];
  for (const { node, said } of path) {
    const last = steps.at(-1);
    if (last?.node === node) last.said.push(said);
    else steps.push({ node, said: [said] });
  }
  return steps;
}

/** A flow as a list of its steps and where each leads. */
function Steps({ flow, form, config }: { flow: Flow; form: FormModel; config: PublicConfig }) {
  const nameOf = (list: string, id: string): string => {
    const items = config[list as keyof PublicConfig];
    const found = Array.isArray(items) && items.find((item) => 'id' in item && item.id === id);
    return found && 'name' in found ? String(found.name) : id;
  };
  const start = flow.start ?? flow.nodes[0]?.id;
  return (
    <details className="flow-steps">
      <summary>{t('try.steps')}</summary>
      <ol>
        {flowSteps(flow, form, nameOf).map((step) => (
          <li key={step.id} data-step={step.id}>
            <span className="item-line">
              <strong>{step.id}</strong>
              <span>{say(step.kind)}</span>
              {step.id === start && <span className="tag">{t('try.start')}</span>}
            </span>
            {step.says !== '' && <span className="dim">{step.says}</span>}
            {step.ways.length > 0 && (
              <ul>
                {step.ways.map((way, i) => (
                  <li key={i}>
                    {typeof way.when === 'string' ? way.when : say(way.when)}{' '}
                    <span aria-hidden="true">→</span>
                    <span className="sr-only">{t('try.to')}</span> <strong>{way.to}</strong>
                  </li>
                ))}
              </ul>
            )}
          </li>
        ))}
      </ol>
    </details>
  );
}
