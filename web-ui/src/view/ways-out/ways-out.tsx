import type { ConfigView, PublicConfig, Said } from '../../../../daemon/src/api/contract.ts';
import { ListSection } from '../../form/section.tsx';
import { TableButton } from '../../form/table-import.tsx';
import { phone } from '../../format/phone.ts';
import { say, t } from '../../i18n/index.ts';
import { useBox } from '../../query.ts';
import { PlaceHead } from '../../ui/parts.tsx';
import { classList, priceRange, routeWords, timeWords } from '../section-words.ts';
import { DialCheckBox } from './dial-check.tsx';

type Route = PublicConfig['routes'][number];
type SpeedDial = PublicConfig['speedDials'][number];
type ClassOfService = PublicConfig['classesOfService'][number];
type TimeRule = PublicConfig['timeRules'][number];

/** What goes where, at what price? */
export function WaysOutPlace() {
  const sentences = useBox<{ id: string; said: Said }[]>('/routes/sentences', 'config');
  return (
    <>
      <PlaceHead title={t('place.out')} lead={t('out.lead')} />
      <DialCheckBox />
      <ListSection
        name="routes"
        icon="out"
        sort={(a, b) => Number(a.priority ?? 100) - Number(b.priority ?? 100)}
        summary={(item, view) => (
          <RouteWords
            route={item as Route}
            view={view}
            said={sentences.value?.find((s) => s.id === item.id)?.said}
          />
        )}
      />
      <ListSection
        name="speedDials"
        icon="phone"
        extra={() => <TableButton kind="speed-dials" />}
        summary={(item) => <SpeedDialWords entry={item as SpeedDial} />}
      />
      <ListSection
        name="classesOfService"
        icon="people"
        summary={(item) => <ClassWords cls={item as ClassOfService} />}
      />
      <ListSection
        name="timeRules"
        icon="clock"
        summary={(item) => (
          <>
            <strong>{String(item.name)}</strong>
            <span className="dim">{timeWords(item as TimeRule)}</span>
          </>
        )}
      />
    </>
  );
}

function RouteWords({ route, view, said }: { route: Route; view: ConfigView; said: Said | undefined }) {
  return (
    <>
      <span className="item-line">
        <strong>{route.name}</strong>
        <span className="price">{priceRange(route)}</span>
      </span>
      <span className="dim">{said ? say(said) : routeWords(view, route)}</span>
    </>
  );
}

function SpeedDialWords({ entry }: { entry: SpeedDial }) {
  return (
    <>
      <strong>{entry.name}</strong>
      <span className="dim">
        {entry.code} → {phone(entry.number)}
      </span>
    </>
  );
}

function ClassWords({ cls }: { cls: ClassOfService }) {
  return (
    <>
      <strong>{cls.name}</strong>
      <span className="dim">{t('class.allows', { list: classList(cls.allow) })}</span>
      {cls.pinFor.length > 0 && (
        <span className="dim">{t('class.pinFor', { list: classList(cls.pinFor) })}</span>
      )}
    </>
  );
}
