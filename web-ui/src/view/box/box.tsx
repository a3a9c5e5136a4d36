import { lazy, useEffect, useRef } from 'react';
import { useParams } from 'react-router';
import type { ConfigView, PublicConfig } from '../../../../daemon/src/api/contract.ts';
import { ListSection, ObjectSection } from '../../form/section.tsx';
import type { Item } from '../../form/value.ts';
import { moment, span } from '../../format/time.ts';
import { say, t, word } from '../../i18n/index.ts';
import { boxNow, live } from '../../live/store.ts';
import { Link } from '../../router.tsx';
import { isAdmin } from '../../session.ts';
import { Card, Fact, PlaceHead, State } from '../../ui/parts.tsx';
import { DeviceList } from '../now/devices.tsx';
import { Faceplate } from '../now/faceplate.tsx';
import { TrunkList } from '../now/trunks.tsx';
import { deviceTone, trunkTone } from '../state-words.ts';
import { AccountsCard } from './accounts.tsx';
import { DeviceSetup } from './device-setup.tsx';
import { HistoryCard } from './history.tsx';
import { HoldMusicCard } from './hold-music.tsx';
import { Offices } from './offices.tsx';
import { PasswordCard } from './password.tsx';
import { ProtectionPart } from './protection.tsx';
import { TrunkChooser } from './trunk-chooser.tsx';

const DiagnosisPart = lazy(() => import('../help/diagnosis.tsx').then((m) => ({ default: m.DiagnosisPart })));
const ProgramsPart = lazy(() =>
  import('../programs/programs.tsx').then((m) => ({ default: m.ProgramsPart })),
);
const TokensCard = lazy(() => import('../programs/tokens.tsx').then((m) => ({ default: m.TokensCard })));
const BackupPart = lazy(() => import('./backup.tsx').then((m) => ({ default: m.BackupPart })));
const NetworkPart = lazy(() => import('../settings/network.tsx').then((m) => ({ default: m.NetworkPart })));
const UpdatePart = lazy(() => import('./update.tsx').then((m) => ({ default: m.UpdatePart })));
const WiringPart = lazy(() => import('../help/wiring.tsx').then((m) => ({ default: m.WiringPart })));
const SecurityPart = lazy(() => import('../help/security.tsx').then((m) => ({ default: m.SecurityPart })));

/** Wires, trunks, and the box itself. */
export function BoxPlace() {
  const { part } = useParams();
  const theirs = isAdmin() ? parts : parts.filter(({ adminOnly }) => !adminOnly);
  const shown = theirs.find(({ key }) => key === part) ?? parts[0];
  const tabs = useRef<HTMLElement>(null);
  // On a telephone there are more of them than fit: the one that is shown is not to be looked for.
  useEffect(() => {
    const list = tabs.current;
    const on = list?.querySelector<HTMLElement>('.on');
    if (list && on) list.scrollLeft = on.offsetLeft - (list.clientWidth - on.clientWidth) / 2;
  }, [shown]);
  return (
    <>
      <PlaceHead title={t('place.box')} lead={t('box.lead')} />
      <div className="box-place">
        <nav className="tabs" aria-label={t('place.box')} ref={tabs}>
          {groups.map((group) => (
            <ul key={group} aria-label={t(`box.group.${group}`)}>
              <li className="tabs-group" aria-hidden="true">
                {t(`box.group.${group}`)}
              </li>
              {theirs
                .filter((p) => p.group === group)
                .map(({ key }) => (
                  <li key={key}>
                    <Link
                      to={key === 'overview' ? '/box' : `/box/${key}`}
                      className={key === shown.key ? 'on' : ''}
                      aria-current={key === shown.key ? 'page' : undefined}
                    >
                      {t(`box.${key}`)}
                    </Link>
                  </li>
                ))}
            </ul>
          ))}
        </nav>
        <div className="box-part">
          <shown.View />
        </div>
      </div>
    </>
  );
}

const groups = ['wires', 'work', 'office', 'care'] as const;

