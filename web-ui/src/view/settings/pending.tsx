import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { IconListCheck } from '@tabler/icons-react';
import { useState } from 'react';
import type {
  ApiError,
  AppliedOutcome,
  ConfigEdit,
  DraftChange,
  DraftEditView,
  DraftView,
} from '../../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../../api.ts';
import { moment } from '../../format/time.ts';
import { hasWord, say, t, word } from '../../i18n/index.ts';
import { boxNow } from '../../live/store.ts';
import { changed, useBox } from '../../query.ts';
import { Empty, Failure, Sheet } from '../../ui/parts.tsx';
import { saved } from '../../ui/saved-notice.tsx';

/** Puts edits beside those that wait. */
export async function wait(edits: readonly ConfigEdit[]): Promise<DraftView> {
  const view = await api<DraftView>('/config/draft/edits', { body: { edits } });
  changed('config');
  return view;
}

/** How many changes wait. A hook. */
export function usePending(): number {
  return useBox<DraftView>('/config/draft', 'config').value?.edits.length ?? 0;
}

/** Stands at the top of the page while changes wait, and opens their list. */
export function Pending() {
  const draft = useBox<DraftView>('/config/draft', 'config');
  const [open, setOpen] = useState(false);
  const count = draft.value?.edits.length ?? 0;
  if (count === 0 && !open) return null;
  return (
    <>
      <Button
        variant="light"
        leftSection={<IconListCheck size={18} />}
        onClick={() => setOpen(true)}
        data-pending={count}
      >
        {t('pending.button', { n: count })}
      </Button>
      {open && draft.value && <PendingSheet view={draft.value} onClose={() => setOpen(false)} />}
    </>
  );
}

function PendingSheet({ view, onClose }: { view: DraftView; onClose(): void }) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiError['error']>();
  const act = async (work: () => Promise<unknown>): Promise<boolean> => {
    setBusy(true);
    setFailure(undefined);
    try {
      await work();
      return true;
    } catch (error) {
      setFailure(failureOf(error));
      return false;
    } finally {
      setBusy(false);
      changed('config');
    }
  };
  const apply = async (): Promise<void> => {
    const done = await act(async () => {
      saved(await api<AppliedOutcome>('/config/draft/apply', { body: { revision: view.revision } }));
    });
    if (done) onClose();
  };
  const drop = async (): Promise<void> => {
    if (!confirm(t('pending.dropQuestion'))) return;
    if (await act(() => api('/config/draft', { method: 'DELETE' }))) onClose();
  };
  const blocked = view.issues.length > 0 || view.edits.some(({ conflict }) => conflict);
  return (
    <Sheet title={t('pending.title')} onClose={onClose}>
      <Stack gap="md" className="pending">
        {view.edits.length === 0 ? (
          <Empty icon="ok">{t('pending.empty')}</Empty>
        ) : (
          <>
            <Text>{t('pending.lead')}</Text>
            <Stack component="ul" gap="md" m={0} p={0} style={{ listStyle: 'none' }}>
              {view.edits.map((edit) => (
                <li key={edit.id} data-edit={edit.path}>
                  <EditWords
                    edit={edit}
                    busy={busy}
                    onDrop={() => void act(() => api(`/config/draft/edits/${edit.id}`, { method: 'DELETE' }))}
                    onKeep={() =>
                      void act(() => api(`/config/draft/edits/${edit.id}/keep`, { method: 'POST', body: {} }))
                    }
                  />
                </li>
              ))}
            </Stack>
          </>
        )}
        {view.issues.length > 0 && (
          <div role="alert">
            <p>{t('pending.issues')}</p>
            {view.issues.map((issue) => (
              <p className="error" key={`${issue.path}${issue.said.en}`}>
                {say(issue.said)}
              </p>
            ))}
          </div>
        )}
        {view.cuts.length > 0 && <Text>{t('pending.cuts')}</Text>}
        {view.others.length > 0 && (
          <Text c="dimmed" size="sm">
            {t('pending.others', { list: view.others.map(({ who }) => nameOf(who)).join(', ') })}
          </Text>
        )}
        <Failure error={failure} />
        {view.edits.length > 0 && (
          <Group>
            <Button onClick={() => void apply()} disabled={busy || blocked} data-apply>
              {t('pending.apply')}
            </Button>
            <Button variant="default" onClick={() => void drop()} disabled={busy}>
              {t('pending.drop')}
            </Button>
          </Group>
        )}
      </Stack>
    </Sheet>
  );
}

interface EditProps {
  edit: DraftEditView;
  busy: boolean;
  onDrop(): void;
  onKeep(): void;
}

function EditWords({ edit, busy, onDrop, onKeep }: EditProps) {
  const { conflict, changes } = edit;
  const title = changes[0] ? say(changes[0].said) : edit.path;
  return (
    <Stack gap={4}>
      {changes.map((change) => (
        <ChangeWords key={change.path} change={change} />
      ))}
      {changes.length === 0 && <strong>{title}</strong>}
      <Text size="sm" c="dimmed">
        {moment(edit.at, boxNow.value)}
      </Text>
      {conflict && (
        <div className="failure" role="alert">
          <p>
            {t('pending.conflict', { by: conflict.by ? nameOf(conflict.by) : t('pending.somebody') })}{' '}
            {say(conflict.said)}
          </p>
        </div>
      )}
      <Group gap="xs">
        {conflict && (
          <Button variant="light" onClick={onKeep} disabled={busy}>
            {t('pending.keep')}
          </Button>
        )}
        <Button
          variant="default"
          onClick={onDrop}
          disabled={busy}
          aria-label={t('pending.dropOne', { what: title })}
        >
          {t('pending.dropShort')}
        </Button>
      </Group>
    </Stack>
  );
}

function ChangeWords({ change }: { change: DraftChange }) {
  const { before, after, scope, said } = change;
  return (
    <div>
      <strong>{say(said)}</strong>
      <dl className="facts">
        <div className="fact">
          <dt>{t('pending.was')}</dt>
          <dd>{before ? say(before) : t('pending.none')}</dd>
        </div>
        <div className="fact">
          <dt>{t('pending.becomes')}</dt>
          <dd>{after ? say(after) : t('pending.none')}</dd>
        </div>
      </dl>
      <Badge variant="light" tt="none" h="auto" styles={{ label: { whiteSpace: 'normal' } }}>
        {t(`scope.${scope}`)}
      </Badge>
    </div>
  );
}

const nameOf = (who: string): string => (hasWord('by', who) ? word('by', who) : who.replace(/^account:/, ''));
