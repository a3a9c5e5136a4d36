import { useState } from 'preact/hooks';
import type { ApiError } from '../../../../daemon/src/api/contract.ts';
import { api, failureOf, upload } from '../../api.ts';
import { tenths } from '../../format/number.ts';
import { t } from '../../i18n/index.ts';
import { FileButton, soundFiles, soundType } from '../../ui/file-button.tsx';
import { Card, Failure } from '../../ui/parts.tsx';
import { useLoad } from '../use-load.ts';

/** What held parties hear: the box's melody, or a file of the office. */
export function HoldMusicCard() {
  const [version, setVersion] = useState(0);
  const [error, setError] = useState<ApiError['error']>();
  const [done, setDone] = useState(false);
  const { value } = useLoad<{ own: { bytes: number } | null }>('/hold-music', version);
  const act = (promise: Promise<unknown>): void => {
    setError(undefined);
    setDone(false);
    promise.then(
      () => {
        setDone(true);
        setVersion(version + 1);
      },
      (failure: unknown) => setError(failureOf(failure)),
    );
  };
  return (
    <Card title={t('music.title')}>
      <Failure error={error} />
      <p>{value?.own ? t('music.own', { n: tenths(value.own.bytes / 1_000_000) }) : t('music.melody')}</p>
      <div class="field">
        <label for="hold-music">{t('music.file')}</label>
        <FileButton
          id="hold-music"
          accept={soundFiles}
          onFile={(file) => act(upload('/hold-music', file, soundType(file)))}
        />
        <p class="dim">{t('music.kinds')}</p>
      </div>
      {done && <p role="status">{t('music.done')}</p>}
      {value?.own && (
        <button type="button" onClick={() => act(api('/hold-music', { method: 'DELETE' }))}>
          {t('music.restore')}
        </button>
      )}
    </Card>
  );
}
