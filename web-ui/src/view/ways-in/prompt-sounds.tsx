import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { ApiError, PromptSound, PromptsView, PromptView } from '../../../../daemon/src/api/contract.ts';
import { api, failureOf, upload } from '../../api.ts';
import { duration, moment } from '../../format/time.ts';
import { t, tn } from '../../i18n/index.ts';
import { boxNow } from '../../live/store.ts';
import { useBox } from '../../query.ts';
import { FileButton, soundFiles, soundType } from '../../ui/file-button.tsx';
import { Card, Failure } from '../../ui/parts.tsx';

/** What the box takes of a file, bytes (api/sound-body.ts). */
const mostBytes = 30 * 1024 * 1024;
/** How often it is asked whether somebody is still recording, ms. */
const recordingMs = 2000;

const tooLarge: ApiError['error'] = {
  code: 'page/too-large',
  said: {
    ru: 'Файл больше 30 МБ. Сохраните его как MP3 или Ogg: так он станет раз в десять меньше.',
    en: 'The file is larger than 30 MB. Save it as MP3 or Ogg: that makes it some ten times smaller.',
  },
};

/** The sounds of the office's recordings: each is put in as a file or spoken at a telephone, heard, replaced, deleted. */
export function PromptSounds() {
  const { value, failure, reload } = useBox<PromptsView>('/prompts', 'config');
  const recording = value?.recording;
  useEffect(() => {
    if (!recording) return;
    const timer = setTimeout(reload, recordingMs);
    return () => clearTimeout(timer);
  }, [value]);
  if (!value) return <Failure error={failure} />;
  if (value.prompts.length === 0) return null;
  return (
    <Card title={t('prompts.title')}>
      <p className="dim">{t('prompts.lead')}</p>
      <Failure error={failure} />
      <ul className="messages">
        {value.prompts.map((prompt) => (
          <Prompt
            key={prompt.id}
            prompt={prompt}
            recordedAt={recording?.id === prompt.id ? recording.extension : undefined}
            onChanged={reload}
          />
        ))}
      </ul>
    </Card>
  );
}

const inSentence = (words: string): string => words.charAt(0).toLowerCase() + words.slice(1);

interface PromptProps {
  prompt: PromptView;
  /** The extension at which it is being recorded. */
  recordedAt: string | undefined;
  onChanged(): void;
}

function Prompt({ prompt, recordedAt, onChanged }: PromptProps) {
  const { id, name, text, sound, usedAt } = prompt;
  const path = `/prompts/${encodeURIComponent(id)}`;
  const [error, setError] = useState<ApiError['error']>();
  const [sent, setSent] = useState<number>();
  const [taken, setTaken] = useState<PromptSound>();
  const act = (promise: Promise<{ sound?: PromptSound }>): void => {
    setError(undefined);
    setTaken(undefined);
    promise
      .then(
        (answer) => {
          setTaken(answer.sound);
          onChanged();
        },
        (failure: unknown) => setError(failureOf(failure)),
      )
      .finally(() => setSent(undefined));
  };
  const put = (file: File): void => {
    if (file.size > mostBytes) {
      setError(tooLarge);
      return;
    }
    setSent(0);
    act(upload(`${path}/sound`, file, soundType(file), setSent));
  };
  return (
    <li data-prompt={id}>
      <p className="item-line">
        <strong>{name}</strong>
        {sound && (
          <span>
            {t('prompts.sound', {
              length: duration(sound.seconds * 1000),
              when: inSentence(moment(sound.at, boxNow.value)),
            })}
          </span>
        )}
        {!sound && <span className="dim">{t(text === '' ? 'prompts.spokenName' : 'prompts.spoken')}</span>}
        <span className="dim">
          {usedAt.length > 0 ? tn('prompts.used', usedAt.length) : t('prompts.unused')}
        </span>
      </p>
      <Failure error={error} />
      {sent !== undefined && <Progress name={name} part={sent} />}
      <p role="status">
        {taken && t('prompts.done', { name, length: duration(taken.seconds * 1000) })}
        {recordedAt !== undefined && t('prompts.recording', { extension: recordedAt })}
      </p>
      {sound && (
        // biome-ignore lint/a11y/useMediaCaption: the name says what it is, and the text, where there is one, stands above.
        <audio
          controls
          preload="none"
          // Another sound has another moment: what the browser kept of the one before is not played.
          src={`/api/v1${path}/sound?at=${sound.at}`}
          aria-label={t('prompts.listen', { name })}
        />
      )}
      <p className="actions">
        <FileButton
          id={`prompt-${id}`}
          title={t(sound ? 'prompts.replace' : 'prompts.upload')}
          accept={soundFiles}
          disabled={sent !== undefined}
          onFile={put}
        />
        {sound && (
          <Button
            variant="subtle"
            color="red"
            onClick={() => {
              if (confirm(t('prompts.deleteQuestion', { name })))
                act(api(`${path}/sound`, { method: 'DELETE' }));
            }}
          >
            {t('prompts.delete')}
          </Button>
        )}
      </p>
      <RecordAtTelephone
        id={id}
        onRing={(extension) => act(api(`${path}/record`, { body: { extension } }))}
      />
    </li>
  );
}

function Progress({ name, part }: { name: string; part: number }) {
  const n = Math.round(part * 100);
  const words = part < 1 ? t('prompts.uploading', { name, n }) : t('prompts.preparing');
  return (
    <p className="item-line">
      <progress value={part < 1 ? n : undefined} max={100} aria-label={words} />
      <span>{words}</span>
    </p>
  );
}

function RecordAtTelephone({ id, onRing }: { id: string; onRing(extension: string): void }) {
  return (
    <details>
      <summary>{t('prompts.record')}</summary>
      <form
        className="field"
        onSubmit={(event) => {
          event.preventDefault();
          onRing(String(new FormData(event.currentTarget).get('extension')).trim());
        }}
      >
        <label htmlFor={`record-${id}`}>{t('prompts.recordAt')}</label>
        <span className="with-button">
          <input id={`record-${id}`} name="extension" inputMode="tel" autoComplete="off" required />
          <Button variant="default" type="submit">
            {t('prompts.ring')}
          </Button>
        </span>
        <p className="help">{t('prompts.recordHelp')}</p>
      </form>
    </details>
  );
}
