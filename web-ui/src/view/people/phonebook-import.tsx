import { Button, Group, Progress, Stack } from '@mantine/core';
import { useState } from 'react';
import type { ApiError, PhonebookImportView } from '../../../../daemon/src/api/contract.ts';
import { failureOf, upload } from '../../api.ts';
import { say, t } from '../../i18n/index.ts';
import { FileButton } from '../../ui/file-button.tsx';
import { Failure } from '../../ui/parts.tsx';

const workbook = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** A table is looked at first, and taken when somebody says so: all of it, or nothing and each bad row. */
export function PhonebookImport({ onDone }: { onDone(): void }) {
  const [file, setFile] = useState<File>();
  const [view, setView] = useState<PhonebookImportView>();
  const [error, setError] = useState<ApiError['error']>();
  const [sent, setSent] = useState<number>();
  const send = (table: File, check: boolean): void => {
    setFile(table);
    setView(undefined);
    setError(undefined);
    setSent(0);
    const type = table.name.toLowerCase().endsWith('.xlsx') ? workbook : 'text/csv';
    upload<PhonebookImportView>(`/phonebook${check ? '?check=1' : ''}`, table, type, (part) =>
      setSent(part * 100),
    )
      .then(
        (given) => {
          setView(given);
          if (given.applied) onDone();
        },
        (thrown: unknown) => setError(failureOf(thrown)),
      )
      .finally(() => setSent(undefined));
  };
  return (
    <Stack>
      <p>{t('phonebook.importHelp')}</p>
      <div className="field">
        <label htmlFor="phonebook-file">{t('phonebook.file')}</label>
        <span className="with-action">
          <FileButton
            id="phonebook-file"
            accept=".xlsx,.csv,text/csv"
            disabled={sent !== undefined}
            onFile={(table) => send(table, true)}
          />
          <span>{file?.name}</span>
        </span>
      </div>
      {sent !== undefined && <Progress value={sent} aria-label={t('phonebook.checking')} />}
      <Failure error={error} />
      <div role="status">
        {sent !== undefined && <p>{t('phonebook.checking')}</p>}
        {view && view.bad.length > 0 && (
          <>
            <p className="error">{t('phonebook.bad')}</p>
            <ul className="bad-rows">
              {view.bad.map(({ line, said }) => (
                <li key={`${line} ${said.en}`} data-line={line}>
                  <strong>{t('phonebook.line', { n: line })}</strong> {say(said)}
                </li>
              ))}
            </ul>
          </>
        )}
        {view?.applied && <p>{t('phonebook.done')}</p>}
        {view && !view.applied && view.bad.length === 0 && (
          <p>{t('phonebook.good', { rows: view.rows, added: view.added, changed: view.changed })}</p>
        )}
      </div>
      {view && file && view.bad.length === 0 && !view.applied && (
        <Group>
          <Button data-take="contacts" onClick={() => send(file, false)}>
            {t('phonebook.take')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
