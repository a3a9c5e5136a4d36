import { Button, Checkbox } from '@mantine/core';
import { useState } from 'react';
import type { ApiError, SupportView } from '../../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../../api.ts';
import { say, t } from '../../i18n/index.ts';
import { useBox } from '../../query.ts';
import { Card, Failure } from '../../ui/parts.tsx';
import { WorkSteps } from './work-steps.tsx';

const LOOK_MS = 700;

/** A file for whoever is asked to help: what is in it is told before it is made. */
export function SupportCard() {
  const [making, setMaking] = useState(false);
  const { value, failure, reload } = useBox<SupportView>(
    '/support-bundle',
    undefined,
    making ? { everyMs: LOOK_MS } : {},
  );
  const [numbers, setNumbers] = useState(false);
  const [refused, setRefused] = useState<ApiError['error']>();
  const now = value?.state === 'making';
  if (value && making !== now) setMaking(now);
  const make = async (): Promise<void> => {
    try {
      await api('/support-bundle', { body: { numbers } });
      setRefused(undefined);
      setMaking(true);
    } catch (error) {
      setRefused(failureOf(error));
    }
    reload();
  };
  const remove = async (): Promise<void> => {
    await api('/support-bundle', { method: 'DELETE' }).catch(() => {});
    reload();
  };
  return (
    <Card title={t('support.title')}>
      <p className="dim">{t('support.lead')}</p>
      <Failure error={refused ?? failure} />
      <ul className="contents-list">
        {value?.contents.map(({ name, said }) => (
          <li key={name}>
            {say(said)} <span className="dim">({name})</span>
          </li>
        ))}
      </ul>
      <div className="help-row">
        <Checkbox
          label={t('support.numbers')}
          description={t('support.numbersHelp')}
          checked={numbers}
          onChange={(event) => setNumbers(event.currentTarget.checked)}
        />
      </div>
      <div className="help-row">
        <Button
          onClick={() => void make()}
          loading={now}
          variant={value?.file ? 'default' : 'filled'}
          data-make="support"
        >
          {t(value?.file ? 'support.again' : 'support.make')}
        </Button>
        {value?.file && (
          <>
            <Button
              component="a"
              href="/api/v1/support-bundle/file"
              download={value.file.name}
              data-take="support"
            >
              {t('support.take', { kb: Math.max(1, Math.round(value.file.bytes / 1024)) })}
            </Button>
            <Button variant="subtle" color="red" onClick={() => void remove()}>
              {t('support.remove')}
            </Button>
          </>
        )}
      </div>
      {value?.file && (
        <p className="dim">
          {value.file.name} · {t(value.file.numbers ? 'support.with' : 'support.without')}
        </p>
      )}
      {value?.state === 'failed' && value.said && <p role="alert">{say(value.said)}</p>}
      {now && <WorkSteps steps={value.steps} />}
    </Card>
  );
}
