import { useState } from 'preact/hooks';
import type { ApiError } from '../../../../daemon/src/api/contract.ts';
import { api, failureOf, upload } from '../../api.ts';
import { tenths } from '../../format/number.ts';
import { t } from '../../i18n/index.ts';
import { Card, Failure } from '../../ui/parts.tsx';
import { useLoad } from '../use-load.ts';

/** Browsers know no type for some files, and for others one that is no sound. */
const soundType = ({ type }: File): string => (type.startsWith('audio/') ? type : 'application/octet-stream');

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
        <input
          id="hold-music"
          type="file"
          accept="audio/*,.wav,.mp3,.ogg,.opus"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (file) act(upload('/hold-music', file, soundType(file)));
          }}
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
