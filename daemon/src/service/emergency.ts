import type { Timer } from '../base/clock.ts';
import { type Attempt, AttemptBase, LegAttempt, SequenceAttempt } from '../call/attempt.ts';
import { LimitedAttempt } from '../call/attempt-limits.ts';
import type { Call } from '../call/call.ts';
import { cause, localCause } from '../call/cause.ts';
import { seizeLine } from '../call/fxo-leg.ts';
import type { ReleaseCause } from '../call/leg.ts';
import type { RoutePlan, Said } from '../dialplan/route-plan.ts';
import type { ServiceContext } from './context.ts';
import { deviceConfig, fxsConfig, partyOfDevice, partyOfPort } from './directory.ts';
import { stepAttempts } from './outgoing.ts';

/** No progress for this long: the next way (ruling 5), ms. */
const progressMs = 5000;
/** A line's dial tone is progress, and has a limit of its own; the digits, by pulses too, follow it, ms. */
const lineMs = 2 * progressMs;
/** A moment more than the guard time, so that the port is idle for certain, ms. */
const settleMs = 100;
/** How long the originating port is rung first by incoming calls afterwards (ruling 6), ms. */
const callBackMs = 60 * 60_000;

/** Emergency calls from people on site: they go out whatever else holds (rulings 3 to 6). */
export class Emergency {
  readonly #context: ServiceContext;
  /** When each telephone or device, by place, last made an emergency call, clock ms. */
  #made = new Map<string, number>();
  /** Alarms that tell of them, by place. */
  readonly #told = new Map<string, Timer>();

  constructor(context: ServiceContext) {
    this.#context = context;
  }

  /** Places of the telephones that made an emergency call within the hour, to be rung first by incoming calls. */
  callBackPlaces(): string[] {
    const since = this.#context.clock.now() - callBackMs;
    return [...this.#made].filter(([, at]) => at >= since).map(([place]) => place);
  }

  /**
   * The attempt for an emergency number dialed at `place` (`port:3`, `device:desk`): every way of the plan in turn, 486 and 603 included, each
   * given 5 s to show progress; city lines in use for other calls are taken over when nothing is free.
   */
  attempt(plan: RoutePlan, place: string): Attempt {
    const context = this.#context;
    // A line in from the office PBX (wire B) has nobody to ring.
    const [kind, number] = place.split(':');
    if (kind !== 'port' || context.ports.fxs(Number(number))) this.#made.set(place, context.clock.now());
    this.#tell(place, plan.number.shortCode ?? plan.number.dialed);
    // A line that is being measured is wanted for better things.
    for (const { number: line } of context.config().ports) context.ports.fxo(line)?.reclaim();
    const shown = { caller: {}, emergency: true };
    const ways: Attempt[] = [];
    let preempted = false;
    for (const step of plan.steps) {
      const isLine = step.via.kind === 'line';
      const proven = step.via.kind === 'line' && step.via.ports.some((n) => this.#proven(n));
      // Order of ruling 5: free city line, trunk, then a city line taken over, and a wire-B line last.
      if (isLine && !proven && !preempted) {
        ways.push(this.#takeOver(plan));
        preempted = true;
      }
      for (const way of stepAttempts(step, plan, shown, context))
        ways.push(new LimitedAttempt(way, context.clock, isLine ? lineMs : progressMs, 'progress'));
    }
    if (!preempted) ways.push(this.#takeOver(plan));
    return new SequenceAttempt(ways, 'everyone', () => false);
  }

  /** Whoever is in the office has to know who called for help, and where (ruling 6: for the hour of calling back). */
  #tell(place: string, code: string): void {
    const { alarms, clock } = this.#context;
    const id = `emergency-call-${place}`;
    const { ru, en } = this.#whereabouts(place);
    alarms.raise({
      id,
      severity: 'critical',
      place,
      said: { ru: `Экстренный вызов ${code}: ${ru}.`, en: `Emergency call to ${code}: ${en}.` },
      cure: {
        ru: 'Узнайте, что случилось, и встретьте службы. В течение часа входящие вызовы сначала звонят на этот телефон.',
        en: 'Find out what has happened, and meet the services. For an hour incoming calls ring this telephone first.',
      },
    });
    this.#told.get(place)?.cancel();
    const over = clock.after(callBackMs, () => {
      this.#told.delete(place);
      alarms.clear(id);
    });
    this.#told.set(place, over);
  }

  #whereabouts(place: string): Said {
    const config = this.#context.config();
    const [kind, id = ''] = place.split(':');
    const port = kind === 'port' ? Number(id) : undefined;
    const party = port === undefined ? partyOfDevice(config, id) : partyOfPort(config, port);
    const who = [party.name, party.number].filter((part) => part !== undefined).join(', ');
    const own = port === undefined ? deviceConfig(config, id)?.name : fxsConfig(config, port)?.name;
    const other = own && own !== party.name ? own : undefined;
    const [ru, en] = other === undefined ? ['', ''] : [` «${other}»`, ` "${other}"`];
    const at: Said =
      port === undefined
        ? { ru: `устройство${ru || ` ${id}`}`, en: `device${en || ` ${id}`}` }
        : { ru: `гнездо ${port}${ru}`, en: `socket ${port}${en}` };
    return who === '' ? at : { ru: `${who} (${at.ru})`, en: `${who} (${at.en})` };
  }

  #proven(port: number): boolean {
    return this.#context
      .config()
      .ports.some((p) => p.kind === 'fxo' && p.number === port && p.role === 'city-line' && p.proven);
  }

  #takeOver(plan: RoutePlan): Attempt {
    const digits = plan.number.shortCode ?? plan.number.dialed;
    return new TakeOverAttempt(this.#context, digits, (port) => this.#proven(port));
  }
}

/** A city line that an emergency call may have although it is not free. */
interface Takeable {
  line: number;
  /** Whose call must go; undefined where the line only rests after one. */
  victim?: Call;
}

/**
 * Ends an outgoing call that is no emergency on a proven city line, lets the exchange notice, and
 * calls on that line, with its real dial tone awaited. A line that only rests after a call comes before any
 * that is in use; a line that does not work gives way to the next, each tried once.
 */
class TakeOverAttempt extends AttemptBase {
  readonly #context: ServiceContext;
  readonly #digits: string;
  readonly #proven: (port: number) => boolean;
  readonly #tried = new Set<number>();
  #timer: Timer | undefined;
  #part: Attempt | undefined;

