import { Button, Checkbox, FileButton, Group, PasswordInput, Stack } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import type { ApiError, RestoreResult, RestoreView, Said } from '../../../../daemon/src/api/contract.ts';
import { ApiFailure, api, failureOf, fetchFile, sendFile } from '../../api.ts';
import { moment } from '../../format/time.ts';
import { say, t } from '../../i18n/index.ts';
import { boxNow } from '../../live/store.ts';
import { Card, Failure } from '../../ui/parts.tsx';

const shortest = 10;

/** All settings as one file; passwords come along only encrypted. */
export function BackupCard({ onTaken }: { onTaken?(): void }) {
  const [withPasswords, setWithPasswords] = useState(false);
  const [passphrase, setPassphrase] = useState('');
  const [state, setState] = useState<'making' | 'taken'>();
  const [failure, setFailure] = useState<ApiError['error']>();
  const take = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    setFailure(undefined);
    setState('making');
    try {
      keepFile(await fetchFile('/backup', withPasswords ? { passphrase } : undefined));
      setState('taken');
      setPassphrase('');
      onTaken?.();
    } catch (error) {
      setFailure(failureOf(error));
      setState(undefined);
    }
  };
  return (
    <Card title={t('backup.title')}>
      <Stack component="form" onSubmit={(event) => void take(event)}>
        <p>{t('backup.lead')}</p>
        <p className="dim">{t('backup.has')}</p>
        <p className="dim">{t('backup.hasNot')}</p>
        <Checkbox
          label={t('backup.with')}
          description={t('backup.withHelp')}
          checked={withPasswords}
          onChange={(e) => setWithPasswords(e.currentTarget.checked)}
        />
        {withPasswords && (
          <PasswordInput
            id="backup-passphrase"
            label={t('backup.passphrase')}
            value={passphrase}
            autoComplete="new-password"
            onChange={(e) => setPassphrase(e.currentTarget.value)}
            visibilityToggleButtonProps={{ 'aria-label': t('form.showSecret') }}
          />
        )}
        <Failure error={failure} />
        <Group>
          <Button
            type="submit"
            data-backup
            loading={state === 'making'}
            disabled={withPasswords && passphrase.length < shortest}
          >
            {t('backup.take')}
          </Button>
          <span role="status">{state === 'taken' && t('backup.taken')}</span>
        </Group>
      </Stack>
    </Card>
  );
}

/** Gives a file to the browser's own downloads. */
function keepFile({ name, content }: { name: string; content: Blob }): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

/** Settings from a file: first what is in it and what would change, then the change. */
export function RestoreCard({ onRestored }: { onRestored?(): void }) {
  const [view, setView] = useState<RestoreView>();
  const [result, setResult] = useState<RestoreResult>();
  const [passphrase, setPassphrase] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiError['error']>();
  const during = async (work: () => Promise<void>): Promise<void> => {
    setFailure(undefined);
    setBusy(true);
    try {
      await work();
    } catch (error) {
      setFailure(failureOf(error));
      // What was looked at is forgotten by now: the file has to be chosen again.
      if (error instanceof ApiFailure && error.error.code === 'api/backup-gone') setView(undefined);
    }
    setBusy(false);
  };
  const look = (file: File | null): void => {
    if (!file) return;
    setView(undefined);
    setResult(undefined);
    void during(async () => setView(await sendFile<RestoreView>('/restore?check=1', file)));
  };
  const restore = (): Promise<void> =>
    during(async () => {
      const body = { id: view?.id, ...(passphrase !== '' && { passphrase }) };
      setResult(await api<RestoreResult>('/restore', { body }));
      setView(undefined);
      setPassphrase('');
      onRestored?.();
    });
  return (
    <Card title={t('restore.title')}>
      <Stack>
        <p>{t('restore.lead')}</p>
        <div>
          <FileButton onChange={look} inputProps={{ 'aria-label': t('restore.choose') }}>
            {(props) => (
              <Button {...props} variant="default" loading={busy && !view} data-choose="restore">
                {t('restore.choose')}
              </Button>
            )}
          </FileButton>
        </div>
        <Failure error={failure} />
        {view && (
          <section className="restore-view" data-restore-view>
            <Contents view={view} />
            {view.sealed && (
              <PasswordInput
                id="restore-passphrase"
                label={t('restore.passphrase')}
                description={t('restore.passphraseHelp')}
                value={passphrase}
                autoComplete="off"
                onChange={(e) => setPassphrase(e.currentTarget.value)}
                visibilityToggleButtonProps={{ 'aria-label': t('form.showSecret') }}
              />
            )}
            <p className="notice">{t('restore.warning')}</p>
            <Button data-restore-now loading={busy} onClick={() => void restore()}>
              {t('restore.do')}
            </Button>
          </section>
        )}
        {result && (
          <div role="status" data-restored>
            <p>
              <strong>{t('restore.done')}</strong>
            </p>
            {result.restart && <p>{t('restore.restart')}</p>}
            <Words title={t('restore.again')} words={[...result.again, ...result.warnings]} />
          </div>
        )}
      </Stack>
    </Card>
  );
}

function Contents({ view }: { view: RestoreView }) {
  const now = boxNow.use();
  const { name, madeAt, version, has, changes, warnings, again } = view;
  return (
    <>
      <p>
        <strong>{t('restore.made', { name, when: moment(madeAt, now).toLowerCase(), version })}</strong>
      </p>
      <p>
        {t('restore.contents', {
          sockets: has.sockets,
          people: has.people,
          trunks: has.trunks,
          numbers: has.numbers,
        })}
      </p>
      <p>{changes.length === 0 ? t('restore.same') : t('restore.changes', { n: changes.length })}</p>
      {warnings.map((said) => (
        <p key={said.en} className="notice">
          {say(said)}
        </p>
      ))}
      <Words title={t('restore.again')} words={again} />
    </>
  );
}

function Words({ title, words }: { title: string; words: readonly Said[] }) {
  if (words.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul className="contents-list">
        {words.map((said) => (
          <li key={said.en}>{say(said)}</li>
        ))}
      </ul>
    </>
  );
}

/** Backup and restore, as a part of the box. */
export function BackupPart() {
  return (
    <>
      <BackupCard />
      <RestoreCard />
    </>
  );
}
