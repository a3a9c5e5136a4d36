import { Emitter } from '../base/emitter.ts';
import type { Call } from '../call/call.ts';
import type { CallRegistry } from '../call/registry.ts';
import type { Config } from '../config/schema.ts';
import type { MessageSource } from '../service/message-waiting.ts';
import type { ExtensionCall, OfficeState, WaitingMessages } from '../sip/index.ts';

/** What the office's lamps show has changed. */
export type OfficePictureEvents = {
  messagesChanged: [deviceId: string];
  extensionChanged: [extension: string];
};

const callStates = {
  seeking: 'trying',
  alerting: 'early',
  served: 'confirmed',
  talking: 'confirmed',
  held: 'confirmed',
} as const;

/** Who of the office is on the telephone, and for whom messages wait, as SIP devices are told. */
export class OfficePicture extends Emitter<OfficePictureEvents> implements OfficeState {
  readonly #from: { config: () => Config; calls: CallRegistry; messages: MessageSource };
  /** Extensions that a call was seen at, by its id: those are told of its end too. */
  #seen = new Map<string, Set<string>>();

  constructor(from: { config: () => Config; calls: CallRegistry; messages: MessageSource }) {
    super();
    this.#from = from;
    from.calls.on('changed', (call) => this.#changed(call));
    from.messages.on('changed', (personId) => {
      const person = from.config().people.find(({ id }) => id === personId);
      for (const device of person?.devices ?? []) this.emit('messagesChanged', device);
    });
  }

  messages(deviceId: string): WaitingMessages | undefined {
    const { config, messages } = this.#from;
    const person = config().people.find(({ devices }) => devices.includes(deviceId));
    return person && messages.counts(person.id);
  }

  extensionCalls(extension: string): readonly ExtensionCall[] | undefined {
    const places = placesOf(this.#from.config(), extension);
    if (!places) return undefined;
    return [...this.#from.calls.active].flatMap((call) => shownCall(call, places) ?? []);
  }

  #changed(call: Call): void {
    const seen = this.#seen.get(call.id) ?? new Set<string>();
    this.#seen.set(call.id, seen);
    for (const { place } of call.record.legs)
      for (const extension of extensionsAt(this.#from.config(), place)) seen.add(extension);
    if (call.state === 'ended') this.#seen.delete(call.id);
    for (const extension of seen) this.emit('extensionChanged', extension);
  }
}

/** Where an extension rings: a person's telephones and devices, else a single one. */
function placesOf(config: Config, extension: string): ReadonlySet<string> | undefined {
  const person = config.people.find((p) => p.extension === extension);
  if (person)
    return new Set([...person.ports.map((n) => `port:${n}`), ...person.devices.map((id) => `device:${id}`)]);
  const port = config.ports.find((p) => p.kind === 'fxs' && p.extension === extension);
  if (port) return new Set([`port:${port.number}`]);
  const device = config.devices.find((d) => d.extension === extension);
  return device && new Set([`device:${device.id}`]);
}

/** Extensions that a place belongs to. */
function extensionsAt(config: Config, place: string): string[] {
  const [kind, id = ''] = place.split(':');
  const people = config.people.filter((p) =>
    kind === 'port' ? p.ports.includes(Number(id)) : kind === 'device' && p.devices.includes(id),
  );
  const own =
    kind === 'port'
      ? config.ports.find((p) => p.kind === 'fxs' && p.number === Number(id))
      : kind === 'device'
        ? config.devices.find((d) => d.id === id)
        : undefined;
  const single = own && 'extension' in own ? own.extension : undefined;
  return [...people.flatMap((p) => p.extension ?? []), ...(single === undefined ? [] : [single])];
}

/** How one call looks from an extension; undefined: it has no part in it. */
function shownCall(call: Call, places: ReadonlySet<string>): ExtensionCall | undefined {
  if (call.state === 'ended') return undefined;
  if (places.has(call.caller.place))
    return { id: call.id, state: callStates[call.state], direction: 'initiator' };
  if (call.called) {
    if (!places.has(call.called.place)) return undefined;
    return { id: call.id, state: 'confirmed', direction: 'recipient' };
  }
  const rung = call.record.legs.some(
    (leg) => leg.direction === 'outgoing' && leg.endedAt === undefined && places.has(leg.place),
  );
  if (!rung) return undefined;
  const dialog = call.rung.find((leg) => places.has(leg.place))?.ringingDialog;
  return { id: call.id, state: 'early', direction: 'recipient', ...(dialog ? { dialog } : {}) };
}