  constructor(context: ServiceContext, digits: string, proven: (port: number) => boolean) {
    super();
    this.#context = context;
    this.#digits = digits;
    this.#proven = proven;
  }

  start(): void {
    this.#next(localCause(cause.noChannel, 'no city line to take over'));
  }

  #next(otherwise: ReleaseCause): void {
    const found = this.#resting() ?? this.#inUse();
    if (!found) {
      this.fail(otherwise);
      return;
    }
    const { line, victim } = found;
    this.#tried.add(line);
    const { clock, config } = this.#context;
    victim?.end(localCause(cause.normal, 'line taken over for an emergency call'));
    const port = config().ports.find((p) => p.kind === 'fxo' && p.number === line);
    const guardMs = port?.kind === 'fxo' ? port.idleGuardMs : 0;
    this.#timer = clock.after(guardMs + settleMs, () => this.#call(line));
  }

  /** A proven line that nobody holds and that is not free yet: its guard time runs. */
  #resting(): Takeable | undefined {
    const { config, ports, calls } = this.#context;
    const found = config().ports.find(({ number }) => {
      const port = this.#mayTake(number) ? ports.fxo(number) : undefined;
      return port?.available && !port.idle && calls.at(`line:${number}`).length === 0;
    });
    return found && { line: found.number };
  }

  #inUse(): Takeable | undefined {
    for (const call of this.#context.calls.active) {
      if (call.record.service === 'emergency') continue;
      for (const leg of call.record.legs) {
        const line = Number(/^line:(\d+)$/.exec(leg.place)?.[1]);
        if (leg.direction === 'outgoing' && leg.endedAt === undefined && this.#mayTake(line))
          return { line, victim: call };
      }
    }
    return undefined;
  }

  #mayTake(line: number): boolean {
    return this.#proven(line) && !this.#tried.has(line);
  }

  #call(line: number): void {
    const context = this.#context;
    const dialing = { digits: this.#digits, emergency: true };
    const leg = new LegAttempt(() => seizeLine(context.newId(), context.ports.fxo(line), context, dialing), {
      number: this.#digits,
    });
    const part = new LimitedAttempt(leg, context.clock, lineMs, 'progress');
    this.#part = part;
    this.relay(part);
    part.on('answered', (answered) => this.answer(answered));
    part.on('failed', (failed) => {
      if (!this.over) this.#next(failed);
    });
    part.start();
  }

  protected stop(released: ReleaseCause): void {
    this.#timer?.cancel();
    this.#part?.cancel(released);
  }
}
