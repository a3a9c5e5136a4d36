import type { Clock } from '../../base/clock.ts';
import { CodedError, codeOf, messageOf } from '../../base/error.ts';
import type { CallRegistry } from '../../call/registry.ts';
import type { Config, FxoPortConfig } from '../../config/schema.ts';
import type { Said } from '../../dialplan/route-plan.ts';
import type { PortAccess } from '../context.ts';
import type { LineFindings } from './findings.ts';
import { alone, calledByPerson, callsPerson, type LearnStep, type Pupil, together } from './lessons.ts';
import { LineWatch } from './line-watch.ts';
import { type ProposalTerms, proposals, type SettingProposal } from './proposals.ts';

/** What is to be learnt. */
export type LearnOrder =
  /** The line by itself: voltage, current, dial tone. */
  | { kind: 'alone' }
  /** A call from this line to another of ours, whose number is given. */
  | { kind: 'lines'; other: number; otherNumber: string }
  /** A person calls this line, is answered, and hangs up first. */
  | { kind: 'call-in' }
  /** A person is called from this line, answers, and hangs up first. */
  | { kind: 'call-out'; number: string };

export interface LearnView {
  port: number;
  kind: LearnOrder['kind'];
  other?: number;
  state: 'running' | 'done' | 'failed' | 'cancelled';
  /** Steps begun, the last one under way while `running`. */
  steps: LearnStep[];
  /** Wall-clock ms. */
  startedAt: number;
  /** By port: what was found, as far as it went. */
  found: Record<string, LineFindings>;
  proposals: SettingProposal[];
  /** Why it ended early. */
  reason?: Said;
}

export interface LearningContext {
  clock: Clock;
  config(): Config;
  ports: Pick<PortAccess, 'fxo'>;
  calls: Pick<CallRegistry, 'active'>;
  /** Voltage of an idle line, as the card last told it. */
  volts(port: number): number | undefined;
  terms: ProposalTerms;
  log(message: string): void;
}

/** Why learning could not go on, in words. */
const reasons: Record<string, Said> = {
  'learning/cancelled': { ru: 'Изучение отменено.', en: 'Learning was cancelled.' },
  'learning/line-lost': {
    ru: 'Линия понадобилась для звонка или пропала; изучение прервано.',
    en: 'The line was needed for a call, or went away; learning has ended.',
  },
  'learning/no-current': {
    ru: 'Линию занять не удалось: ток не пошёл. Проверьте шнур.',
    en: 'The line could not be seized: no current flows. See to the cord.',
  },
  'learning/no-dial-tone': {
    ru: 'Нет гудка, позвонить с линии нельзя.',
    en: 'There is no dial tone, so no call can be made on the line.',
  },
  'learning/not-rung': {
    ru: 'Вызов не дошёл. Проверьте номер.',
    en: 'The call did not get there. Check the number.',
  },
  'learning/nobody': {
    ru: 'За полторы минуты никто не отозвался.',
    en: 'Nobody came within a minute and a half.',
  },
  'learning/no-release': {
    ru: 'Об отбое линия не сообщила ничем за полторы минуты. Если вы вешали трубку первым, поможет только отбой по тишине.',
    en: 'Nothing on the line told of the release within a minute and a half. If you hung up first, only release by silence helps.',
  },
};

const failedReason = (error: unknown): Said =>
  reasons[codeOf(error) ?? ''] ?? {
    ru: `Не получилось: ${messageOf(error)}`,
    en: `It failed: ${messageOf(error)}`,
  };

interface Lesson {
  view: LearnView;
  watches: LineWatch[];
}

/** Measures lines when the admin asks for it. It proposes; nothing changes by it. */
export class LineLearning {
  readonly #context: LearningContext;
  /** The last of each port, in which it was the one asked for. */
  #lessons = new Map<number, Lesson>();

  constructor(context: LearningContext) {
    this.#context = context;
  }

