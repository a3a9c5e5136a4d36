import type { DialCheckRequest, DialCheckResult, Said } from '../api/contract.ts';
import type { DialCheck } from '../api/deps.ts';
import type { Clock } from '../base/clock.ts';
import type { Config, PinConfig } from '../config/schema.ts';
import { describeRoutes } from '../dialplan/describe-routes.ts';
import { normaliseCaller } from '../dialplan/normalise-caller.ts';
import { areaOf, type DialPlan as Compiled, compileDialPlan } from '../dialplan/plan.ts';
import type { PlanState } from '../dialplan/plan-state.ts';
import type { RateTable } from '../dialplan/rate-table.ts';
import type { RoutePlan, RouteStep } from '../dialplan/route-plan.ts';
import type { Overrides } from '../schedule/schedules.ts';
import type { DialPlan, Origin } from '../service/context.ts';
import { samePbx } from '../service/directory.ts';

/** Says whether a step of a route plan could be taken this moment, for the page. */
export type Usable = (step: RouteStep) => { usable: boolean; hindrance?: Said };

/** What the plan is made with beside the configuration. */
export interface PlanParts {
  rates?: () => ReadonlyMap<string, RateTable>;
  /** As it is at a question; undefined while the box starts. */
  state?: () => PlanState | undefined;
}

/** The dial plan of whatever configuration is in force, for services and for the page's "what if I dial". */
export class DialPlans implements DialCheck {
  readonly #clock: Clock;
  readonly #usable: Usable;
  readonly #overrides: () => Overrides;
  readonly #parts: PlanParts;
  #config: Config;
  #compiled: Compiled;

  /** @param overrides schedules switched by hand, as they are at a question */
  constructor(
    config: Config,
    clock: Clock,
    usable: Usable,
    overrides: () => Overrides = () => new Map(),
    parts: PlanParts = {},
  ) {
    this.#parts = parts;
    this.#config = config;
    this.#compiled = compileDialPlan(config, this.#parts.rates?.());
    this.#clock = clock;
    this.#usable = usable;
    this.#overrides = overrides;
  }

  /** Takes another configuration; calls in progress keep the plan they were made with. */
  apply(config: Config): void {
    this.#config = config;
    this.#compiled = compileDialPlan(config, this.#parts.rates?.());
  }

  /** As services ask: from digits dialed one by one. */
  readonly forServices: DialPlan = {
    classify: (digits, origin) => this.#compiled.classify(digits, { origin: origin.kind }),
    plan: (dialed, origin, rights) =>
      this.#compiled.plan({
        dialed,
        origin: { kind: origin.kind, ...this.#comingFrom(origin) },
        classOfService: rights.classOfService,
        ...(rights.pinId === undefined
          ? {}
          : { pinGranted: { pinId: rights.pinId, classOfService: rights.classOfService } }),
        whole: true,
        now: this.#clock.wall(),
        overrides: this.#overrides(),
        ...this.#state(),
      }),
  };

  /** Another rate table has come. */
  refresh(): void {
    this.apply(this.#config);
  }

  #state(): { state?: PlanState } {
    const state = this.#parts.state?.();
    return state ? { state } : {};
  }

  /** Where a call must not go: back to the line or the PBX it came from (H02). */
  #comingFrom(origin: Origin): { port?: number; besides?: readonly number[] } {
    const from = origin.kind === 'forward' ? origin.from : origin;
    const besides = samePbx(this.#config, from)?.ports;
    return {
      ...(from?.kind === 'on-site' && from.port !== undefined ? { port: from.port } : {}),
      ...(besides ? { besides } : {}),
    };
  }

  /** A number in any writing as E.164, or its bare digits where it has none; for comparing numbers. */
  normalise(number: string, fromLine = false): string {
    const read = normaliseCaller(number, areaOf(this.#config.dialing), fromLine);
    return read.e164 ?? read.digits ?? number;
  }

  /** What each route does, beside it on the page. */
  describeRoutes(config = this.#config): { id: string; said: Said }[] {
    return describeRoutes(config, this.#clock.wall());
  }

  /** What would happen if somebody dialed that, or would with other settings; nothing is dialed. */
  check(request: DialCheckRequest, other?: Config): DialCheckResult | { error: Said } {
    const { from } = request;
    const config = other ?? this.#config;
    const compiled = other ? compileDialPlan(other, this.#parts.rates?.()) : this.#compiled;
    const now = request.at ?? this.#clock.wall();
    const whole = {
      dialed: request.number.replace(/[\s()-]/g, ''),
      whole: true,
      now,
      overrides: this.#overrides(),
      ...this.#state(),
    };
    let plan: RoutePlan;
    if (from.kind === 'outside') {
      const pin = config.pins.find((p) => p.id === from.pin);
      if (!pin) return { error: noSuchPin };
      plan = compiled.plan({ ...whole, origin: { kind: 'outside' }, pinGranted: granted(pin) });
    } else {
      const port = config.ports.find((p) => p.number === from.port && p.kind === 'fxs');
      if (port?.kind !== 'fxs') {
        return { error: { ru: 'С этого гнезда не звонят.', en: 'Nobody dials from this socket.' } };
      }
      const pin = from.pin ? config.pins.find((p) => p.id === from.pin) : undefined;
      if (from.pin && !pin) return { error: noSuchPin };
      plan = compiled.plan({
        ...whole,
        origin: { kind: 'on-site', port: from.port },
        classOfService: port.classOfService,
        ...(pin ? { pinGranted: granted(pin) } : {}),
      });
    }
    return this.#result(plan, config);
  }

  #result(plan: RoutePlan, config: Config): DialCheckResult {
    const { number } = plan;
    const target = number.target ?? number.shortCode;
    return {
      class: number.class,
      ...(number.e164 === undefined ? {} : { e164: number.e164 }),
      ...(target === undefined ? {} : { target }),
      steps: plan.steps.map((step) => {
        const { price } = step;
        return {
          routeId: step.routeId,
          routeName: config.routes.find((route) => route.id === step.routeId)?.name ?? step.routeId,
          via: step.via.kind === 'trunk' ? step.via : { kind: 'line', ports: [...step.via.ports] },
          number: step.number,
          ...(price
            ? {
                price: {
                  perMinute: price.perMinute,
                  stepSeconds: price.stepSeconds,
                  firstSeconds: price.firstSeconds,
                  connection: price.connection,
                },
              }
            : {}),
          why: step.why,
          ...this.#usable(step),
        };
      }),
      ...(plan.refusal ? { refusal: { reason: plan.refusal.reason, said: plan.refusal.said } } : {}),
      explanation: plan.explanation,
    };
  }
}

const noSuchPin: Said = { ru: 'Такого ПИН-кода нет.', en: 'There is no such PIN.' };

const granted = (pin: PinConfig): { pinId: string; classOfService: string } => ({
  pinId: pin.id,
  classOfService: pin.classOfService,
});
