import { Button, Group, Stack, TextInput } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import type {
  ApiError,
  FlowSimulateRequest,
  FlowSimulateResult,
} from '../../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../../api.ts';
import { officeMoment } from '../../format/time.ts';
import { say, t } from '../../i18n/index.ts';
import { Card, Failure } from '../../ui/parts.tsx';
import type { Flow } from './model.ts';

interface Props {
  /** As it is on the page, stored or not. */
  flow: Flow;
  /** Which steps a caller came through, in order. */
  onPath(path: readonly string[]): void;
}

/** A caller sent through the flow; nobody is rung. */
export function FlowTry({ flow, onPath }: Props) {
  const [keys, setKeys] = useState('');
  const [caller, setCaller] = useState('');
  const [at, setAt] = useState('');
  const [result, setResult] = useState<FlowSimulateResult>();
  const [failure, setFailure] = useState<ApiError['error']>();
  const ask = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    const body: FlowSimulateRequest = {
      flow: flow as unknown as Record<string, unknown>,
      ...(caller.trim() !== '' && { caller: caller.trim() }),
      ...(at && { at: officeMoment(at) }),
      keys: keys.split(/[\s,;]+/).flatMap((part) => (part === '' ? [] : [part === '-' ? '' : part])),
    };
    try {
      const answer = await api<FlowSimulateResult>('/flows/simulate', { body });
      setResult(answer);
      setFailure(undefined);
      onPath(answer.path.map(({ node }) => node).filter((node, i, all) => node !== all[i - 1]));
    } catch (error) {
      setFailure(failureOf(error));
      setResult(undefined);
      onPath([]);
    }
  };
  return (
    <Card title={t('flow.try')}>
      <p className="dim">{t('flow.tryLead')}</p>
      <Stack component="form" onSubmit={(event) => void ask(event)}>
        <Group grow align="flex-start" className="flow-row">
          <TextInput
            id="flow-keys"
            label={t('flow.keys')}
            description={t('flow.keysHelp')}
            inputWrapperOrder={['label', 'input', 'description']}
            value={keys}
            onChange={(e) => setKeys(e.currentTarget.value)}
          />
          <TextInput
            id="flow-caller"
            label={t('try.caller')}
            type="tel"
            maxLength={40}
            placeholder="+7 916 123-45-67"
            value={caller}
            onChange={(e) => setCaller(e.currentTarget.value)}
          />
          <TextInput
            id="flow-at"
            label={t('check.at')}
            type="datetime-local"
            value={at}
            onChange={(e) => setAt(e.currentTarget.value)}
          />
        </Group>
        <div>
          <Button type="submit" variant="default" data-try-flow>
            {t('check.ask')}
          </Button>
        </div>
      </Stack>
      <Failure error={failure} />
      {failure?.issues?.map((issue) => (
        <p className="error" key={`${issue.path}${issue.said.en}`}>
          {say(issue.said)}
        </p>
      ))}
      <div aria-live="polite">
        {result && (
          <div className="answer" data-ending={result.ending}>
            <p>
              <strong>{say(result.said)}</strong>
            </p>
            <ol className="answer-steps">
              {result.path.map(({ node, said }, i) => (
                <li key={i}>
                  <span className="dim">{node}</span> {say(said)}
                </li>
              ))}
            </ol>
          </div>
        )}
      </div>
    </Card>
  );
}
