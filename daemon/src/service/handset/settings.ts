import type { Config, PersonConfig } from '../../config/schema.ts';
import type { Said } from '../../dialplan/route-plan.ts';
import type { Rights, ServiceContext } from '../context.ts';
import { fxsConfig } from '../directory.ts';
import type { CodeOutcome, CodeUse, FeatureCodes } from '../feature-codes.ts';
import { confirmed, refused } from './outcome.ts';
import { madeBy, ownerOf } from './owner.ts';
import { forwardingSentence, readOut, withNumber, words } from './words.ts';

type Kind = 'always' | 'busy' | 'noAnswer' | 'unreachable';

const kinds = [
  ['always', 'forwardAlways'],
  ['busy', 'forwardBusy'],
  ['noAnswer', 'forwardNoAnswer'],
  ['unreachable', 'forwardUnreachable'],
] as const;

/** How long a forwarding set by a code rings its target, s. */
const forwardSeconds = 60;

/**
 * What people set from their telephones: forwarding, do not disturb, call waiting, their own abbreviated numbers. It is
 * the same as on the page, in the same place of the document, with the telephone in the history (M12).
 */
export class HandsetSettings {
  readonly #context: ServiceContext;

  constructor(context: ServiceContext, codes: FeatureCodes) {
    this.#context = context;
    for (const [kind, code] of kinds) {
      codes.register(code, (use) => this.#forward(kind, use));
      codes.register(`${code}Off`, (use) =>
        this.#forwardOff([kind], use, forwardingSentence(kind, undefined)),
      );
      codes.register(`${code}Check`, (use) => this.#forwardCheck(kind, use));
    }
    const all = kinds.map(([kind]) => kind);
    codes.register('forwardAllOff', (use) => this.#forwardOff(all, use, words.allOff));
    codes.register('doNotDisturb', (use) => this.#disturb(true, use));
    codes.register('doNotDisturbOff', (use) => this.#disturb(false, use));
    codes.register('doNotDisturbCheck', async ({ origin }) => {
      const owner = ownerOf(context.config(), origin);
      if (!owner) return nobodys;
      const on = owner.doNotDisturb;
      return { kind: 'state', on, words: [on ? words.disturbOff : words.disturbOn] };
    });
    codes.register('callWaiting', (use) => this.#waiting(true, use));
    codes.register('callWaitingOff', (use) => this.#waiting(false, use));
    codes.register('callWaitingCheck', async ({ origin }) => {
      if (origin.port === undefined) return refused(words.notHere);
      const on = fxsConfig(context.config(), origin.port)?.callWaiting ?? false;
      return { kind: 'state', on, words: [on ? words.waitingOn : words.waitingOff] };
    });
    codes.register('storeOwn', (use) => this.#storeOwn(use));
    codes.register('clearOwn', (use) => this.#clearOwn(use));
    codes.register('checkOwn', async ({ argument, origin }) => {
      const kept = ownNumber(ownerOf(context.config(), origin), argument);
      if (kept === undefined) return { kind: 'state', on: false, words: [words.empty] };
      return { kind: 'state', on: true, words: [withNumber(words.kept, readOut(kept))] };
    });
    codes.register('dialOwn', async ({ argument, origin }) => {
      const number = ownNumber(ownerOf(context.config(), origin), argument);
      return number === undefined ? refused(words.empty) : { kind: 'dial', number };
    });
  }

  async #forward(kind: Kind, use: CodeUse): Promise<CodeOutcome> {
    const config = this.#context.config();
    const owner = ownerOf(config, use.origin);
    if (!owner) return nobodys;
    // As on mobiles (3GPP TS 22.030 6.5.2) the time of a forwarding without answer may stand behind the number.
    const [, dialed = '', time] = /^(.*?)(?:\*(\d{1,3}))?$/.exec(use.argument) ?? [];
    const seconds = time === undefined ? undefined : Number(time);
    if (seconds !== undefined && (kind !== 'noAnswer' || seconds < 3 || seconds > 120))
      return refused(words.badTime);
    const target = this.#target(dialed, owner, use);
    if ('kind' in target) return target;
    const { to } = target;
    const done = await this.#change(use, owner, (person) => {
      person.forwarding[kind] = [{ to, seconds: forwardSeconds }];
      if (seconds !== undefined) person.forwarding.noAnswerSeconds = seconds;
    });
    if (!done) return refused(words.notKept);
    return confirmed(`${kind} forwarding to ${to}`, forwardingSentence(kind, readOut(to)));
  }

  /** Whom a forwarding may lead to: an extension, or a number that its owner may have called (ruling 8). */
  #target(dialed: string, owner: PersonConfig, { origin }: CodeUse): { to: string } | CodeOutcome {
    const plan = this.#context.dialPlan();
    const { number } = plan.plan(dialed, origin, rightsOf(owner));
    const own = this.#context.config();
    if (number.class === 'extension') {
      const to = number.target ?? number.dialed;
      const its = [owner.extension, ...owner.ports.map((port) => fxsConfig(own, port)?.extension)];
      return its.includes(to) ? refused(words.toItself) : { to };
    }
    if (number.e164 === undefined) return refused(words.noSuchNumber);
    // Ruling 3: emergency services are nobody's to be forwarded to, so the plan is asked as for a forwarding.
    const { refusal } = plan.plan(number.e164, { kind: 'forward', from: origin }, rightsOf(owner));
    return refusal ? refused(words.notAllowed, refusal.q850) : { to: number.e164 };
  }

  async #forwardOff(off: readonly Kind[], use: CodeUse, said: Said): Promise<CodeOutcome> {
    const owner = ownerOf(this.#context.config(), use.origin);
    if (!owner) return nobodys;
    if (off.some((kind) => owner.forwarding[kind].length > 0)) {
      const done = await this.#change(use, owner, (person) => {
        for (const kind of off) person.forwarding[kind] = [];
      });
      if (!done) return refused(words.notKept);
    }
    return confirmed(`forwarding off: ${off.join(', ')}`, said);
  }

  async #forwardCheck(kind: Kind, { origin }: CodeUse): Promise<CodeOutcome> {
    const owner = ownerOf(this.#context.config(), origin);
    if (!owner) return nobodys;
    const [first] = owner.forwarding[kind];
    const to = first?.to === 'mobile' ? (owner.mobile ?? '') : first?.to;
    const said = to === undefined ? undefined : /^\+?\d+$/.test(to) ? readOut(to) : { ru: to, en: to };
    return { kind: 'state', on: first !== undefined, words: [forwardingSentence(kind, said)] };
  }

  async #disturb(on: boolean, use: CodeUse): Promise<CodeOutcome> {
    const owner = ownerOf(this.#context.config(), use.origin);
    if (!owner) return nobodys;
    if (owner.doNotDisturb !== on) {
      const done = await this.#change(use, owner, (person) => {
        person.doNotDisturb = on;
      });
      if (!done) return refused(words.notKept);
    }
    return confirmed(`do not disturb ${on ? 'on' : 'off'}`, on ? words.disturbOff : words.disturbOn);
  }

  async #waiting(on: boolean, use: CodeUse): Promise<CodeOutcome> {
    const { port } = use.origin;
    if (port === undefined) return refused(words.notHere);
    const done = await this.#store(use, (draft) => {
      const fxs = fxsConfig(draft, port);
      if (fxs) fxs.callWaiting = on;
    });
    if (!done) return refused(words.notKept);
    return confirmed(`call waiting ${on ? 'on' : 'off'}`, on ? words.waitingOn : words.waitingOff);
  }

  async #storeOwn(use: CodeUse): Promise<CodeOutcome> {
    const owner = ownerOf(this.#context.config(), use.origin);
    if (!owner) return nobodys;
    const [key = '', number = ''] = use.argument.split(/\*(.*)/s);
    const read = this.#context.dialPlan().plan(number, use.origin, use.dialer.rights).number;
    // What may be called is decided when it is called: rights change.
    if (read.class === 'invalid' || read.class === 'blocked' || read.class === 'feature')
      return refused(words.noSuchNumber);
    const done = await this.#change(use, owner, (person) => {
      person.ownNumbers = [
        ...person.ownNumbers.filter((entry) => entry.key !== key),
        { key, number: number },
      ].sort((a, b) => a.key.localeCompare(b.key));
    });
    if (!done) return refused(words.notKept);
    return confirmed(`own number ${key} stored`, withNumber(words.stored, readOut(number)));
  }

  async #clearOwn(use: CodeUse): Promise<CodeOutcome> {
    const owner = ownerOf(this.#context.config(), use.origin);
    if (!owner) return nobodys;
    const done = await this.#change(use, owner, (person) => {
      person.ownNumbers = person.ownNumbers.filter(({ key }) => key !== use.argument);
    });
    return done ? confirmed(`own number ${use.argument} cleared`, words.cleared) : refused(words.notKept);
  }

  #change(use: CodeUse, { id }: PersonConfig, edit: (person: PersonConfig) => void): Promise<boolean> {
    return this.#store(use, (draft) => {
      const person = draft.people.find((entry) => entry.id === id);
      if (person) edit(person);
    });
  }

  async #store({ origin }: CodeUse, edit: (draft: Config) => void): Promise<boolean> {
    try {
      await this.#context.change(edit, madeBy(origin));
      return true;
    } catch (error) {
      this.#context.log('warn', () => `${madeBy(origin)}: not stored: ${(error as Error).message}`);
      return false;
    }
  }
}

const ownNumber = (owner: PersonConfig | undefined, key: string): string | undefined =>
  owner?.ownNumbers.find((entry) => entry.key === key)?.number;

const rightsOf = ({ id, classOfService, costCentre }: PersonConfig): Rights => ({
  classOfService,
  person: id,
  ...(costCentre === undefined ? {} : { costCentre }),
});

const nobodys = refused(words.nobodys);
