import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ApiError } from '../../../../daemon/src/api/contract.ts';
import { api, failureOf, upload } from '../../api.ts';
import { tenths } from '../../format/number.ts';
import { t } from '../../i18n/index.ts';
import { useBox } from '../../query.ts';
import { FileButton, soundFiles, soundType } from '../../ui/file-button.tsx';
import { Card, Failure } from '../../ui/parts.tsx';

/** What held parties hear: the box's melody, or a file of the office. */
export function HoldMusicCard() {
  const [error, setError] = useState<ApiError['error']>();
  const [done, setDone] = useState(false);
  const { value, reload } = useBox<{ own: { bytes: number } | null }>('/hold-music');
  const act = (promise: Promise<unknown>): void => {
    setError(undefined);
    setDone(false);
    promise.then(
      () => {
        setDone(true);
        reload();
      },
      (failure: unknown) => setError(failureOf(failure)),
    );
  };
  return (
    <Card title={t('music.title')}>
      <Failure error={error} />
      <p>{value?.own ? t('music.own', { n: tenths(value.own.bytes / 1_000_000) }) : t('music.melody')}</p>
      <div className="field">
        <label htmlFor="hold-music">{t('music.file')}</label>
        <FileButton
          id="hold-music"
          accept={soundFiles}
          onFile={(file) => act(upload('/hold-music', file, soundType(file)))}
        />
        <p className="dim">{t('music.kinds')}</p>
      </div>
      {done && <p role="status">{t('music.done')}</p>}
      {value?.own && (
        <Button variant="default" onClick={() => act(api('/hold-music', { method: 'DELETE' }))}>
          {t('music.restore')}
        </Button>
      )}
    </Card>
  );
}
