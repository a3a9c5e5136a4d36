import { Button, Code, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { t } from '../../i18n/index.ts';
import type { Described } from './document.ts';

/** Longest answer that is shown. */
const longest = 20_000;

interface Props {
  method: string;
  path: string;
  described: Described;
}

/** Sends the request with the rights of whoever is signed in, and shows what comes back. */
export function TryIt({ method, path, described }: Props) {
  const [values, setValues] = useState<Record<string, string>>({});
  const [body, setBody] = useState('{}');
  const [answer, setAnswer] = useState<{ status: number; text: string }>();
  const [busy, setBusy] = useState(false);
  const json = described.requestBody?.content['application/json'] !== undefined;
  // Files are not sent from here.
  if (described.requestBody && !json) return null;
  const send = async (): Promise<void> => {
    setBusy(true);
    const at = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
    const query = new URLSearchParams(
      (described.parameters ?? []).flatMap((one) =>
        one.in === 'query' && values[one.name] ? [[one.name, values[one.name] ?? '']] : [],
      ),
    );
    try {
      const response = await fetch(`/api/v1${at}${query.size > 0 ? `?${query}` : ''}`, {
        method,
        credentials: 'same-origin',
        ...(json ? { headers: { 'Content-Type': 'application/json' }, body } : {}),
        ...(!json && method !== 'GET' && method !== 'DELETE'
          ? { headers: { 'Content-Type': 'application/json' }, body: '{}' }
          : {}),
      });
      setAnswer({ status: response.status, text: pretty(await response.text()) });
    } catch (error) {
      setAnswer({ status: 0, text: String(error) });
    }
    setBusy(false);
  };
  return (
    <details>
      <summary>{t('apiDocs.try')}</summary>
      <Stack mt="xs" gap="xs">
        <Text size="sm">{t('apiDocs.tryHelp')}</Text>
        {described.parameters?.map(({ name }) => (
          <TextInput
            key={name}
            label={name}
            value={values[name] ?? ''}
            onChange={(event) => setValues({ ...values, [name]: event.currentTarget.value })}
          />
        ))}
        {json && (
          <Textarea
            label={t('apiDocs.body')}
            value={body}
            rows={4}
            styles={{ input: { fontFamily: 'monospace' } }}
            onChange={(event) => setBody(event.currentTarget.value)}
          />
        )}
        <Group>
          <Button loading={busy} onClick={() => void send()}>
            {t('apiDocs.send')}
          </Button>
        </Group>
        {answer && (
          <div role="status">
            <strong>{answer.status}</strong>
            <Code block tabIndex={0} style={{ maxHeight: '24rem', overflow: 'auto' }}>
              {answer.text}
            </Code>
          </div>
        )}
      </Stack>
    </details>
  );
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2).slice(0, longest);
  } catch {
    return text.slice(0, longest);
  }
}
