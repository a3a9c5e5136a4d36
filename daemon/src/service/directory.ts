import type {
  Config,
  DeviceConfig,
  FxsPortConfig,
  GroupConfig,
  OfficeConfig,
  PersonConfig,
} from '../config/schema.ts';
import { extensionEntries, isHostedKind, isOfPattern, type ServedKind } from '../dialplan/entries.ts';
import { observeEntries } from '../dialplan/observe-entries.ts';
import type { Origin, Rights } from './context.ts';

/** Someone or something that can be rung; the grammar of destinations and forwardings. */
export type Target =
  | { kind: 'port'; port: number }
  | { kind: 'device'; device: string }
  /** A number behind a PBX. */
  | { kind: 'behind'; device: string; number: string }
  | { kind: 'person'; person: PersonConfig }
  | { kind: 'group'; group: GroupConfig }
  /** An extension of another office. */
  | { kind: 'office'; office: OfficeConfig; number: string }
  /** A service that speaks to the caller itself. */
  | { kind: 'hosted'; service: ServedKind; id: string }
  | { kind: 'number'; number: string };

/** Who has an extension: a person before a port, since a person may sit at several. */
export function targetOfExtension(config: Config, extension: string): Target | undefined {
  const person = config.people.find((p) => p.extension === extension);
  if (person) return { kind: 'person', person };
  const port = config.ports.find((p) => p.kind === 'fxs' && p.enabled && p.extension === extension);
  if (port) return { kind: 'port', port: port.number };
  const own = extensionEntries(config).find((entry) => entry.extension === extension);
  if (own) return parseTarget(config, own.target);
  const observed = observeEntries(config).find(({ dialed }) => dialed === extension);
  if (observed) return { kind: 'hosted', service: 'observe', id: observed.extension };
  const device = config.devices.find((d) => d.enabled && d.extension === extension);
  if (device) return { kind: 'device', device: device.id };
  const pbx = config.devices.find((d) => d.enabled && d.numbers.some((n) => isOfPattern(extension, n)));
  if (pbx) return { kind: 'behind', device: pbx.id, number: extension };
  const office = config.offices.find((o) => o.enabled && o.numbers.some((n) => isOfPattern(extension, n)));
  return office && { kind: 'office', office, number: extension };
}

/**
 * Reads a target: `port:1`, `device:desk`, `person:anna`, `flow:main`, `office:spb/205`, `number:+7916...`, and the short forms that forwardings
 * use, `+7916...` and an extension. Undefined: nobody of that name.
 */
export function parseTarget(config: Config, text: string): Target | undefined {
  const [kind, rest] = text.includes(':')
    ? [text.slice(0, text.indexOf(':')), text.slice(text.indexOf(':') + 1)]
    : ['', text];
  if (kind === 'port') return { kind: 'port', port: Number(rest) };
  if (kind === 'device') return deviceConfig(config, rest) && { kind: 'device', device: rest };
  if (isHostedKind(kind)) return { kind: 'hosted', service: kind, id: rest };
  if (kind === 'office') {
    const [id, number = ''] = rest.split('/');
    const office = config.offices.find((o) => o.enabled && o.id === id);
    return office && { kind: 'office', office, number };
  }
  if (kind === 'number' || rest.startsWith('+')) return { kind: 'number', number: rest };
  if (kind === 'group') {
    const group = config.groups.find((g) => g.id === rest);
    return group && { kind: 'group', group };
  }
  if (kind === 'person') {
    const person = config.people.find((p) => p.id === rest);
    return person && { kind: 'person', person };
  }
  return targetOfExtension(config, rest);
}

/** The configuration of an FXS port. */
export function fxsConfig(config: Config, port: number): FxsPortConfig | undefined {
  const found = config.ports.find((p) => p.kind === 'fxs' && p.number === port);
  return found?.kind === 'fxs' ? found : undefined;
}

/** The configuration of a SIP device. */
export function deviceConfig(config: Config, id: string): DeviceConfig | undefined {
  return config.devices.find((device) => device.id === id);
}

/** Whether a telephone of ours hides its number in all calls. */
export function hidesNumber(config: Config, origin: Origin): boolean {
  const at = origin.kind === 'forward' ? origin.from : origin;
  if (at?.kind !== 'on-site') return false;
  const place = at.device === undefined ? fxsConfig(config, at.port) : deviceConfig(config, at.device);
  return place?.hideNumber ?? false;
}

/** How calls from a SIP device are shown inside: its extension, and its person's or its own name. */
export function partyOfDevice(config: Config, id: string): { number?: string; name?: string } {
  const device = deviceConfig(config, id);
  const person = config.people.find((p) => p.devices.includes(id));
  const number = person?.extension ?? device?.extension;
  const name = person?.name ?? device?.name;
  return { ...(number ? { number } : {}), ...(name ? { name } : {}) };
}

/**
 * The sockets that belong to the same PBX as where a call comes from: what it sends us must not come back to it,
 * by SIP or by wire (H02). Undefined: it comes from no PBX with a SIP side.
 */
export function samePbx(
  config: Config,
  origin: Origin | undefined,
): { device: string; ports: readonly number[] } | undefined {
  if (origin?.kind === 'forward') return samePbx(config, origin.from);
  if (origin?.kind !== 'on-site') return undefined;
  const { port, device } = origin;
  const pbx = config.devices.find(
    (d) => d.id === device || (port !== undefined && [...d.lines, ...d.sockets].includes(port)),
  );
  return pbx?.kind === 'pbx' ? { device: pbx.id, ports: [...pbx.lines, ...pbx.sockets] } : undefined;
}

/** How calls from a port are shown inside: its extension, and its person's or its own name. */
export function partyOfPort(config: Config, port: number): { number?: string; name?: string } {
  const fxs = fxsConfig(config, port);
  const person = config.people.find((p) => p.ports.includes(port));
  const number = person?.extension ?? fxs?.extension;
  const name = person?.name ?? fxs?.name;
  return { ...(number ? { number } : {}), ...(name ? { name } : {}) };
}

/** What a telephone of ours may do, and whose budgets pay: its own, and its person's. */
export function rightsAt(
  config: Config,
  at: { port?: number | undefined; device?: string | undefined },
): Rights {
  const { port, device } = at;
  const place = port === undefined ? deviceConfig(config, device ?? '') : fxsConfig(config, port);
  const person = config.people.find((p) =>
    port === undefined ? p.devices.includes(device ?? '') : p.ports.includes(port),
  );
  const costCentre = place?.costCentre ?? person?.costCentre;
  return {
    classOfService: place?.classOfService ?? '',
    ...(costCentre === undefined ? {} : { costCentre }),
    ...(person === undefined ? {} : { person: person.id }),
  };
}
