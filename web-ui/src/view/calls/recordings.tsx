import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ApiError, CallRecord, RecordingRecord } from '../../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../../api.ts';
import { tenths } from '../../format/number.ts';
import { clockTime, duration } from '../../format/time.ts';
import { t, word } from '../../i18n/index.ts';
import { isAdmin } from '../../session.ts';
import { Card, Failure } from '../../ui/parts.tsx';

const megabyte = 1_000_000;

/** What was recorded of a call: to be heard, downloaded, deleted; while the call goes on, its recording can be begun and ended. */
export function Recordings({ record }: { record: CallRecord }) {
  const [error, setError] = useState<ApiError['error']>();
  const [deleted, setDeleted] = useState<readonly string[]>([]);
  const path = `/calls/${encodeURIComponent(record.id)}`;
  const entries = record.recordings ?? [];
  const going = isAdmin() && record.state === 'active' && record.answeredAt !== undefined;
  if (entries.length === 0 && !going) return null;
  const act = (promise: Promise<unknown>, then: () => void = () => {}): void => {
    promise.then(then, (failure: unknown) => setError(failureOf(failure)));
  };
  return (
    <Card title={t('recording.title')}>
      <Failure error={error} />
      {entries.length > 0 && <p className="dim">{t('recording.sides')}</p>}
      <ul className="recordings">
        {entries.map((entry) => {
          const file = `${path}/recordings/${encodeURIComponent(entry.file)}`;
          const there = !entry.gone && !deleted.includes(entry.file);
          return (
            <li key={entry.file} data-recording={entry.file}>
              <p>
                {clockTime(entry.at)} {recordingWords(entry, record.state === 'active')}
              </p>
              {!there && <p className="dim">{t('recording.gone')}</p>}
              {there && record.state !== 'active' && (
                <>
                  {/* biome-ignore lint/a11y/useMediaCaption: nobody has written down what was said. */}
                  <audio controls preload="none" src={`/api/v1${file}`} aria-label={t('recording.listen')} />
                  <p className="actions">
                    <a className="button" href={`/api/v1${file}?download`} download={entry.file}>
                      {t('recording.download')}
                    </a>
                    {isAdmin() && (
                      <Button
                        variant="subtle"
                        color="gray"
                        onClick={() => {
                          if (confirm(t('recording.deleteQuestion')))
                            act(api(file, { method: 'DELETE' }), () => setDeleted([...deleted, entry.file]));
                        }}
                      >
                        {t('recording.delete')}
                      </Button>
                    )}
                  </p>
                </>
              )}
            </li>
          );
        })}
      </ul>
      {going && entries.some(({ seconds }) => seconds === undefined) && (
        <Button variant="default" onClick={() => act(api(`${path}/record`, { method: 'DELETE' }))}>
          {t('recording.end')}
        </Button>
      )}
      {going && !entries.some(({ seconds }) => seconds === undefined) && (
        <>
          <Button variant="default" onClick={() => act(api(`${path}/record`, { body: {} }))}>
            {t('recording.begin')}
          </Button>
          <p className="dim">{t('recording.announced')}</p>
        </>
      )}
    </Card>
  );
}

/** How long it is, and what is missing of it. */
export function recordingWords(entry: RecordingRecord, active: boolean): string {
  const parts: string[] = [];
  if (entry.seconds !== undefined) parts.push(duration(entry.seconds * 1000));
  else parts.push(t(active ? 'recording.going' : 'recording.interrupted'));
  if (entry.bytes) parts.push(t('recording.size', { n: tenths(entry.bytes / megabyte) }));
  if (entry.gapSeconds) parts.push(t('recording.gap', { n: entry.gapSeconds }));
  if (entry.failed) parts.push(word('recordingFailed', entry.failed));
  return parts.join(' · ');
}
