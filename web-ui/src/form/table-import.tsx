import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ApiError, ImportView, PublicConfig } from '../../../daemon/src/api/contract.ts';
import { failureOf, upload } from '../api.ts';
import { say, t } from '../i18n/index.ts';
import { FileButton } from '../ui/file-button.tsx';
import { Failure, Sheet } from '../ui/parts.tsx';

interface Props {
  kind: 'people' | 'speed-dials' | 'callers';
  /** For `callers`: whose numbers may be replaced. */
  lists?: PublicConfig['callerLists'];
}

/** The button of a list that takes a table: what is in it is looked at first, and taken when somebody says so. */
export function TableButton({ kind, lists = [] }: Props) {
  const [open, setOpen] = useState(false);
  if (kind === 'callers' && lists.length === 0) return null;
  return (
    <>
      <Button variant="default" data-table={kind} onClick={() => setOpen(true)}>
        {t('table.open')}
      </Button>
      {open && (
        <Sheet title={t(`table.title.${kind}`)} onClose={() => setOpen(false)}>
          <TableForm kind={kind} lists={lists} />
        </Sheet>
      )}
    </>
  );
}

function TableForm({ kind, lists }: Required<Props>) {
  const [list, setList] = useState(lists[0]?.id ?? '');
  const [busy, setBusy] = useState(false);
  const [file, setFile] = useState<File>();
  const [view, setView] = useState<ImportView>();
  const [error, setError] = useState<ApiError['error']>();
  const path = kind === 'callers' ? `/imports/callers/${encodeURIComponent(list)}` : `/imports/${kind}`;
  const send = (table: File, check: boolean): void => {
    setBusy(true);
    setError(undefined);
    setView(undefined);
    setFile(table);
    upload<ImportView>(`${path}${check ? '?check=1' : ''}`, table, 'text/csv')
      .then(setView, (failure: unknown) => setError(failureOf(failure)))
      .finally(() => setBusy(false));
  };
  return (
    <div className="item-form">
      <div className="item-form-body">
        <p>{t(`table.help.${kind}`)}</p>
        {kind === 'callers' && (
          <div className="field">
            <label htmlFor="table-list">{t('table.list')}</label>
            <select
              id="table-list"
              value={list}
              onChange={(event) => {
                setList(event.currentTarget.value);
                setView(undefined);
              }}
            >
              {lists.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          </div>
        )}
        <div className="field">
          <label htmlFor="table-file">{t('table.file')}</label>
          <span className="with-action">
            <FileButton
              id="table-file"
              accept=".csv,text/csv"
              disabled={busy}
              onFile={(table) => send(table, true)}
            />
            <span>{file?.name}</span>
          </span>
          <p className="help">{t('table.saveAs')}</p>
        </div>
        <Failure error={error} />
        <div role="status">
          {busy && <p>{t('table.checking')}</p>}
          {view && <Found kind={kind} view={view} />}
        </div>
      </div>
      {view && file && view.bad.length === 0 && !view.applied && (
        <p className="item-form-foot">
          <Button className="primary" disabled={busy} onClick={() => send(file, false)}>
            {t('table.take')}
          </Button>
        </p>
      )}
    </div>
  );
}

/** What a table holds, or which of its rows are no good. */
function Found({ kind, view }: { kind: Props['kind']; view: ImportView }) {
  const { rows, added, changed, bad, applied } = view;
  if (bad.length > 0)
    return (
      <>
        <p className="error">{t('table.bad')}</p>
        <ul className="bad-rows">
          {bad.map(({ line, said }) => (
            <li key={`${line} ${said.en}`} data-line={line}>
              <strong>{t('table.line', { n: line })}</strong> {say(said)}
            </li>
          ))}
        </ul>
      </>
    );
  if (applied) return <p>{t('table.done')}</p>;
  const counts =
    kind === 'callers'
      ? [t('table.numbers', { n: added })]
      : [t('table.rows', { n: rows }), t('table.added', { n: added }), t('table.changed', { n: changed })];
  return (
    <p>
      {t('table.good')} {counts.join(' · ')}
    </p>
  );
}
