import type {
  ClassOfServiceConfig,
  Config,
  FxoPortConfig,
  TimeRuleConfig,
  TollClass,
} from '../config/schema.ts';
import { holds, type Overrides, schedulesOf } from '../schedule/schedules.ts';
import { byRank, type Candidate, type CompiledRoute, takes, told, whyHere } from './candidate.ts';
import { permission } from './class-of-service.ts';
import {
  type Classification,
  type ClassifyContext,
  classifyNumber,
  type InternalNumbers,
  internalNumbers,
} from './classify.ts';
import { emergencySteps, lineSteps } from './emergency.ts';
import { extensionEntries } from './entries.ts';
import { type OfficeCode, officeCodes } from './feature-codes.ts';
import { formatNumber } from './format-number.ts';
import { guardRefusal } from './guard.ts';
import type { Area } from './number-rules.ts';
import { observeEntries } from './observe-entries.ts';
import type { PlanState } from './plan-state.ts';
import { comparablePrice } from './price.ts';
import { profileNamed } from './profile.ts';
import type { RateTable } from './rate-table.ts';
import type { ClassifiedNumber, Presentation, RoutePlan, RouteStep, Said } from './route-plan.ts';
import { routePrice } from './route-price.ts';
import { refusal, whatItIs } from './sentence.ts';
import { isWithinAny } from './time-rule.ts';

/**
 * Where a call comes from. `on-site`: a port, the office PBX or a registered LAN device; `outside`: a trunk,
 * a city line, an access-number caller from outside; `forward`: the box calls on behalf of somebody.
 */
export interface CallOrigin {
  kind: 'on-site' | 'outside' | 'forward';
  /** The port it came in by; no call leaves by the line it came in on. */
  port?: number | undefined;
  /** Other ports of the same PBX, by which it must not leave either. */
  besides?: readonly number[];
}

/** How a string is to be read. */
export interface ClassifyOptions {
  /** Default `on-site`. */
  origin?: CallOrigin['kind'];
  /** Given at once and nothing will follow (SIP, the page). Default false: dialed digit by digit. */
  whole?: boolean;
}

/** A question to the dial plan. */
export interface PlanInput {
  dialed: string;
  origin: CallOrigin;
  /** Id of the class of service of the port, or of whoever pays for the leg. */
  classOfService?: string | undefined;
  /** A PIN that was accepted; its class of service stands in place of the other. */
  pinGranted?: { pinId: string; classOfService: string } | undefined;
  whole?: boolean;
  /** Wall-clock time, ms since 1970. */
  now: number;
  /** Schedules that are switched by hand. */
  overrides?: Overrides | undefined;
  /** How box and operators fare; nothing known if not given. */
  state?: PlanState | undefined;
}

/** A configuration's numbering, prepared for fast questions. Pure: the same question has the same answer. */
export interface DialPlan {
  readonly area: Area;
  classify(dialed: string, options?: ClassifyOptions): ClassifiedNumber;
  plan(input: PlanInput): RoutePlan;
}

interface Compiled {
  config: Config;
  area: Area;
  routes: readonly CompiledRoute[];
  classes: ReadonlyMap<string, ClassOfServiceConfig>;
  timeRules: ReadonlyMap<string, TimeRuleConfig>;
  rates: ReadonlyMap<string, RateTable>;
  contexts: Record<'on-site' | 'outside', Record<'whole' | 'typed', ClassifyContext>>;
}

/** The office's place in the numbering plan, from its configuration. */
export function areaOf(dialing: Config['dialing']): Area {
  return {
    profile: profileNamed(dialing.profile),
    areaCodes: dialing.areaCodes,
    localLength: dialing.localLength,
  };
}

