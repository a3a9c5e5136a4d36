import type { OfficesView } from '../../../../daemon/src/api/contract.ts';
import { ListSection } from '../../form/section.tsx';
import { say, t } from '../../i18n/index.ts';
import { useBox } from '../../query.ts';
import { Card, Fact } from '../../ui/parts.tsx';

/** Our other offices: where they are, whether they can be reached, and what this box is known by over there. */
export function Offices() {
  const { value } = useBox<OfficesView>('/offices', 'config');
  return (
    <>
      <ListSection
        name="offices"
        icon="trunk"
        summary={(item) => {
          const now = value?.offices.find((office) => office.id === item.id);
          return (
            <>
              <strong>{String(item.name)}</strong>
              <span className="dim">
                {[String(item.address), now && say(now.said)].filter(Boolean).join(' — ')}
              </span>
            </>
          );
        }}
      />
      {value?.fingerprint && (
        <Card title={t('offices.own')}>
          <dl className="facts">
            <Fact name={t('offices.fingerprint')}>
              <code>{value.fingerprint}</code>
            </Fact>
            {value.port !== undefined && <Fact name={t('offices.port')}>{value.port}</Fact>}
          </dl>
        </Card>
      )}
    </>
  );
}
