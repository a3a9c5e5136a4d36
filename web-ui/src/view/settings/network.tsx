import { Text } from '@mantine/core';
import type { NetworkView } from '../../../../daemon/src/api/contract.ts';
import { ObjectSection } from '../../form/section.tsx';
import { say, t } from '../../i18n/index.ts';
import { useBox } from '../../query.ts';
import { Card, Fact, Failure } from '../../ui/parts.tsx';

/** How the box stands in the network, and its settings where they are its own. */
export function NetworkPart() {
  const network = useBox<NetworkView>('/network', 'config', { everyMs: 5000 });
  const now = network.value;
  return (
    <>
      <Card title={t('network.now')}>
        <Failure error={network.failure} />
        {now && (
          <dl className="facts">
            <Fact name={t('network.name')}>{now.name}</Fact>
            <Fact name={t('network.addresses')}>
              {now.addresses.map(({ address }) => address).join(', ') || '—'}
            </Fact>
            <Fact name={t('network.gateways')}>{now.gateways.join(', ') || '—'}</Fact>
          </dl>
        )}
        {now?.said && <p className="error">{say(now.said)}</p>}
        {now && !now.managed && <Text c="dimmed">{t('network.foreign')}</Text>}
      </Card>
      {now?.managed && <ObjectSection name="network" />}
    </>
  );
}
