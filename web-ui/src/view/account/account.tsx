import { t } from '../../i18n/index.ts';
import { session } from '../../session.ts';
import { Card, Fact, PlaceHead } from '../../ui/parts.tsx';
import { PasswordCard } from '../box/password.tsx';

/** Who am I here, and how do I change my password? */
export function AccountPlace() {
  const who = session.value?.who;
  if (!who) return null;
  const { account, role, person } = who;
  return (
    <>
      <PlaceHead title={t('place.account')} lead={t('own.lead', { name: person?.name ?? account })} />
      <Card title={person?.name ?? account}>
        <dl className="facts">
          <Fact name={t('accounts.name')}>{account}</Fact>
          <Fact name={t('own.role')}>{t(`accountRole.${role}`)}</Fact>
          <Fact name={t('own.extension')}>{person?.extension}</Fact>
        </dl>
        <p className="dim">{t(role === 'user' ? 'own.callsOwn' : 'own.calls')}</p>
      </Card>
      <PasswordCard />
    </>
  );
}
