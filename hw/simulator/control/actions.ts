import { Line, type LineOptions } from '../office/line.ts';
import { PbxTrunk } from '../office/pbx-trunk.ts';
import type { PulseTiming, Telephone } from '../office/telephone.ts';
import type { Simulator } from '../simulator.ts';
import type { CallerIdMessage } from '../sound/caller-id.ts';
import type { DtmfTiming } from '../sound/dtmf.ts';
import { cannedSpeech } from '../sound/speech.ts';
import type { ExchangeTone } from '../sound/tones.ts';
import { exchangeTone } from '../sound/tones.ts';

/** A request that cannot be met; becomes status 400. */
export class BadRequest extends Error {}

export type Body = Record<string, unknown>;

/** An optional number of a body. */
function number(body: Body, name: string): number | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  const n = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof n !== 'number' || !Number.isFinite(n)) throw new BadRequest(`'${name}' must be a number`);
  return n;
}

function digits(body: Body): string {
  const value = body.digits;
  if (typeof value !== 'string' || !/^[0-9A-Da-d*#, -]{1,64}$/.test(value))
    throw new BadRequest("'digits' must be 1 to 64 of 0-9 * # A-D and ',' for a pause");
  return value;
}

const flag = (body: Body, name: string, otherwise = true): boolean =>
  body[name] === undefined ? otherwise : body[name] === true || body[name] === 'true' || body[name] === '1';

function timing<T extends object>(body: Body, names: readonly (keyof T & string)[]): Partial<T> {
  const out: Partial<Record<keyof T, number>> = {};
  for (const name of names) {
    const value = number(body, name);
    if (value !== undefined) out[name] = value;
  }
  return out as Partial<T>;
}

function caller(body: Body): CallerIdMessage {
  const message: CallerIdMessage = {};
  if (typeof body.number === 'string' && body.number !== '') message.number = body.number;
  if (typeof body.name === 'string' && body.name !== '') message.name = body.name;
  if (body.absence === 'private' || body.absence === 'unavailable') message.absence = body.absence;
  return message;
}

const dtmf = (body: Body) => timing<DtmfTiming>(body, ['onMs', 'offMs', 'level']);

type Action<D> = (device: D, body: Body) => unknown;

/** Sounds and ears, of every device. */
const common: Record<string, Action<Telephone | Line>> = {
  /**
   * {freq, level?, ms?}, {pcm: base64 of 16-bit little-endian, repeat?}, {speech: true, level?} or {sound:
   * dial|busy|...}. Not waited for.
   */
  speak: (device, body) => {
    if (typeof body.pcm === 'string') {
      const bytes = Buffer.from(body.pcm, 'base64');
      const samples = new Int16Array(bytes.length >> 1);
      for (let i = 0; i < samples.length; i++) samples[i] = bytes.readInt16LE(i * 2);
      void device.speak({ samples, repeat: flag(body, 'repeat', false) });
      return;
    }
    if (typeof body.sound === 'string') {
      const sounds = exchangeTone[body.sound as ExchangeTone];
      if (!sounds) throw new BadRequest(`'sound' must be one of ${Object.keys(exchangeTone).join(', ')}`);
      void device.voice.play(sounds, true);
      return;
    }
    if (flag(body, 'speech', false)) {
      void device.speak({ samples: cannedSpeech(10000, number(body, 'level')), repeat: true });
      return;
    }
    const tone = number(body, 'freq') ?? 1000;
    void device.speak({ tone, ...timing<{ level: number; ms: number }>(body, ['level', 'ms']) });
  },
  hush: (device) => device.hush(),
  /** {digits, onMs?, offMs?, level?, wait?}: keys digits; waits for the last unless wait is false. */
  dial: (device, body) => {
    const done = device.dial(digits(body), dtmf(body));
    return flag(body, 'wait') ? done : undefined;
  },
};

const telephone: Record<string, Action<Telephone>> = {
  lift: (device) => device.lift(),
  hangup: (device) => device.hangup(),
  flash: (device, body) => device.flash(number(body, 'ms')),
  /** {digits, breakMs?, makeMs?, interDigitMs?, wait?} */
  pulse: (device, body) => {
    const text = digits(body);
    if (!/^\d+$/.test(text)) throw new BadRequest('only 0-9 can be dialed by pulses');
    const done = device.pulse(text, timing<PulseTiming>(body, ['breakMs', 'makeMs', 'interDigitMs']));
    return flag(body, 'wait') ? done : undefined;
  },
  /** {on}: it can show who calls while it is in a call (type II). */
  'type-two': (device, body) => {
    device.typeTwo = flag(body, 'on');
  },
  /** Asks who calls, as an old telephone with АОН does. */
  'ask-caller': (device) => device.askCaller(),
  /** {on}: the hook switch hangs. */
  'stuck-hook': (device, body) => {
    device.stuckHook = flag(body, 'on');
  },
};

const pbx: Record<string, Action<PbxTrunk>> = {
  /** {digits, delayMs?, onMs?, offMs?, level?, wait?}: seizes and sends the burst. */
  burst: (device, body) => {
    const delay = number(body, 'delayMs');
    const done = device.seizeAndDial({
      digits: digits(body),
      ...dtmf(body),
      ...(delay === undefined ? {} : { delayMs: delay }),
    });
    return flag(body, 'wait') ? done : undefined;
  },
  /** {bursts}: answers ringing by itself; 0: never. */
  'auto-answer': (device, body) => {
    device.autoAnswerBursts = number(body, 'bursts') ?? 1;
  },
};

const line: Record<string, Action<Line>> = {
  /** {number?, name?, absence?, bursts?}: rings from outside. */
  ring: (device, body) => device.ringIn(caller(body), number(body, 'bursts') ?? Number.POSITIVE_INFINITY),
  abandon: (device) => device.abandon(),
  answer: (device) => device.answer(),
  hangup: (device) => device.hangup(),
  /** {number?, name?}: the next seizing meets a call from outside. */
  glare: (device, body) => device.armGlare(caller(body)),
  /** {ms} */
  break: (device, body) => device.breakLoop(number(body, 'ms') ?? 500),
  reverse: (device) => device.reverse(),
  /** {on}: the wire is cut. */
  dead: (device, body) => {
    device.dead = flag(body, 'on');
  },
  /** {on}: another telephone on the same pair is lifted. */
  parallel: (device, body) => {
    device.parallel = flag(body, 'on');
  },
  /** Any of LineOptions. */
  options: (device, body) => {
    device.options = { ...device.options, ...(body as LineOptions) };
    return device.options;
  },
};

/** Names of the actions that a device takes. */
export function actionsOf(device: Telephone | Line): string[] {
  return Object.keys(table(device));
}

function table(device: Telephone | Line): Record<string, Action<never>> {
  if (device instanceof Line) return { ...common, ...line };
  return device instanceof PbxTrunk ? { ...common, ...telephone, ...pbx } : { ...common, ...telephone };
}

/**
 * Carries out one action on a device.
 * @throws BadRequest
 */
export async function act(simulator: Simulator, id: string, action: string, body: Body): Promise<unknown> {
  const device = simulator.devices.get(id);
  if (!device)
    throw new BadRequest(`no device '${id}'; there are ${[...simulator.devices.keys()].join(', ')}`);
  const actions = table(device);
  const fn = Object.hasOwn(actions, action) ? (actions[action] as Action<Telephone | Line>) : undefined;
  if (!fn) throw new BadRequest(`${id} cannot '${action}'; it can ${Object.keys(actions).join(', ')}`);
  return await fn(device, body);
}

/** Switches faults of the cable and the card. */
export function fault(simulator: Simulator, name: string, body: Body): void {
  const { faults } = simulator.cable;
  switch (name) {
    case 'link':
      faults.corrupt = number(body, 'corrupt') ?? faults.corrupt;
      faults.drop = number(body, 'drop') ?? faults.drop;
      faults.delayMs = number(body, 'delayMs') ?? faults.delayMs;
      faults.mute = flag(body, 'mute', faults.mute);
      return;
    case 'reset':
      simulator.resetCard();
      return;
    case 'unplug':
      simulator.unplug();
      return;
    case 'plug':
      simulator.plug();
      return;
    case 'foreign-voltage': {
      const circuit = simulator.card.circuit(number(body, 'port') ?? 0);
      if (circuit?.kind !== 'fxs') throw new BadRequest("'port' must be an FXS port");
      circuit.foreignVolts = flag(body, 'on') ? (number(body, 'volts') ?? 60) : 0;
      return;
    }
    case 'pair':
      pair(simulator, number(body, 'port') ?? 0, body);
      return;
    default:
      throw new BadRequest(`no fault '${name}': link, reset, unplug, plug, foreign-voltage, pair`);
  }
}

/** {port, fault?: open | short | none, leakKohm?, ringers?}: what is wrong with a telephone's pair. */
function pair(simulator: Simulator, port: number, body: Body): void {
  const { fault } = body;
  if (fault !== undefined && fault !== 'open' && fault !== 'short' && fault !== 'none')
    throw new BadRequest("'fault' must be open, short or none");
  if (fault !== undefined) simulator.pairFault(port, fault === 'none' ? undefined : fault);
  const { load } = simulator.telephone(port);
  load.leakKohm = number(body, 'leakKohm') ?? load.leakKohm;
  load.ren = number(body, 'ringers') ?? load.ren;
}