  view(port: number): LearnView | undefined {
    const lesson = this.#lessons.get(port);
    if (!lesson) return undefined;
    // By now some may have been taken over, or the settings changed otherwise.
    return { ...lesson.view, proposals: this.#proposals(lesson.view) };
  }

  /** @throws CodedError `learning/refused` with {@link LearnRefusal}. Undefined: there is no such line. */
  async start(port: number, order: LearnOrder): Promise<LearnView | undefined> {
    const { clock, ports } = this.#context;
    if (!this.#line(port) || !ports.fxo(port)) return undefined;
    const numbers = order.kind === 'lines' ? [port, order.other] : [port];
    this.#refuse(numbers, order);
    const watches: LineWatch[] = [];
    try {
      for (const number of numbers) watches.push(new LineWatch(await ports.fxo(number)!.borrow(), clock));
    } catch {
      for (const watch of watches) watch.close();
      throw new LearnRefusal({ ru: 'Линия занята.', en: 'The line is in use.' });
    }
    const view: LearnView = {
      port,
      kind: order.kind,
      ...(order.kind === 'lines' ? { other: order.other } : {}),
      state: 'running',
      steps: ['on-hook'],
      startedAt: clock.wall(),
      found: {},
      proposals: [],
    };
    const lesson = { view, watches };
    this.#lessons.set(port, lesson);
    void this.#teach(lesson, order);
    return view;
  }

  /** Ends what is under way; false if nothing is. */
  cancel(port: number): boolean {
    const lesson = this.#lessons.get(port);
    if (lesson?.view.state !== 'running') return false;
    for (const watch of lesson.watches)
      watch.end(new CodedError('learning/cancelled', 'cancelled by the admin'));
    return true;
  }

  close(): void {
    for (const port of this.#lessons.keys()) this.cancel(port);
  }

  #refuse(numbers: readonly number[], order: LearnOrder): void {
    const { calls, ports } = this.#context;
    for (const call of calls.active) {
      if (call.record.service === 'emergency')
        throw new LearnRefusal({
          ru: 'Идёт экстренный вызов: линии сейчас нужны ему.',
          en: 'An emergency call is in progress: the lines are for it now.',
        });
    }
    if (order.kind === 'lines' && order.other === numbers[0])
      throw new LearnRefusal({ ru: 'Нужна другая линия.', en: 'It must be another line.' });
    for (const number of numbers) {
      const line = this.#line(number);
      const port = ports.fxo(number);
      if (!line || !port) throw new LearnRefusal({ ru: 'Такой линии нет.', en: 'There is no such line.' });
      if (!port.idle)
        throw new LearnRefusal({
          ru: `Линия в гнезде ${number} сейчас занята или не работает. Дождитесь конца разговора.`,
          en: `The line in socket ${number} is in use or out of service. Wait until the call is over.`,
        });
    }
  }

  async #teach({ view, watches }: Lesson, order: LearnOrder): Promise<void> {
    const tell = (step: LearnStep): void => void view.steps.push(step);
    const pupils = watches.map((watch) => this.#pupil(watch, view));
    const [first, second] = pupils as [Pupil, Pupil | undefined];
    try {
      await alone(first, tell);
      if (order.kind === 'lines' && second) await together(first, second, order.otherNumber, tell);
      if (order.kind === 'call-in') await calledByPerson(first, tell);
      if (order.kind === 'call-out') await callsPerson(first, order.number, tell);
      view.state = 'done';
    } catch (error) {
      view.state = codeOf(error) === 'learning/cancelled' ? 'cancelled' : 'failed';
      view.reason = failedReason(error);
      this.#context.log(`learning line ${view.port}: ${messageOf(error)}`);
    } finally {
      for (const watch of watches) watch.close();
    }
  }

  #pupil(watch: LineWatch, view: LearnView): Pupil {
    const { number } = watch.line;
    const line = this.#line(number)!;
    const volts = this.#context.volts(number);
    const found: LineFindings = volts === undefined ? {} : { onHookVolts: Math.round(volts) };
    view.found[String(number)] = found;
    return { watch, found, dialMethod: line.dialMethod, role: line.role };
  }

  #proposals(view: LearnView): SettingProposal[] {
    if (view.state === 'running') return [];
    return Object.entries(view.found).flatMap(([number, found]) => {
      const line = this.#line(Number(number));
      return line ? proposals(line, found, this.#context.terms) : [];
    });
  }

  #line(number: number): FxoPortConfig | undefined {
    return this.#context
      .config()
      .ports.find((port): port is FxoPortConfig => port.kind === 'fxo' && port.number === number);
  }
}

/** Learning cannot begin, and why, in words. */
export class LearnRefusal extends CodedError {
  readonly said: Said;

  constructor(said: Said) {
    super('learning/refused', said.en);
    this.said = said;
  }
}