/** What the box has to set and to show, under what it is looked for; an installer has nothing of recordings, messages and accounts. */
const parts = [
  { key: 'overview', group: 'wires', adminOnly: false, View: Overview },
  { key: 'ports', group: 'wires', adminOnly: false, View: Ports },
  { key: 'trunks', group: 'wires', adminOnly: false, View: TrunksPart },
  { key: 'devices', group: 'wires', adminOnly: false, View: Devices },
  { key: 'wiring', group: 'wires', adminOnly: false, View: WiringPart },
  { key: 'dialing', group: 'work', adminOnly: false, View: () => <ObjectSection name="dialing" /> },
  { key: 'recording', group: 'work', adminOnly: true, View: RecordingPart },
  { key: 'messages', group: 'work', adminOnly: true, View: MessagesPart },
  { key: 'site', group: 'office', adminOnly: false, View: SitePart },
  { key: 'accounts', group: 'office', adminOnly: true, View: AccountsPart },
  { key: 'programs', group: 'office', adminOnly: true, View: ProgramsPart },
  { key: 'network', group: 'office', adminOnly: false, View: NetworkPart },
  { key: 'diagnosis', group: 'care', adminOnly: false, View: DiagnosisPart },
  { key: 'protection', group: 'care', adminOnly: false, View: ProtectionPart },
  { key: 'security', group: 'care', adminOnly: false, View: SecurityPart },
  { key: 'update', group: 'care', adminOnly: false, View: UpdatePart },
  { key: 'backup', group: 'care', adminOnly: true, View: BackupPart },
  { key: 'history', group: 'care', adminOnly: false, View: HistoryCard },
] as const;

function TrunksPart() {
  return (
    <>
      <Trunks />
      <Offices />
    </>
  );
}

function RecordingPart() {
  return (
    <>
      <ObjectSection name="recording" />
      <HoldMusicCard />
    </>
  );
}

function MessagesPart() {
  return (
    <>
      <ObjectSection name="voicemail" />
      <ObjectSection name="mail" />
    </>
  );
}

function SitePart() {
  return (
    <>
      <ObjectSection name="site" />
      <PasswordCard />
    </>
  );
}

function AccountsPart() {
  return (
    <>
      <AccountsCard />
      <TokensCard />
    </>
  );
}

function Overview() {
  const now = boxNow.use();
  const state = live.use();
  if (!state) return <p className="waiting">{t('loading')}</p>;
  const { box, card, health } = state;
  return (
    <>
      <Faceplate state={state} levels />
      <Card
        title={t('box.about')}
        aside={
          <Link to="/setup" className="button">
            {t('wizard.again')}
          </Link>
        }
      >
        <dl className="facts">
          <Fact name={t('box.version')}>{box.version}</Fact>
          <Fact name={t('box.serial')}>{box.serial}</Fact>
          <Fact name={t('box.uptime')}>
            {t('box.since', {
              span: span(now - box.startedAt),
              time: moment(box.startedAt, now).toLowerCase(),
            })}
          </Fact>
          <Fact name={t('box.zone')}>{box.timeZone}</Fact>
          <Fact name={t('box.card')}>
            {card.board} {card.firmware}
          </Fact>
          <Fact name={t('box.memory')}>
            {health.rssMb !== undefined && t('megabytes', { n: Math.round(health.rssMb) })}
          </Fact>
          <Fact name={t('box.cpu')}>
            {health.cpuPercent !== undefined && `${health.cpuPercent.toFixed(0)} %`}
          </Fact>
          <Fact name={t('box.link')}>
            {card.checksumErrors !== undefined &&
              t('box.linkFigures', {
                errors: card.checksumErrors,
                retries: card.retries ?? 0,
                resets: card.resets ?? 0,
              })}
          </Fact>
        </dl>
      </Card>
      {health.probes.length > 0 && (
        <Card title={t('box.health')}>
          <ul className="probes">
            {health.probes.map((probe) => (
              <li key={probe.id}>
                <State tone={probe.ok ? 'talk' : 'broken'}>{say(probe.name)}</State>
                <span className="dim">
                  {probe.said ? say(probe.said) : t(probe.ok ? 'box.works' : 'box.broken')}
                </span>
              </li>
            ))}
          </ul>
        </Card>
      )}
    </>
  );
}

