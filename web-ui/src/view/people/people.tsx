import type { PublicConfig } from '../../../../daemon/src/api/contract.ts';
import { ListSection } from '../../form/section.tsx';
import { TableButton } from '../../form/table-import.tsx';
import { phone } from '../../format/phone.ts';
import { t, word } from '../../i18n/index.ts';
import { live } from '../../live/store.ts';
import { Link } from '../../router.tsx';
import { PlaceHead, State } from '../../ui/parts.tsx';
import { forwardingWords, groupWords, queueWords, socketName } from '../section-words.ts';
import { portTone } from '../state-words.ts';
import { PinsSection } from '../ways-out/pins.tsx';

type Person = PublicConfig['people'][number];
type Group = PublicConfig['groups'][number];
type Queue = PublicConfig['queues'][number];

/** How is this person reached, and what may they dial? */
export function PeoplePlace() {
  return (
    <>
      <PlaceHead title={t('place.people')} lead={t('people.lead')} />
      <nav className="tabs" aria-label={t('place.people')}>
        <Link to="/people" className="on" aria-current="page">
          {t('phonebook.staff')}
        </Link>
        <Link to="/people/phonebook">{t('phonebook.title')}</Link>
      </nav>
      <ListSection
        name="people"
        icon="people"
        title={t('people.title')}
        sort={(a, b) => String(a.name).localeCompare(String(b.name))}
        extra={() => <TableButton kind="people" />}
        summary={(item, view) => <PersonWords person={item as Person} config={view.config} />}
      />
      <ListSection
        name="groups"
        icon="people"
        summary={(item, { config }) => (
          <>
            <span className="item-line">
              <strong>{String(item.name)}</strong>
              <span className="number">{String(item.extension ?? '')}</span>
            </span>
            <span className="dim">{groupWords(config, item as Group)}</span>
          </>
        )}
      />
      <ListSection
        name="queues"
        icon="people"
        summary={(item, { config }) => (
          <>
            <span className="item-line">
              <strong>{String(item.name)}</strong>
              <span className="number">{String(item.extension ?? '')}</span>
            </span>
            <span className="dim">{queueWords(config, item as Queue)}</span>
          </>
        )}
      />
      <PinsSection />
      <ListSection
        name="costCentres"
        icon="people"
        summary={(item) => <strong>{String(item.name)}</strong>}
      />
    </>
  );
}

function PersonWords({ person, config }: { person: Person; config: PublicConfig }) {
  const ports = live.use()?.ports.filter((p) => person.ports.includes(p.number)) ?? [];
  const busy = ports.find((p) => p.state !== 'idle' && p.state !== 'unused');
  const forwarding = forwardingWords(config, person);
  const cls =
    config.classesOfService.find((c) => c.id === person.classOfService)?.name ?? person.classOfService;
  return (
    <>
      <span className="item-line">
        <strong>{person.name}</strong>
        {person.extension && <span className="number">{person.extension}</span>}
        {busy && <State tone={portTone(busy)}>{word('state', busy.state)}</State>}
      </span>
      <span className="dim">
        {[
          [
            ...person.ports.map((n) => socketName(config, n)),
            ...person.devices.map((id) => config.devices.find((d) => d.id === id)?.name ?? id),
          ].join(', '),
          person.mobile && t('people.mobile', { number: phone(person.mobile) }),
          t('people.class', { name: cls }),
        ]
          .filter(Boolean)
          .join(' · ')}
      </span>
      {forwarding && <span className="forwarding">{forwarding}</span>}
    </>
  );
}