/** Prepares a configuration. Costs a millisecond or so; the answers then cost microseconds. */
export function compileDialPlan(config: Config, rates: ReadonlyMap<string, RateTable> = new Map()): DialPlan {
  const area = areaOf(config.dialing);
  const trunkNames = new Map(
    config.trunks.filter((trunk) => trunk.enabled).map((trunk) => [trunk.id, trunk.name]),
  );
  const lines = new Map(
    config.ports
      .filter((port): port is FxoPortConfig => port.kind === 'fxo' && port.enabled)
      .map((port) => [port.number, port]),
  );
  const routes = config.routes.flatMap((route, order): CompiledRoute[] => {
    const { via } = route;
    const ports = via.kind === 'line' ? via.ports.flatMap((number) => lines.get(number) ?? []) : [];
    const usable = route.enabled && (via.kind === 'trunk' ? trunkNames.has(via.trunk) : ports.length > 0);
    if (!usable) return [];
    return [
      {
        route,
        order,
        classes: new Set(route.classes),
        ports,
        viaName: via.kind === 'trunk' ? (trunkNames.get(via.trunk) ?? '') : '',
      },
    ];
  });
  const known = (codes: readonly OfficeCode[]): InternalNumbers =>
    internalNumbers(
      extensionsOf(config),
      accessCodesOf(config),
      config.dialing.modeCodes.map(({ code }) => code),
      config.speedDials.map(({ code, number }): [string, string] => [code, number]),
      presentationCodesOf(config.dialing),
      codes,
    );
  // Feature codes are about the telephone at which they are dialed: outside there are none.
  const internal = { inside: known(officeCodes(config.dialing)), outside: known([]) };
  const localDialing = routes.some(
    ({ route }) =>
      route.classes.length === 0 || route.classes.some((kind) => kind === 'local' || kind === 'special'),
  );
  const context = (onSite: boolean, whole: boolean): ClassifyContext => ({
    area,
    internal: onSite ? internal.inside : internal.outside,
    onSite,
    whole,
    localDialing,
    secondDialTone: config.dialing.secondDialTone,
  });
  const compiled: Compiled = {
    config,
    area,
    routes,
    classes: new Map(config.classesOfService.map((cos) => [cos.id, cos])),
    timeRules: new Map(config.timeRules.map((rule) => [rule.id, rule])),
    rates,
    contexts: {
      'on-site': { whole: context(true, true), typed: context(true, false) },
      outside: { whole: context(false, true), typed: context(false, false) },
    },
  };
  return {
    area,
    classify: (dialed, options = {}) =>
      read(compiled, dialed, options.origin ?? 'on-site', options.whole).number,
    plan: (input) => plan(compiled, input),
  };
}

const plans = new WeakMap<Config, DialPlan>();

/** {@link DialPlan.plan} for callers that hold only a configuration; compiled once per document. */
export function planCall(input: PlanInput & { config: Config }): RoutePlan {
  let dialPlan = plans.get(input.config);
  if (!dialPlan) plans.set(input.config, (dialPlan = compileDialPlan(input.config)));
  return dialPlan.plan(input);
}

/** All extension numbers of a configuration: of telephones, devices and people, behind a PBX, and in other offices. */
export function extensionsOf(config: Config): string[] {
  const ofPorts = config.ports.flatMap((port) =>
    port.kind === 'fxs' && port.enabled && port.extension ? [port.extension] : [],
  );
  const ofDevices = config.devices.flatMap((device) =>
    device.enabled
      ? [...(device.extension ? [device.extension] : []), ...device.numbers.flatMap(expand)]
      : [],
  );
  return [
    ...ofPorts,
    ...ofDevices,
    ...config.people.flatMap((person) => (person.extension ? [person.extension] : [])),
    ...extensionEntries(config).map(({ extension }) => extension),
    ...observeEntries(config).map(({ dialed }) => dialed),
    ...config.offices.flatMap(({ enabled, numbers }) => (enabled ? numbers.flatMap(expand) : [])),
  ];
}

/** The numbers of a pattern in which `X` is any digit. */
function expand(pattern: string): string[] {
  const at = pattern.indexOf('X');
  if (at < 0) return [pattern];
  return [...'0123456789'].flatMap((digit) => expand(pattern.slice(0, at) + digit + pattern.slice(at + 1)));
}

