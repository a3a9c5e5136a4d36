import type { Call } from '../call/call.ts';
import { cause, localCause } from '../call/cause.ts';
import type { Leg } from '../call/leg.ts';
import type { Config, PersonConfig } from '../config/schema.ts';
import type { ServiceContext } from './context.ts';
import { targetOfExtension } from './directory.ts';
import type { HostedService, Next, Visit } from './hosted.ts';
import type { KeyedSecrets } from './keyed-secret.ts';
import type { ObservationMode, Observations } from './observation.ts';
import { sitsAt } from './whose-call.ts';

const modes: Record<string, ObservationMode> = { 1: 'listen', 2: 'whisper', 3: 'barge' };

/** How long a key is waited for while somebody listens, ms. */
const LISTEN_MS = 600_000;

/**
 * Taking part in a call from a telephone (Q07): the code and an extension, then 1 to listen, 2 to whisper to whoever has
 * the extension, 3 to join in. The right to it is a person's: at their own telephone, or with their PIN at another.
 */
export class ObserveByCode implements HostedService {
  readonly #context: ServiceContext;
  readonly #observations: Observations;
  readonly #secrets: KeyedSecrets;

  constructor(context: ServiceContext, observations: Observations, secrets: KeyedSecrets) {
    this.#context = context;
    this.#observations = observations;
    this.#secrets = secrets;
  }

  async serve(visit: Visit): Promise<Next> {
    // Whoever is not here has no telephone of ours that would vouch for him.
    if (visit.origin?.kind !== 'on-site') return this.#refuse(visit, visit.leg.place, 'not on site');
    const who = (await this.#atOwn(visit)) ?? (await this.#byPin(visit));
    if (visit.gone) return over();
    if (!who) return this.#refuse(visit, visit.leg.place, 'has no right to');
    const by = `person:${who.id}`;
    const found = this.#callOf(visit.id);
    if (!found || found.call.caller === visit.leg || found.call.called === visit.leg)
      return this.#refuse(visit, by, 'no call there', cause.temporary);
    if (!(await visit.answer())) return over();
    const { call, toward } = found;
    const order = { extension: visit.leg.place, by, toward };
    const part = this.#observations.join(call, visit.leg, { ...order, mode: 'listen' });
    if (typeof part === 'string') return this.#refuse(visit, by, part);
    let ended = false;
    part.whenOver(() => {
      ended = true;
      visit.dialog.digits.interrupt();
    });
    while (!visit.gone && !ended && !visit.dialog.digits.closed) {
      const mode = modes[(await visit.dialog.digits.next(LISTEN_MS)) ?? ''];
      if (mode && !ended && !visit.gone) part.change({ ...order, mode });
    }
    part.end();
    return over();
  }

  /** Who has the right and sits at this telephone. */
  async #atOwn(visit: Visit): Promise<PersonConfig | undefined> {
    return this.#context
      .config()
      .people.find((person) => person.mayObserve && sitsAt(person, visit.leg, visit.call));
  }

  async #byPin(visit: Visit): Promise<PersonConfig | undefined> {
    const config = this.#context.config();
    const owners = config.pins.map(({ owner }) => holder(config, owner));
    // Where no PIN could open it, none is asked for.
    if (!owners.some((person) => person !== undefined) || !(await visit.answer())) return undefined;
    return await this.#secrets.ask(visit.dialog, {
      place: visit.leg.place,
      opens: 'observe',
      match: (digits) => {
        const caller = visit.caller.number;
        const pin = this.#context.pins.match(digits, {
          outside: false,
          ...(caller === undefined ? {} : { caller }),
        });
        return holder(config, pin?.owner);
      },
    });
  }

  /** The call that whoever has an extension is in, and which of its parties that is. */
  #callOf(extension: string): { call: Call; toward: 'caller' | 'called' } | undefined {
    const target = targetOfExtension(this.#context.config(), extension);
    const at = (leg: Leg, call: Call): boolean => {
      if (target?.kind === 'person') return sitsAt(target.person, leg, call);
      if (target?.kind === 'port') return leg.place === `port:${target.port}`;
      return target?.kind === 'device' && leg.place === `device:${target.device}`;
    };
    for (const call of this.#context.calls.active) {
      if (!call.called || (call.state !== 'talking' && call.state !== 'held')) continue;
      if (at(call.caller, call)) return { call, toward: 'caller' };
      if (at(call.called, call)) return { call, toward: 'called' };
    }
    return undefined;
  }

  #refuse(visit: Visit, who: string, why: string, q850: number = cause.rejected): Next {
    this.#context.audit?.note({
      who,
      from: visit.leg.place,
      act: 'observing-refused',
      detail: `${visit.id}: ${why}`,
    });
    return over(q850, why);
  }
}

/** The person, if there is one and may observe. */
const holder = (config: Config, id: string | undefined): PersonConfig | undefined =>
  config.people.find((person) => person.id === id && person.mayObserve);

const over = (q850: number = cause.normal, text?: string): Next => ({
  kind: 'done',
  cause: localCause(q850, text),
});
