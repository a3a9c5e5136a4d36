import { Button } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import type {
  AccountRequest,
  AccountView,
  ApiError,
  ConfigView,
  Role,
} from '../../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../../api.ts';
import { Row, Tick } from '../../form/rows.tsx';
import { say, t } from '../../i18n/index.ts';
import { Icon } from '../../ui/icons.tsx';
import { Failure } from '../../ui/parts.tsx';

interface Props {
  account: AccountView | undefined;
  view: ConfigView;
  onDone(): void;
  onCancel(): void;
}

const roles = ['supervisor', 'user', 'admin'] as const satisfies readonly Role[];

/** An account: its name stands for good, its password is typed and never shown. */
export function AccountForm({ account, view, onDone, onCancel }: Props) {
  const [name, setName] = useState(account?.id ?? '');
  const [request, setRequest] = useState<AccountRequest & { groups: string[]; queues: string[] }>(() => ({
    role: account?.role ?? 'supervisor',
    ...(account?.person === undefined ? {} : { person: account.person }),
    groups: account?.groups ?? [],
    queues: account?.queues ?? [],
    enabled: account?.enabled ?? true,
  }));
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ApiError['error']>();
  const set = (part: Partial<AccountRequest>): void => setRequest({ ...request, ...part });
  const at = `/accounts/${encodeURIComponent(name)}`;
  const { people, groups, queues } = view.config;

  const run = async (work: () => Promise<unknown>): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    try {
      await work();
      onDone();
    } catch (error) {
      setFailure(failureOf(error));
      setBusy(false);
    }
  };
  const save = (event: SyntheticEvent): void => {
    event.preventDefault();
    const { password, ...rest } = request;
    const leads = request.role === 'supervisor';
    const body = { ...rest, ...(leads ? {} : { groups: [], queues: [] }), ...(password ? { password } : {}) };
    void run(() => api(at, { method: 'PUT', body }));
  };
  const remove = (): void => {
    if (account && confirm(t('form.removeQuestion', { what: account.id })))
      void run(() => api(at, { method: 'DELETE' }));
  };
  const errorAt = (key: string): string =>
    (failure?.issues ?? [])
      .filter((issue) => issue.path.endsWith(`/${key}`))
      .map((issue) => say(issue.said))
      .join(' ');

  return (
    <form className="item-form" onSubmit={save} noValidate data-section="accounts">
      <div className="item-form-body">
        <p className="lead">{t('accounts.lead')}</p>
        {!account && (
          <Row
            id="account-name"
            title={t('accounts.name')}
            help={t('accounts.nameHelp')}
            error={errorAt('id')}
            required
          >
            <input
              id="account-name"
              value={name}
              maxLength={32}
              autoComplete="off"
              aria-describedby="account-name-help"
              onChange={(e) => setName(e.currentTarget.value.toLowerCase())}
            />
          </Row>
        )}
        <Row id="account-role" title={t('accounts.role')} help={t(`accounts.roleHelp.${request.role}`)}>
          <select
            id="account-role"
            value={request.role}
            aria-describedby="account-role-help"
            onChange={(e) => set({ role: e.currentTarget.value as Role })}
          >
            {roles.map((role) => (
              <option key={role} value={role}>
                {t(`accountRole.${role}`)}
              </option>
            ))}
          </select>
        </Row>
        <Row id="account-person" title={t('accounts.person')} error={errorAt('person')}>
          <select
            id="account-person"
            value={request.person ?? ''}
            onChange={(e) => set({ person: e.currentTarget.value })}
          >
            <option value="">{t('form.none')}</option>
            {people.map(({ id, name: title }) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
          </select>
        </Row>
        {request.role === 'supervisor' && groups.length + queues.length === 0 && (
          <p className="help">{t('accounts.noGroups')}</p>
        )}
        {request.role === 'supervisor' && (
          <>
            <Chosen
              name="groups"
              of={groups}
              chosen={request.groups}
              onSet={(chosen) => set({ groups: chosen })}
            />
            <Chosen
              name="queues"
              of={queues}
              chosen={request.queues}
              onSet={(chosen) => set({ queues: chosen })}
            />
          </>
        )}
        <Row
          id="account-password"
          title={t(account ? 'accounts.newPassword' : 'accounts.password')}
          help={t(account?.hasPassword ? 'accounts.keepHelp' : 'accounts.passwordHelp')}
          required={!account}
        >
          <input
            id="account-password"
            type="password"
            autoComplete="new-password"
            value={request.password ?? ''}
            aria-describedby="account-password-help"
            onChange={(e) => set({ password: e.currentTarget.value })}
          />
        </Row>
        <Tick
          id="account-enabled"
          title={t('accounts.enabled')}
          on={request.enabled}
          onSet={(enabled) => set({ enabled })}
        />
      </div>
      <footer className="item-form-foot">
        <Failure error={failure} />
        <div className="actions">
          <Button
            className="primary"
            type="submit"
            disabled={busy || name === '' || (!account && !request.password)}
          >
            {t('form.save')}
          </Button>
          <Button variant="default" onClick={onCancel}>
            {t('form.cancel')}
          </Button>
          {account && (
            <Button variant="subtle" color="red" disabled={busy} onClick={remove}>
              <Icon name="trash" size={16} /> {t('form.delete')}
            </Button>
          )}
        </div>
      </footer>
    </form>
  );
}

interface ChosenProps {
  name: 'groups' | 'queues';
  of: readonly { id: string; name: string }[];
  chosen: readonly string[];
  onSet(chosen: string[]): void;
}

/** Which of the groups, or queues, the account answers for. */
function Chosen({ name, of, chosen, onSet }: ChosenProps) {
  if (of.length === 0) return null;
  return (
    <fieldset className="field account-choice">
      <legend>{t(`accounts.${name}`)}</legend>
      {of.map(({ id, name: title }) => (
        <Tick
          key={id}
          id={`account-${name}-${id}`}
          title={title}
          on={chosen.includes(id)}
          onSet={(on) => onSet(on ? [...chosen, id] : chosen.filter((one) => one !== id))}
        />
      ))}
    </fieldset>
  );
}
