import type { ConfigView, PublicConfig } from '../../../../daemon/src/api/contract.ts';
import { ListSection, ObjectSection } from '../../form/section.tsx';
import { TableButton } from '../../form/table-import.tsx';
import { phone } from '../../format/phone.ts';
import { t } from '../../i18n/index.ts';
import { useBox } from '../../query.ts';
import { Link } from '../../router.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Card, PlaceHead } from '../../ui/parts.tsx';
import { accessWords, callerListWords, destinationWords, socketName } from '../section-words.ts';
import { FlowCheckBox } from './flow-check.tsx';
import { PromptSounds } from './prompt-sounds.tsx';
import { Schedules } from './schedules.tsx';

type Number = PublicConfig['incomingNumbers'][number];
type Destination = PublicConfig['destinations'][number];
type CallerList = PublicConfig['callerLists'][number];
type Access = PublicConfig['accessNumbers'][number];

/** Each menu as a graph, on a page of its own. */
function FlowGraphs() {
  const flows = useBox<ConfigView>('/config', 'config').value?.config.flows ?? [];
  if (flows.length === 0) return null;
  return (
    <Card title={t('flow.graphs')}>
      <ul className="flow-graphs">
        {flows.map(({ id, name }) => (
          <li key={id}>
            <Link to={`/in/flows/${id}`} className="button">
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** Who answers, when? */
export function WaysInPlace() {
  return (
    <>
      <PlaceHead title={t('place.in')} lead={t('in.lead')} />
      <ListSection
        name="incomingNumbers"
        icon="in"
        summary={(item, { config }) => <NumberWords number={item as Number} config={config} />}
      />
      <CityLines />
      <ListSection
        name="destinations"
        icon="bell"
        summary={(item, { config }) => (
          <>
            <strong>{String(item.name)}</strong>
            <span className="dim">{destinationWords(config, item as Destination)}</span>
          </>
        )}
      />
      <ListSection
        name="callerLists"
        icon="people"
        extra={({ config }) => <TableButton kind="callers" lists={config.callerLists} />}
        summary={(item, { config }) => (
          <>
            <strong>{String(item.name)}</strong>
            <span className="dim">{callerListWords(config, item as CallerList)}</span>
          </>
        )}
      />
      <ListSection
        name="accessNumbers"
        icon="key"
        summary={(item, { config }) => (
          <>
            <strong>{String(item.name)}</strong>
            <span className="dim">{accessWords(config, item as Access)}</span>
          </>
        )}
      />
      <ListSection
        name="flows"
        icon="in"
        summary={(item) => (
          <span className="item-line">
            <strong>{String(item.name)}</strong>
            <span className="number">{String(item.extension ?? '')}</span>
          </span>
        )}
      />
      <FlowGraphs />
      <FlowCheckBox />
      <ListSection
        name="prompts"
        icon="in"
        summary={(item) => (
          <>
            <strong>{String(item.name)}</strong>
            <span className="dim">{String(item.text ?? '')}</span>
          </>
        )}
      />
      <PromptSounds />
      <ObjectSection name="hooks" />
      <Schedules />
      <ListSection
        name="rooms"
        icon="people"
        summary={(item) => (
          <span className="item-line">
            <strong>{String(item.name)}</strong>
            <span className="number">{String(item.extension ?? '')}</span>
          </span>
        )}
      />
    </>
  );
}

function NumberWords({ number, config }: { number: Number; config: PublicConfig }) {
  const destination = config.destinations.find((d) => d.id === number.destination);
  const trunk = config.trunks.find((k) => k.id === number.trunk);
  return (
    <>
      <span className="item-line">
        <strong className="number">{phone(number.number)}</strong>
        <span>→ {destination?.name ?? number.destination}</span>
      </span>
      <span className="dim">
        {[
          trunk && t('in.overTrunk', { name: trunk.name }),
          destination && destinationWords(config, destination),
        ]
          .filter(Boolean)
          .join(' · ')}
      </span>
    </>
  );
}

/** City lines and who is rung by them; the choice itself is a setting of the socket. */
function CityLines() {
  const { value } = useBox<ConfigView>('/config', 'config');
  const lines = value?.config.ports.filter((p) => p.kind === 'fxo') ?? [];
  if (!value || lines.length === 0) return null;
  return (
    <Card title={t('in.lines')}>
      <ul className="items">
        {lines.map((port) => {
          if (port.kind !== 'fxo') return null;
          const destination = value.config.destinations.find((d) => d.id === port.incoming);
          return (
            <li key={port.number}>
              <Link to="/box/ports" className="item">
                <Icon name="city" />
                <span className="item-words">
                  <span className="item-line">
                    <strong>{socketName(value.config, port.number)}</strong>
                    <span>→ {destination?.name ?? t('in.nobody')}</span>
                  </span>
                  {destination && <span className="dim">{destinationWords(value.config, destination)}</span>}
                </span>
                <Icon name="right" size={16} />
              </Link>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
