import type { Said } from '../dialplan/route-plan.ts';
import type { Rights, ServiceContext } from './context.ts';
import { deviceConfig, fxsConfig, partyOfDevice, partyOfPort, rightsAt } from './directory.ts';
import type { Order, Originate } from './originate.ts';

/** A call that somebody asks for at a screen. */
export interface ClickOrder {
  /** Who is rung first: `person:anna`, `port:3`, `device:desk`. */
  from: string;
  /** Whom that one is put through to, in any writing that can be dialed: an extension, 8 812…, +7 812…. */
  to: string;
}

/** What came of it: the id of the call that has begun, or why there is none. */
export type ClickResult =
  | { callId: string }
  | { refusal: 'no-telephone' | 'bad-number' }
  | { refusal: 'not-allowed'; said: Said | undefined };

/**
 * Calls begun by a click (O10): the telephone rings, and whoever lifts it is put through. It is as if that one had dialed, with
 * the same rights, budget and record; whoever is dialed for is checked (ruling 8), and there are no emergency numbers
 * (ruling 3): nobody says that who clicks sits at the telephone.
 */
export class ClickToCall {
  readonly #context: ServiceContext;
  readonly #originate: Originate;

  constructor(context: ServiceContext, originate: Originate) {
    this.#context = context;
    this.#originate = originate;
  }

  /** @param test the one way that a test call tries, and what its record calls it */
  start({ from, to }: ClickOrder, test?: Pick<Order, 'way' | 'service'>): ClickResult {
    const dialed = to.replace(/[\s().-]/g, '');
    // Feature codes are for whoever holds the handset.
    if (!/^\+?\d{1,32}$/.test(dialed)) return { refusal: 'bad-number' };
    const first = this.#first(from);
    if (!first) return { refusal: 'no-telephone' };
    const { call } = this.#originate.start({
      ...{ ...first, dialed, shown: { number: dialed }, ring: 'recall', service: 'click-to-call', ...test },
    });
    if (call.state !== 'ended') return { callId: call.id };
    const plan = this.#context.dialPlan().plan(dialed, { kind: 'forward' }, first.rights);
    return { refusal: 'not-allowed', said: plan.refusal?.said };
  }

  /** Who is rung, in whose name: the person's, else the telephone's own. */
  #first(from: string): Pick<Order, 'first' | 'rights' | 'caller' | 'at'> | undefined {
    const config = this.#context.config();
    const [kind, id = ''] = from.split(':');
    if (kind === 'port') {
      const port = Number(id);
      const fxs = fxsConfig(config, port);
      if (!fxs?.enabled || fxs.role === 'pbx-line') return undefined;
      const at = { kind: 'on-site', port } as const;
      return { first: from, rights: rightsAt(config, at), caller: partyOfPort(config, port), at };
    }
    if (kind === 'device') {
      const device = deviceConfig(config, id);
      if (!device?.enabled || device.kind === 'pbx') return undefined;
      const at = { kind: 'on-site', device: id } as const;
      return { first: from, rights: rightsAt(config, at), caller: partyOfDevice(config, id), at };
    }
    const person = config.people.find((one) => kind === 'person' && one.id === id);
    if (!person) return undefined;
    const { extension, name, costCentre, classOfService, ports, devices, mobile } = person;
    if (ports.length + devices.length === 0 && mobile === undefined) return undefined;
    const rights: Rights = {
      ...{ classOfService, person: id },
      ...(costCentre === undefined ? {} : { costCentre }),
    };
    const caller = { ...(extension === undefined ? {} : { number: extension }), name };
    const [port] = ports;
    const [device] = devices;
    const at =
      port !== undefined
        ? ({ kind: 'on-site', port } as const)
        : device !== undefined
          ? ({ kind: 'on-site', device } as const)
          : undefined;
    return { first: from, rights, caller, ...(at ? { at } : {}) };
  }
}
