import { Button, Checkbox, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type {
  AccountView,
  ApiError,
  TokenMade,
  TokenScope,
  TokenView,
} from '../../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../../api.ts';
import { moment } from '../../format/time.ts';
import { t, word } from '../../i18n/index.ts';
import { boxNow } from '../../live/store.ts';
import { useBox } from '../../query.ts';
import { Link } from '../../router.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Card, Empty, Failure, Sheet } from '../../ui/parts.tsx';

/** In the order of the list: what is asked for most often first. The box knows no others. */
const scopes: readonly TokenScope[] = [
  ...(['calls:read', 'calls:originate', 'calls:control', 'events:read'] as const),
  ...(['phonebook:read', 'phonebook:write', 'recordings:read'] as const),
  ...(['voicemail:read', 'voicemail:write', 'queues:read', 'queues:write'] as const),
  ...(['metrics:read', 'config:read', 'config:write'] as const),
];

/** Programs that talk to the box, and what each may do. */
export function TokensCard() {
  const tokens = useBox<TokenView[]>('/tokens');
  const now = boxNow.use();
  const [making, setMaking] = useState(false);
  const [going, setGoing] = useState<TokenView>();
  const list = tokens.value;
  const add = (
    <Button variant="default" data-add="tokens" onClick={() => setMaking(true)}>
      <Icon name="plus" size={16} /> {t('tokens.add')}
    </Button>
  );
  return (
    <Card title={t('tokens.title')} aside={list && list.length > 0 && add} className="list-section">
      <p className="dim">
        {t('tokens.lead')} <Link to="/api-docs">{t('tokens.docs')}</Link>
      </p>
      <Failure error={tokens.failure} />
      {!list && !tokens.failure && <p className="waiting">{t('loading')}</p>}
      {list?.length === 0 && (
        <Empty icon="key" action={add}>
          {t('tokens.empty')}
        </Empty>
      )}
      <Stack gap="sm" mt="md">
        {list?.map((token) => (
          <Group key={token.id} justify="space-between" data-token={token.name} wrap="wrap">
            <div style={{ flex: '1 1 16rem' }}>
              <strong>{token.name}</strong> <code>{token.begins}…</code>
              <Text size="sm" className="dim">
                {token.scopes.map((scope) => word('scope', scope)).join(' · ')}
              </Text>
              <Text size="sm" className="dim">
                {usedWords(token, now)}
              </Text>
            </div>
            <Button
              variant="default"
              aria-label={`${t('tokens.revoke')}: ${token.name}`}
              onClick={() => setGoing(token)}
            >
              {t('tokens.revoke')}
            </Button>
          </Group>
        ))}
      </Stack>
      {making && (
        <Sheet title={t('tokens.add')} onClose={() => setMaking(false)}>
          <TokenForm
            onMade={tokens.reload}
            onDone={() => {
              setMaking(false);
            }}
          />
        </Sheet>
      )}
      {going && (
        <Sheet title={t('tokens.revoke')} onClose={() => setGoing(undefined)}>
          <Revoking
            token={going}
            onDone={() => {
              setGoing(undefined);
              tokens.reload();
            }}
          />
        </Sheet>
      )}
    </Card>
  );
}

function usedWords({ account, expiresAt, lastUsedAt, lastUsedFrom = '' }: TokenView, now: number): string {
  const used =
    lastUsedAt === undefined
      ? t('tokens.never')
      : t('tokens.used', { when: moment(lastUsedAt, now).toLowerCase(), from: lastUsedFrom });
  const until =
    expiresAt === undefined
      ? ''
      : expiresAt <= now
        ? t('tokens.over')
        : t('tokens.until', { when: moment(expiresAt, now).toLowerCase() });
  return [account === 'admin' ? '' : account, used, until].filter(Boolean).join(' · ');
}

function Revoking({ token, onDone }: { token: TokenView; onDone(): void }) {
  const [error, setError] = useState<ApiError['error']>();
  const [busy, setBusy] = useState(false);
  const revoke = async (): Promise<void> => {
    setBusy(true);
    try {
      await api(`/tokens/${token.id}`, { method: 'DELETE' });
      onDone();
    } catch (thrown) {
      setError(failureOf(thrown));
      setBusy(false);
    }
  };
  return (
    <Stack>
      <p>{t('tokens.revokeAsk', { name: token.name })}</p>
      <Failure error={error} />
      <Group>
        <Button color="red" loading={busy} onClick={() => void revoke()}>
          {t('tokens.revoke')}
        </Button>
      </Group>
    </Stack>
  );
}

function TokenForm({ onMade, onDone }: { onMade(): void; onDone(): void }) {
  const accounts = useBox<AccountView[]>('/accounts');
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<string[]>([]);
  const [account, setAccount] = useState<string | null>('admin');
  const [days, setDays] = useState<string | null>('0');
  const [made, setMade] = useState<TokenMade>();
  const [error, setError] = useState<ApiError['error']>();
  const [busy, setBusy] = useState(false);
  const make = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const body = {
        name,
        scopes: chosen,
        account: account ?? 'admin',
        ...(Number(days) > 0 && { days: Number(days) }),
      };
      setMade(await api<TokenMade>('/tokens', { body }));
      onMade();
    } catch (thrown) {
      setError(failureOf(thrown));
    }
    setBusy(false);
  };
  if (made)
    return (
      <Stack>
        <p role="status">{t('tokens.once')}</p>
        <TextInput
          label={t('tokens.token')}
          value={made.token}
          readOnly
          id="token-made"
          onFocus={(event) => event.currentTarget.select()}
        />
        <Group>
          <Button onClick={onDone}>{t('tokens.done')}</Button>
        </Group>
      </Stack>
    );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void make();
      }}
    >
      <Stack>
        <TextInput
          id="token-name"
          label={t('tokens.name')}
          description={t('tokens.nameHelp')}
          value={name}
          required
          maxLength={64}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Checkbox.Group label={t('tokens.may')} value={chosen} onChange={setChosen}>
          <Stack gap="xs" mt="xs">
            {scopes.map((scope) => (
              <Checkbox key={scope} id={`scope-${scope}`} value={scope} label={word('scope', scope)} />
            ))}
          </Stack>
        </Checkbox.Group>
        <Select
          label={t('tokens.account')}
          value={account}
          onChange={setAccount}
          allowDeselect={false}
          data={[
            { value: 'admin', label: t('tokens.accountAdmin') },
            ...(accounts.value ?? []).map(({ id }) => ({ value: id, label: id })),
          ]}
        />
        <Select
          label={t('tokens.days')}
          value={days}
          onChange={setDays}
          allowDeselect={false}
          data={(['0', '30', '365'] as const).map((value) => ({ value, label: t(`tokens.days.${value}`) }))}
        />
        <Failure error={error} />
        <Group>
          <Button type="submit" loading={busy} disabled={name.trim() === '' || chosen.length === 0}>
            {t('tokens.make')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