function presentationCodesOf({ hideCode, showCode }: Config['dialing']): [string, Presentation][] {
  const codes: [string, Presentation][] = [
    [hideCode, 'hidden'],
    [showCode, 'shown'],
  ];
  return codes.filter(([code]) => code !== '');
}

function accessCodesOf(config: Config): [string, string][] {
  return config.accessNumbers.flatMap((access): [string, string][] =>
    access.enabled && access.code ? [[access.code, access.id]] : [],
  );
}

function read(compiled: Compiled, dialed: string, origin: CallOrigin['kind'], whole = false): Classification {
  // A forward target is no person on site: it must not reach 112 (ruling 3).
  return classifyNumber(
    dialed,
    compiled.contexts[origin === 'on-site' ? 'on-site' : 'outside'][whole ? 'whole' : 'typed'],
  );
}

const presentationWords: Record<Presentation, Said> = {
  hidden: { ru: 'Номер звонящего не показывается.', en: "The caller's number is not shown." },
  shown: { ru: 'Номер звонящего показывается.', en: "The caller's number is shown." },
};

function plan(compiled: Compiled, input: PlanInput): RoutePlan {
  const classified = read(compiled, input.dialed, input.origin.kind, input.whole);
  const { number } = classified;
  const { config, area } = compiled;
  const written = number.e164
    ? formatNumber(number.e164, area.areaCodes)
    : (number.shortCode ?? number.dialed);
  const explanation: Said[] = [whatItIs(number, written)];
  // An emergency call shows the site's number whatever was dialed before it (ruling 6).
  if (number.presentation && number.class !== 'emergency')
    explanation.push(presentationWords[number.presentation]);
  const refuse = (refused: NonNullable<RoutePlan['refusal']>): RoutePlan => {
    explanation.push(refused.said);
    return { number, steps: [], refusal: refused, explanation };
  };
  switch (number.class) {
    case 'invalid':
      return refuse(refusal(number.completeness === 'partial' ? 'incomplete' : 'invalid', number));
    case 'blocked':
      return refuse(refusal('blocked', number));
    case 'access':
    case 'feature':
      return { number, steps: [], explanation };
    case 'emergency': {
      const steps = emergencySteps(config, number, area, exceptPorts(input.origin));
      if (steps.length === 0) return refuse(refusal('no-route', number));
      return { number, steps, explanation: [...explanation, ...told(steps)] };
    }
    case 'extension':
      return planExtension(compiled, input, number, explanation, refuse);
  }
  return planExternal(compiled, input, { ...classified, toll: number.class }, explanation, refuse);
}

const exceptPorts = ({ port, besides = [] }: CallOrigin): readonly number[] =>
  port === undefined ? besides : [port, ...besides];

type Refuse = (refused: NonNullable<RoutePlan['refusal']>) => RoutePlan;

function planExtension(
  compiled: Compiled,
  input: PlanInput,
  number: ClassifiedNumber,
  explanation: Said[],
  refuse: Refuse,
): RoutePlan {
  const refused = check(compiled, input, number, 'internal');
  if (refused && input.origin.kind === 'on-site') return refuse(refused);
  const person = compiled.config.people.find((candidate) => candidate.extension === number.target);
  if (!person || person.ports.length > 0 || person.devices.length > 0 || !person.mobile)
    return { number, steps: [], explanation };
  // An extension that is only a mobile (M06) goes out under its owner's rights (ruling 8).
  const outside = plan(compiled, {
    dialed: person.mobile,
    origin: { ...input.origin, kind: 'forward' },
    classOfService: person.classOfService,
    whole: true,
    now: input.now,
    overrides: input.overrides,
  });
  explanation.push(
    { ru: `${person.name} отвечает по мобильному.`, en: `${person.name} answers on a mobile.` },
    ...outside.explanation,
  );
  const e164 = outside.number.e164;
  return { ...outside, number: e164 ? { ...number, e164 } : number, explanation };
}

interface External extends Classification {
  toll: TollClass;
}

