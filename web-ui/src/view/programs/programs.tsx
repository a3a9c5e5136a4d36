import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { ConfigView, WebhookTest, WebhookView } from '../../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../../api.ts';
import { say, t, tn } from '../../i18n/index.ts';
import { useBox } from '../../query.ts';
import { Icon } from '../../ui/icons.tsx';
import { Card, Empty, Failure, Sheet, State } from '../../ui/parts.tsx';
import { DeliveryLog } from './delivery-log.tsx';
import { ProgramForm } from './program-form.tsx';

/** Programs that the box tells of calls by itself. */
export function ProgramsPart() {
  const hooks = useBox<WebhookView[]>('/webhooks', 'config', { everyMs: 5000 });
  const config = useBox<ConfigView>('/config', 'config');
  const [open, setOpen] = useState<{ what: 'form' | 'log'; hook?: WebhookView }>();
  const list = hooks.value;
  const close = (): void => setOpen(undefined);
  const add = (
    <Button variant="default" data-add="webhooks" onClick={() => setOpen({ what: 'form' })}>
      <Icon name="plus" size={16} /> {t('programs.add')}
    </Button>
  );
  return (
    <Card title={t('programs.title')} aside={list && list.length > 0 && add} className="list-section">
      <p className="dim">{t('programs.lead')}</p>
      <Failure error={hooks.failure ?? config.failure} />
      {!list && !hooks.failure && <p className="waiting">{t('loading')}</p>}
      {list?.length === 0 && (
        <Empty icon="exchange" action={add}>
          {t('programs.empty')}
        </Empty>
      )}
      <Stack gap="md" mt="md">
        {list?.map((hook) => (
          <Program
            key={hook.id}
            hook={hook}
            onEdit={() => setOpen({ what: 'form', hook })}
            onLog={() => setOpen({ what: 'log', hook })}
          />
        ))}
      </Stack>
      {open?.what === 'form' && config.value && (
        <Sheet title={open.hook?.name ?? t('programs.new')} onClose={close}>
          <ProgramForm
            hook={open.hook}
            config={config.value}
            onDone={() => {
              close();
              hooks.reload();
            }}
          />
        </Sheet>
      )}
      {open?.what === 'log' && open.hook && (
        <Sheet title={t('programs.logTitle', { name: open.hook.name })} onClose={close}>
          <DeliveryLog id={open.hook.id} />
        </Sheet>
      )}
    </Card>
  );
}

interface ProgramProps {
  hook: WebhookView;
  onEdit(): void;
  onLog(): void;
}

function Program({ hook, onEdit, onLog }: ProgramProps) {
  const [tested, setTested] = useState<WebhookTest | 'busy'>();
  const test = (): void => {
    setTested('busy');
    api<WebhookTest>(`/webhooks/${hook.id}/test`, { method: 'POST', body: {} }).then(setTested, (thrown) =>
      setTested({ ok: false, said: failureOf(thrown).said }),
    );
  };
  const failing = hook.last?.state === 'pending' && hook.last.tries > 0;
  return (
    <Group justify="space-between" wrap="wrap" data-webhook={hook.id}>
      <div style={{ flex: '1 1 16rem', minWidth: 0 }}>
        <span className="item-line">
          <strong>{hook.name}</strong>
          {!hook.enabled && <span className="tag">{t('off')}</span>}
          {hook.enabled && (failing || hook.dead > 0) && (
            <State tone={failing ? 'attention' : 'broken'}>
              {failing ? t('programs.failing') : tn('programs.dead', hook.dead)}
            </State>
          )}
        </span>
        <Text size="sm" className="dim" style={{ overflowWrap: 'anywhere' }}>
          {hook.url}
        </Text>
        <Text size="sm" className="dim">
          {hook.pending > 0 ? tn('programs.pending', hook.pending) : hook.last ? t('programs.fine') : ''}
        </Text>
        <div role="status">
          {tested === 'busy' && <Text size="sm">{t('programs.testing')}</Text>}
          {tested && tested !== 'busy' && (
            <State tone={tested.ok ? 'talk' : 'broken'}>{say(tested.said)}</State>
          )}
        </div>
      </div>
      <Group gap="xs">
        <Button variant="default" onClick={test} disabled={tested === 'busy'}>
          {t('programs.test')}
        </Button>
        <Button variant="default" onClick={onLog}>
          {t('programs.log')}
        </Button>
        <Button variant="default" onClick={onEdit}>
          {t('programs.edit')}
        </Button>
      </Group>
    </Group>
  );
}