type Port = PublicConfig['ports'][number];

function Ports() {
  return (
    <ListSection
      name="ports"
      title={t('box.ports')}
      icon="box"
      sort={(a, b) => Number(a.number) - Number(b.number)}
      beginnings={freeSockets}
      summary={(item, { config }) => <PortWords port={item as Port} config={config} />}
    />
  );
}

/** Sockets of the card that have no settings yet. Their kind is the card's to say. */
function freeSockets({ config }: ConfigView): { title: string; item: Item }[] {
  const known = new Set(config.ports.map((p) => p.number));
  const free = live.value?.ports.filter((p) => !known.has(p.number)) ?? [];
  return free.map(({ number, kind }) => ({
    title: t('box.setUp', { n: number }),
    item: { number, kind, ...(kind === 'fxs' && { classOfService: config.classesOfService[0]?.id }) },
  }));
}

function PortWords({ port, config }: { port: Port; config: PublicConfig }) {
  const cls = port.kind === 'fxs' && config.classesOfService.find((c) => c.id === port.classOfService)?.name;
  const incoming = port.kind === 'fxo' && config.destinations.find((d) => d.id === port.incoming)?.name;
  return (
    <>
      <span className="item-line">
        <strong>
          {port.number}. {port.name || word('role', port.role)}
        </strong>
        {port.kind === 'fxs' && port.extension && <span className="number">{port.extension}</span>}
      </span>
      <span className="dim">
        {[
          word('role', port.role),
          cls && t('people.class', { name: cls }),
          incoming && t('box.rings', { name: incoming }),
          port.kind === 'fxo' && port.role === 'city-line' && t(port.proven ? 'proven' : 'notProven'),
        ]
          .filter(Boolean)
          .join(' · ')}
      </span>
    </>
  );
}

type DeviceItem = PublicConfig['devices'][number];

function Devices() {
  const state = live.use();
  return (
    <>
      <ListSection
        name="devices"
        icon="phone"
        sort={(a, b) => String(a.name).localeCompare(String(b.name))}
        summary={(item, { config }) => {
          const device = item as DeviceItem;
          const now = state?.devices.find((d) => d.id === device.id);
          const person = config.people.find((p) => p.devices.includes(device.id));
          const extension = person?.extension ?? device.extension;
          const cls = config.classesOfService.find((c) => c.id === device.classOfService)?.name;
          return (
            <>
              <span className="item-line">
                <strong>{device.name}</strong>
                {extension && <span className="number">{extension}</span>}
                {now && <State tone={deviceTone(now)}>{say(now.said)}</State>}
              </span>
              <span className="dim">
                {[
                  word('device', device.kind),
                  person?.name,
                  device.numbers.join(', '),
                  [device.user, device.address].filter(Boolean).join(' @ '),
                  cls && t('people.class', { name: cls }),
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </span>
            </>
          );
        }}
      />
      {state && state.devices.length > 0 && (
        <Card title={t('box.devicesNow')}>
          <DeviceList devices={state.devices} />
        </Card>
      )}
      <DeviceSetup />
    </>
  );
}

/** Operators' trunks and how they stand; the first-run wizard shows them, too. */
export function Trunks() {
  const state = live.use();
  return (
    <>
      <ListSection
        name="trunks"
        icon="trunk"
        chooser={(blank, choose) => <TrunkChooser blank={blank} onChoose={choose} />}
        summary={(item) => {
          const now = state?.trunks.find((k) => k.id === item.id);
          return (
            <>
              <span className="item-line">
                <strong>{String(item.name)}</strong>
                {now && <State tone={trunkTone(now)}>{word('trunk', now.state)}</State>}
              </span>
              <span className="dim">{[item.user, item.server].filter(Boolean).join(' @ ')}</span>
            </>
          );
        }}
      />
      {state && state.trunks.length > 0 && (
        <Card title={t('box.trunksNow')}>
          <TrunkList trunks={state.trunks} />
        </Card>
      )}
    </>
  );
}