function planExternal(
  compiled: Compiled,
  input: PlanInput,
  external: External,
  explanation: Said[],
  refuse: Refuse,
): RoutePlan {
  const { number } = external;
  const { config } = compiled;
  const refused = check(compiled, input, number, external.toll);
  if (refused) return refuse(refused);
  if (input.pinGranted) explanation.push({ ru: 'ПИН-код принят.', en: 'The PIN was accepted.' });
  const candidates = matching(compiled, input, external, explanation);
  const steps = candidates.flatMap((candidate, index) =>
    stepsOf(
      compiled,
      external,
      candidate,
      whyHere(candidates, index, config.site.currency),
      exceptPorts(input.origin),
    ),
  );
  if (steps.length === 0) return refuse(refusal('no-route', number));
  explanation.push(...told(steps));
  return { number, steps, explanation };
}

/** Rights of whoever pays for the call. `undefined`: it may go. */
function check(
  compiled: Compiled,
  input: PlanInput,
  number: ClassifiedNumber,
  toll: TollClass,
): RoutePlan['refusal'] {
  // A stranger never gets out without a PIN, whatever class his trunk was given by mistake.
  if (input.origin.kind === 'outside' && !input.pinGranted && toll !== 'internal')
    return refusal('pin-required', number);
  const cosId = input.pinGranted?.classOfService ?? input.classOfService;
  const cos = cosId === undefined ? undefined : compiled.classes.get(cosId);
  const { timeZone } = compiled.config.site;
  const answer = permission(
    cos,
    toll,
    compiled.timeRules,
    input.now,
    timeZone,
    input.pinGranted !== undefined,
    holds(cos?.during, schedulesOf(compiled.config), input.now, input.overrides),
  );
  if (answer === 'allow')
    return guardRefusal(compiled.config, compiled.timeRules, number, toll, {
      now: input.now,
      pinId: input.pinGranted?.pinId,
      state: input.state,
    });
  if (answer === 'pin') return refusal('pin-required', number);
  return refusal(answer === 'class' && toll === 'premium' ? 'blocked' : answer, number, cos?.name);
}

function matching(
  compiled: Compiled,
  input: PlanInput,
  external: External,
  explanation: Said[],
): Candidate[] {
  const { number, toll } = external;
  const digits = number.e164?.slice(1) ?? number.shortCode ?? number.dialed;
  const { timeZone } = compiled.config.site;
  const preferLines = toll === 'free' || toll === 'special';
  const candidates: Candidate[] = [];
  for (const entry of compiled.routes) {
    const { route } = entry;
    if (!takes(entry, toll, digits)) continue;
    // A carrier chosen by dialing, and a service of the town, exist only on the city's own lines.
    if (
      route.via.kind === 'trunk' &&
      (number.carrier !== undefined || (toll === 'special' && !entry.classes.has('special')))
    )
      continue;
    if (
      !isWithinAny(route.when, compiled.timeRules, input.now, timeZone) ||
      !holds(route.during, schedulesOf(compiled.config), input.now, input.overrides)
    ) {
      explanation.push({ ru: `«${route.name}»: не в это время.`, en: `"${route.name}": not at this time.` });
      continue;
    }
    const price = routePrice(route, compiled, { digits, range: external.range }, input);
    const lineFirst = preferLines && route.via.kind === 'trunk' ? 1 : 0;
    const poor = route.via.kind === 'trunk' ? input.state?.poorTrunks?.get(route.via.trunk) : undefined;
    const cost = comparablePrice(price, compiled.config.spending.expectedSeconds * 1000);
    candidates.push({ compiled: entry, price, cost, lineFirst, poor });
  }
  return candidates.sort(byRank);
}

function stepsOf(
  compiled: Compiled,
  external: External,
  candidate: Candidate,
  why: Said,
  except: readonly number[],
): RouteStep[] {
  const { route, ports } = candidate.compiled;
  const { number } = external;
  if (route.via.kind === 'trunk') {
    const called = number.e164 ?? number.shortCode;
    return called ? [{ routeId: route.id, via: route.via, number: called, price: candidate.price, why }] : [];
  }
  const usable = ports.filter((port) => !except.includes(port.number));
  return lineSteps(usable, number, compiled.area, route.id, why, candidate.price);
}
