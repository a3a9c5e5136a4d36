import { Button } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import type { ApiError, CallRecord } from '../../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../../api.ts';
import { t } from '../../i18n/index.ts';
import { Card, Failure } from '../../ui/parts.tsx';

const modes = ['listen', 'whisper', 'barge'] as const;

/** Taking part in a call that goes on: a telephone of the office is rung for it. */
export function Observe({ record }: { record: CallRecord }) {
  const [mode, setMode] = useState<(typeof modes)[number]>('listen');
  const [extension, setExtension] = useState('');
  const [error, setError] = useState<ApiError['error']>();
  const [asked, setAsked] = useState(false);
  if (record.state !== 'active' || record.answeredAt === undefined || record.service === 'emergency')
    return null;
  const path = `/calls/${encodeURIComponent(record.id)}/observe`;
  const ask = (event: SyntheticEvent): void => {
    event.preventDefault();
    setError(undefined);
    api(path, { body: { mode, extension } }).then(
      () => setAsked(true),
      (failure: unknown) => setError(failureOf(failure)),
    );
  };
  const leave = (): void => {
    api(path, { method: 'DELETE' }).then(
      () => setAsked(false),
      (failure: unknown) => setError(failureOf(failure)),
    );
  };
  return (
    <Card title={t('observe.title')}>
      <Failure error={error} />
      <p className="dim">{t('observe.law')}</p>
      <form className="observe" onSubmit={ask}>
        <div className="field">
          <label htmlFor="observe-mode">{t('observe.mode')}</label>
          <select
            id="observe-mode"
            value={mode}
            onChange={(event) => setMode(event.currentTarget.value as (typeof modes)[number])}
          >
            {modes.map((one) => (
              <option key={one} value={one}>
                {t(`observe.${one}`)}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor="observe-extension">{t('observe.extension')}</label>
          <input
            id="observe-extension"
            inputMode="numeric"
            pattern="\d{1,8}"
            required
            value={extension}
            onChange={(event) => setExtension(event.currentTarget.value)}
          />
        </div>
        <p className="actions">
          <Button variant="default" type="submit">
            {t('observe.begin')}
          </Button>
          {asked && (
            <Button variant="subtle" color="gray" onClick={leave}>
              {t('observe.end')}
            </Button>
          )}
        </p>
      </form>
    </Card>
  );
}
