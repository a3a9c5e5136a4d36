import type {
  AlarmLive,
  CallLive,
  CallRecord,
  DeviceLive,
  PortLive,
  TrunkLive,
} from '../../../daemon/src/api/contract.ts';
import { phone } from '../format/phone.ts';
import { t, word } from '../i18n/index.ts';
import { live } from '../live/store.ts';
import type { IconName, Tone } from '../ui/icons.tsx';

const portTones: Record<PortLive['state'], Tone> = {
  idle: 'free',
  'off-hook': 'active',
  dialing: 'active',
  ringing: 'ring',
  talking: 'talk',
  held: 'hold',
  'in-use': 'active',
  measured: 'active',
  lifeline: 'attention',
  'out-of-service': 'off',
  unused: 'free',
};

export const portTone = (port: PortLive): Tone => portTones[port.state];

export const portIcon = (port: PortLive): IconName => {
  const lifted =
    port.state === 'off-hook' ||
    port.state === 'dialing' ||
    port.state === 'talking' ||
    port.state === 'held';
  if (port.role === 'telephone' || port.role === 'fax' || port.role === 'modem')
    return lifted ? 'lifted' : 'phone';
  return port.role === 'unused' ? 'empty' : port.role === 'city-line' ? 'city' : 'exchange';
};

/** What is plugged in, as people call it. */
export const portName = (port: PortLive): string => port.name || port.person?.name || word('role', port.role);

const trunkTones: Record<TrunkLive['state'], Tone> = {
  disabled: 'off',
  connecting: 'ring',
  registered: 'talk',
  ready: 'talk',
  untried: 'free',
  unreachable: 'broken',
  refused: 'broken',
};

export const trunkTone = (trunk: TrunkLive): Tone => trunkTones[trunk.state];

const deviceTones: Record<DeviceLive['state'], Tone> = {
  registered: 'talk',
  ready: 'talk',
  unreachable: 'broken',
  absent: 'attention',
  refused: 'broken',
  disabled: 'off',
};

export const deviceTone = (device: DeviceLive): Tone => deviceTones[device.state];

const callTones: Record<CallLive['state'], Tone> = {
  dialing: 'active',
  trying: 'ring',
  ringing: 'ring',
  talking: 'talk',
  held: 'hold',
  ending: 'free',
};

export const callTone = (call: CallLive): Tone => callTones[call.state];

export const alarmTone = (alarm: AlarmLive): Tone =>
  alarm.severity === 'critical' ? 'broken' : alarm.severity === 'warning' ? 'attention' : 'free';

/** `port:3`, `trunk:acme` and `device:desk` as people call them. */
export function placeName(place: string | undefined): string {
  if (place === undefined) return '';
  const [kind, id = ''] = place.split(':');
  if (kind === 'trunk') return live.value?.trunks.find((k) => k.id === id)?.name ?? id;
  if (kind === 'device') return live.value?.devices.find((d) => d.id === id)?.name || id;
  if (kind !== 'port' && kind !== 'line') return place;
  const port = live.value?.ports.find((p) => String(p.number) === id);
  return port && (port.name || port.person) ? portName(port) : t('port.numbered', { n: id });
}

interface PartyLike {
  number?: string | undefined;
  name?: string | undefined;
  absence?: 'private' | 'unavailable' | undefined;
  place?: string | undefined;
}

/** Who it is, in the fewest words that say it. */
export function partyName(party: PartyLike): string {
  if (party.name) return party.number ? `${party.name}, ${phone(party.number)}` : party.name;
  if (party.number) return phone(party.number);
  if (party.absence) return t(party.absence === 'private' ? 'party.private' : 'party.unavailable');
  return placeName(party.place) || t('party.unknown');
}

/** Who calls; of one who came by a line or a trunk without a word, that. */
export function callerName(caller: PartyLike): string {
  const outside = /^(line|trunk):/.test(caller.place ?? '');
  return outside && !caller.name && !caller.number && !caller.absence
    ? t('party.noNumber')
    : partyName(caller);
}

export type Outcome = 'answered' | 'missed' | 'failed' | 'refused' | 'active' | 'interrupted';

/** How a call ended, for its mark and its word. */
export function outcomeOf(record: CallRecord): Outcome {
  if (record.state === 'active') return 'active';
  if (record.state === 'interrupted') return 'interrupted';
  if (record.answeredAt !== undefined) return 'answered';
  if (record.direction === 'incoming') return 'missed';
  return record.q850 === 21 || record.q850 === 28 ? 'refused' : 'failed';
}

export const outcomeTone: Record<Outcome, Tone> = {
  answered: 'talk',
  missed: 'attention',
  failed: 'broken',
  refused: 'off',
  active: 'ring',
  interrupted: 'attention',
};
