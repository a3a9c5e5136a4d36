import { Button, Checkbox, Group, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import type {
  ApiError,
  ConfigOutcome,
  ConfigView,
  EventKind,
  SecretMark,
  WebhookView,
} from '../../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../../api.ts';
import { t, word } from '../../i18n/index.ts';
import { Failure } from '../../ui/parts.tsx';
import { saved } from '../../ui/saved-notice.tsx';

const kinds: readonly EventKind[] = [
  ...(['call.ringing', 'call.answered', 'call.ended', 'call.missed'] as const),
  ...(['recording.ready', 'voicemail.left', 'alarm.raised', 'alarm.cleared'] as const),
];

/** Stands for the secret that the box keeps. */
const kept: SecretMark = '\u2022\u2022\u2022\u2022\u2022\u2022\u2022\u2022';

/** 32 random bytes, as Standard Webhooks writes a secret. */
function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return `whsec_${btoa(String.fromCharCode(...bytes))}`;
}

interface Props {
  /** Undefined: a new one. */
  hook: WebhookView | undefined;
  config: ConfigView;
  onDone(): void;
}

export function ProgramForm({ hook, config, onDone }: Props) {
  const [name, setName] = useState(hook?.name ?? '');
  const [url, setUrl] = useState(hook?.url ?? '');
  const [chosen, setChosen] = useState<string[]>(hook?.kinds ?? []);
  const [enabled, setEnabled] = useState(hook?.enabled ?? true);
  const [secret, setSecret] = useState<string | undefined>(() => (hook ? undefined : newSecret()));
  const [error, setError] = useState<ApiError['error']>();
  const [busy, setBusy] = useState(false);
  const change = async (edit: object): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const body = { revision: config.revision, edits: [edit] };
      saved(await api<ConfigOutcome>('/config', { method: 'PATCH', body }));
      onDone();
    } catch (thrown) {
      setError(failureOf(thrown));
      setBusy(false);
    }
  };
  const save = (): void => {
    const taken = config.config.webhooks.map(({ id }) => id);
    const id = hook?.id ?? freeId(taken);
    const before = config.config.webhooks.find((one) => one.id === id);
    const value = { ...before, id, name, url, kinds: chosen, enabled, secret: secret ?? kept };
    void change({ op: 'put', path: `/webhooks/${id}`, value });
  };
  const fault = error?.issues?.find(({ path }) => path.endsWith('/url')) ? error.issues[0]?.said : undefined;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Stack>
        <TextInput
          id="program-name"
          label={t('programs.name')}
          value={name}
          required
          maxLength={64}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          id="program-url"
          label={t('programs.url')}
          description={t('programs.urlHelp')}
          placeholder="https://crm.example.ru/hook"
          value={url}
          required
          inputMode="url"
          {...(fault ? { error: fault[document.documentElement.lang === 'en' ? 'en' : 'ru'] } : {})}
          onChange={(event) => setUrl(event.currentTarget.value)}
        />
        <Checkbox.Group
          label={t('programs.kinds')}
          description={t('programs.kindsHelp')}
          value={chosen}
          onChange={setChosen}
        >
          <Stack gap="xs" mt="xs">
            {kinds.map((kind) => (
              <Checkbox key={kind} value={kind} label={word('event', kind)} />
            ))}
          </Stack>
        </Checkbox.Group>
        {secret === undefined ? (
          <Group>
            <Text size="sm">{t('programs.secretKeep')}</Text>
            <Button variant="default" onClick={() => setSecret(newSecret())}>
              {t('programs.secretNew')}
            </Button>
          </Group>
        ) : (
          <TextInput
            id="program-secret"
            label={t('programs.secret')}
            description={t('programs.secretOnce')}
            value={secret}
            readOnly
            onFocus={(event) => event.currentTarget.select()}
          />
        )}
        <Switch
          label={t('programs.enabled')}
          checked={enabled}
          onChange={(event) => setEnabled(event.currentTarget.checked)}
        />
        <Failure error={error} />
        <Group>
          <Button type="submit" loading={busy} disabled={name.trim() === '' || url.trim() === ''}>
            {t('programs.save')}
          </Button>
          <Button variant="default" onClick={onDone}>
            {t('programs.cancel')}
          </Button>
          {hook && (
            <Button
              variant="subtle"
              color="red"
              onClick={() => void change({ op: 'remove', path: `/webhooks/${hook.id}` })}
            >
              {t('programs.remove')}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}

function freeId(taken: readonly string[]): string {
  for (let n = 1; ; n++) if (!taken.includes(`program-${n}`)) return `program-${n}`;
}
