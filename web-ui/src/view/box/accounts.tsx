import { Button } from '@mantine/core';
import { useState } from 'react';
import type { AccountView, ConfigView } from '../../../../daemon/src/api/contract.ts';
import { t } from '../../i18n/index.ts';
import { useBox } from '../../query.ts';
import { Icon } from '../../ui/icons.tsx';
import { Card, Empty, Failure, Sheet } from '../../ui/parts.tsx';
import { AccountForm } from './account-form.tsx';

/** Who signs in on the page besides the administrator, and as what. */
export function AccountsCard() {
  const accounts = useBox<AccountView[]>('/accounts', 'config');
  const config = useBox<ConfigView>('/config', 'config');
  const [open, setOpen] = useState<AccountView | 'new'>();
  const list = accounts.value;
  const view = config.value;
  if (!list || !view) {
    return (
      <Card title={t('accounts.title')}>
        {accounts.failure ? <Failure error={accounts.failure} /> : <p className="waiting">{t('loading')}</p>}
      </Card>
    );
  }
  const add = (
    <Button variant="default" data-add="accounts" onClick={() => setOpen('new')}>
      <Icon name="plus" size={16} /> {t('accounts.add')}
    </Button>
  );
  const nameOf = (of: readonly { id: string; name: string }[], id: string): string =>
    of.find((entry) => entry.id === id)?.name ?? id;
  return (
    <Card title={t('accounts.title')} aside={list.length > 0 && add} className="list-section">
      {list.length === 0 ? (
        <Empty icon="key" action={add}>
          {t('accounts.empty')}
        </Empty>
      ) : (
        <ul className="items">
          {list.map((account) => (
            <li key={account.id}>
              <button
                type="button"
                className={`item ${account.enabled ? '' : 'disabled'}`}
                data-item={`accounts/${account.id}`}
                onClick={() => setOpen(account)}
              >
                <Icon name="key" />
                <span className="item-words">
                  <span className="item-line">
                    <strong>{account.id}</strong>
                    <span>{t(`accountRole.${account.role}`)}</span>
                  </span>
                  <span className="dim">
                    {[
                      account.person && nameOf(view.config.people, account.person),
                      ...account.groups.map((id) => nameOf(view.config.groups, id)),
                      ...account.queues.map((id) => nameOf(view.config.queues, id)),
                      !account.hasPassword && t('accounts.noPassword'),
                    ]
                      .filter(Boolean)
                      .join(' · ')}
                  </span>
                </span>
                {!account.enabled && <span className="tag">{t('off')}</span>}
                <Icon name="right" size={16} />
              </button>
            </li>
          ))}
        </ul>
      )}
      {open && (
        <Sheet title={open === 'new' ? t('accounts.new') : open.id} onClose={() => setOpen(undefined)}>
          <AccountForm
            account={open === 'new' ? undefined : open}
            view={view}
            onDone={() => {
              setOpen(undefined);
              accounts.reload();
            }}
            onCancel={() => setOpen(undefined)}
          />
        </Sheet>
      )}
    </Card>
  );
}
