import { Button, Group, Stack, Table } from '@mantine/core';
import { useState } from 'react';
import type { ApiError, DeliveriesPage, Delivery } from '../../../../daemon/src/api/contract.ts';
import { api, failureOf } from '../../api.ts';
import { moment } from '../../format/time.ts';
import { t, tn, word } from '../../i18n/index.ts';
import { boxNow } from '../../live/store.ts';
import { useBox } from '../../query.ts';
import { Failure, State } from '../../ui/parts.tsx';

const tones = { pending: 'attention', done: 'talk', dead: 'broken' } as const;
const step = 50;

/** What a program was told, and how it answered; what it has not taken can be sent again. */
export function DeliveryLog({ id }: { id: string }) {
  const [limit, setLimit] = useState(step);
  const page = useBox<DeliveriesPage>(`/webhooks/${id}/deliveries?limit=${limit}`, undefined, {
    ...{ everyMs: 3000, keep: true },
  });
  const now = boxNow.use();
  const [error, setError] = useState<ApiError['error']>();
  const again = async (which: readonly Delivery[]): Promise<void> => {
    setError(undefined);
    try {
      for (const { number } of [...which].reverse())
        await api(`/webhooks/${id}/replay`, { body: { number } });
      page.reload();
    } catch (thrown) {
      setError(failureOf(thrown));
    }
  };
  const list = page.value?.deliveries;
  const dead = list?.filter(({ state }) => state === 'dead') ?? [];
  if (!list)
    return page.failure ? <Failure error={page.failure} /> : <p className="waiting">{t('loading')}</p>;
  if (list.length === 0) return <p>{t('programs.logEmpty')}</p>;
  return (
    <Stack>
      <Failure error={error} />
      {dead.length > 0 && (
        <Group>
          <Button variant="default" onClick={() => void again(dead)}>
            {t('programs.againAll')}
          </Button>
        </Group>
      )}
      <Table.ScrollContainer minWidth={420}>
        <Table verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('programs.number')}</Table.Th>
              <Table.Th>{t('programs.event')}</Table.Th>
              <Table.Th>{t('programs.how')}</Table.Th>
              <Table.Th>
                <span className="sr-only">{t('programs.again')}</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {list.map((one) => (
              <Table.Tr key={one.number} data-delivery={one.number}>
                <Table.Td>{one.number}</Table.Td>
                <Table.Td>
                  {word('event', one.type)}
                  <br />
                  <span className="dim">{moment(one.at, now)}</span>
                </Table.Td>
                <Table.Td>
                  <State tone={tones[one.state]}>{t(`delivery.${one.state}`)}</State>
                  <br />
                  <span className="dim">
                    {[
                      one.status ?? (one.error && word('deliveryError', one.error)),
                      one.tries > 0 && tn('programs.tries', one.tries),
                    ]
                      .filter(Boolean)
                      .join(' · ')}
                  </span>
                </Table.Td>
                <Table.Td>
                  <Button
                    variant="default"
                    size="compact-md"
                    aria-label={`${t('programs.again')}: ${one.number}`}
                    onClick={() => void again([one])}
                  >
                    {t('programs.again')}
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {page.value?.next !== undefined && limit < 200 && (
        <Group>
          <Button variant="default" onClick={() => setLimit(limit + step)}>
            {t('programs.more')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
