import { type Attempt, ForkAttempt, LegAttempt, SequenceAttempt } from '../call/attempt.ts';
import { ConfirmedAttempt, LimitedAttempt } from '../call/attempt-limits.ts';
import { cause, isFinal, localCause } from '../call/cause.ts';
import { DeferredAttempt } from '../call/deferred-attempt.ts';
import { seizeLine } from '../call/fxo-leg.ts';
import { ringPort } from '../call/fxs-leg.ts';
import type { Party } from '../call/leg.ts';
import { NotedAttempt } from '../call/noted-attempt.ts';
import type { DestinationConfig } from '../config/schema.ts';
import type { ServedKind } from '../dialplan/entries.ts';
import type { RingClass } from '../port/port.ts';
import { pressOne } from './confirm.ts';
import type { ServiceContext } from './context.ts';
import { deviceConfig, parseTarget, samePbx, type Target, targetOfExtension } from './directory.ts';
import { GroupReach } from './group-reach.ts';
import type { HostedServices } from './hosted.ts';
import { LastTalks } from './last-talks.ts';
import { officeAttempt } from './office-reach.ts';
import { routeAttempt } from './outgoing.ts';
import { type PersonWays, personAttempt } from './person-reach.ts';
import { nobody, type ReachRequest } from './reach-request.ts';
import { acceptCall, isScreened } from './screening.ts';
import { payerOf } from './spend/account.ts';
import { whisper } from './whisper.ts';

export type { ReachRequest } from './reach-request.ts';

/** Most forwardings in a row, those before the call came to us included (M05). */
const maxHops = 5;

/** How long whom the caller knows is rung before the others, ms. */
const knownMs = 15_000;

/** How often services may send one caller on by themselves: a caller who goes to and fro needs some. */
const maxMoves = 20;

/** Makes attempts to reach people: ports, persons with their forwardings, numbers outside. */
export class Reach {
  readonly #context: ServiceContext;
  readonly #hosted: HostedServices;
  readonly #normalise: (number: string) => string;
  readonly #groups: GroupReach;
  readonly #lastTalks: LastTalks;
  readonly #ways: PersonWays;

  constructor(context: ServiceContext, hosted: HostedServices, normalise: (number: string) => string) {
    this.#context = context;
    this.#hosted = hosted;
    this.#normalise = normalise;
    this.#lastTalks = new LastTalks(context.calls, context.recentCalls);
    this.#groups = new GroupReach(context, (target, request) => this.#text(target, request));
    this.#ways = {
      port: (port, request) => this.#labelled(request, (caller) => this.port(port, caller, request.ring)),
      device: (id, number, request) =>
        this.#labelled(request, (caller) => this.device(id, number, caller, request.ring)),
      outside: (number, request) => this.#outside(number, request),
      forward: (to, request) => this.#text(to, request),
    };
  }

  /** The steps of a destination in turn, the targets of a step all at once. */
  destination(destination: DestinationConfig, request: Omit<ReachRequest, 'pressOne' | 'ring'>): Attempt {
    const { hours } = this.#context;
    const asked: ReachRequest = { ...request, pressOne: true, ring: 'external' };
    if (isScreened(destination.screening, asked, this.#context))
      return this.#screened(destination.id, asked, (known) => this.destination(destination, known));
    const on = destination.steps.filter((step) => hours.holds(step.during));
    if (on.length === 0) return nobody(cause.noAnswer, 'nobody is called at this hour');
    const steps = on.map((step) => {
      const ring = step.targets.length > 1 ? 'group' : 'external';
      const targets = step.targets.map((text) =>
        this.#text(text, { ...request, ring, pressOne: step.pressOne, destination: destination.id }),
      );
      return new LimitedAttempt(new ForkAttempt(targets), this.#context.clock, step.seconds * 1000);
    });
    const known = this.#known(destination, request);
    return new SequenceAttempt(known ? [known, ...steps] : steps, 'everyone', () => false);
  }

  /** Whoever spoke with the caller last is rung before the others, unless busy, away or elsewhere (A05). */
  #known(
    destination: DestinationConfig,
    request: Omit<ReachRequest, 'pressOne' | 'ring'>,
  ): Attempt | undefined {
    const { clock, config } = this.#context;
    const { stickyDays } = destination;
    const { number, absence } = request.caller;
    if (stickyDays === undefined || number === undefined || absence === 'private') return undefined;
    const id = this.#lastTalks.with(number, stickyDays, clock.wall());
    if (id === undefined || !config().people.some((person) => person.id === id)) return undefined;
    const attempt = this.#text(`person:${id}`, {
      ...request,
      ring: 'external',
      pressOne: true,
      asMember: true,
    });
    return new NotedAttempt(new LimitedAttempt(attempt, clock, knownMs), { step: ['known-caller', id] });
  }

  /** Whoever has the extension. */
  extension(extension: string, request: ReachRequest): Attempt {
    const target = targetOfExtension(this.#context.config(), extension);
    return target ? this.#target(target, request) : nobody(cause.unallocated, 'no such extension');
  }

  /** A telephone or device by its place; what is rung first after an emergency call (ruling 6). */
  place(place: string, caller: Party, ring: RingClass): Attempt {
    const [kind, id = ''] = place.split(':');
    return kind === 'device' ? this.device(id, id, caller, ring) : this.port(Number(id), caller, ring);
  }

  /** A SIP device, at all places where it is registered; `number`: which of a PBX's numbers. */
  device(deviceId: string, number: string, caller: Party, ring: RingClass): Attempt {
    return new DeferredAttempt(() => {
      const groups = this.#context.devices.callDevice({ deviceId, number, caller, ring });
      if (!Array.isArray(groups)) return groups;
      const forks = groups.map(
        (group) => new ForkAttempt(group.map((make) => new LegAttempt(make, { number }))),
      );
      return new SequenceAttempt(forks, 'everyone', () => false);
    });
  }

  /**
   * A number behind the office PBX: by SIP, or by its analog extensions on our lines where SIP does not get there
   * (H02). What the PBX itself says of the number is final.
   */
  #behind(id: string, number: string, request: ReachRequest): Attempt {
    const context = this.#context;
    const config = context.config();
    if (samePbx(config, request.from)?.device === id)
      return nobody(cause.exchangeRouting, 'the call comes from the PBX that has the number');
    const lines = deviceConfig(config, id)?.lines ?? [];
    const byLine = lines.map(
      (line) =>
        new LegAttempt(
          () =>
            seizeLine(context.newId(), context.ports.fxo(line), context, {
              digits: number,
              emergency: false,
            }),
          { number },
        ),
    );
    const ways = [this.device(id, number, request.caller, request.ring), ...byLine];
    return new SequenceAttempt(ways, 'routes', (failed) => failed.by === 'remote' && isFinal(failed));
  }

  /** One port. */
  port(port: number, caller: Party, ring: RingClass): Attempt {
    const { ports } = this.#context;
    return new LegAttempt(() =>
      ringPort(this.#context.newId(), ports.fxs(port), this.#context, caller, this.#talks(port), ring),
    );
  }

  /** Whether a port is in one call, no emergency, and in nothing else. */
  #talks(port: number): boolean {
    const calls = this.#context.calls.at(`port:${port}`);
    return calls.length === 1 && calls[0]!.state === 'talking' && calls[0]!.record.service !== 'emergency';
  }

  /** Any target, `person:anna`, for a service that calls by itself. */
  target(text: string, request: ReachRequest): Attempt {
    return this.#text(text, request);
  }

  #text(text: string, request: ReachRequest): Attempt {
    const target = parseTarget(this.#context.config(), text);
    return target ? this.#target(target, request) : nobody(cause.unallocated, `nobody is ${text}`);
  }

  #target(target: Target, request: ReachRequest): Attempt {
    switch (target.kind) {
      case 'port':
        return this.#ways.port(target.port, request);
      case 'device':
        return this.#deviceTarget(target.device, request);
      case 'behind':
        return this.#behind(target.device, target.number, request);
      case 'number':
        return this.#outside(target.number, request);
      case 'office': {
        const { context, outside } = { context: this.#context, outside: this.#ways.outside };
        return officeAttempt(target.office, target.number, request, { context, outside });
      }
      case 'hosted':
        return this.#hosts(target.service, target.id, request);
      case 'group': {
        const once = passedOn(request, `group:${target.group.id}`);
        return once ? this.#groups.attempt(target.group, once) : inACircle();
      }
      case 'person': {
        const { person } = target;
        const once = passedOn(request, `person:${person.id}`);
        if (!once) return inACircle();
        const attempt = (known: ReachRequest): Attempt =>
          personAttempt(person, known, this.#ways, this.#context);
        return isScreened(person.screening, once, this.#context)
          ? this.#screened(person.id, once, attempt)
          : attempt(once);
      }
    }
  }

  /** Asks the caller for a name first, and rings whom he wants with it (S02). */
  #screened(id: string, request: ReachRequest, ring: (known: ReachRequest) => Attempt): Attempt {
    return this.#hosted.attempt('screening', id, {
      ...request,
      reach: (_to, { announced }) =>
        ring({ ...request, unscreened: true, ...(announced ? { announced } : {}) }),
    });
  }

  /** Shows the name of the office that was called to a telephone of ours, and says it where the box can speak (S01). */
  #labelled({ caller, label, announced }: ReachRequest, ring: (caller: Party) => Attempt): Attempt {
    const accepted = announced && acceptCall(announced, this.#context);
    if (label === undefined) return accepted ? new ConfirmedAttempt(ring(caller), accepted) : ring(caller);
    const attempt = ring({ ...caller, name: caller.name === undefined ? label : `${label}: ${caller.name}` });
    if (!this.#context.speech) return accepted ? new ConfirmedAttempt(attempt, accepted) : attempt;
    return new ConfirmedAttempt(attempt, whisper(label, this.#context, accepted));
  }

  /** A service of ours that no target of the settings leads to: behind a code. */
  hosted(kind: ServedKind, id: string, request: ReachRequest): Attempt {
    return this.#hosts(kind, id, request);
  }

  /** A service that may ring others and send the caller on; what it does begins anew, and not for ever. */
  #hosts(kind: ServedKind, id: string, request: ReachRequest): Attempt {
    const moves = (request.moves ?? 0) + 1;
    if (moves > maxMoves) return inACircle();
    const { asMember: _, ...free } = request;
    return this.#hosted.attempt(kind, id, {
      ...request,
      reach: (to, options) => this.#text(to, { ...free, ...options, path: [], moves }),
    });
  }

  /** A number of ours that a call is sent on to is rung here, and does not go round by the operator. */
  #own(e164: string, request: ReachRequest): Attempt | undefined {
    const { hours, config } = this.#context;
    const number = config().incomingNumbers.find((entry) => this.#normalise(entry.number) === e164);
    const destination = number && config().destinations.find(({ id }) => id === hours.destinationOf(number));
    if (!destination) return undefined;
    const once = passedOn(request, `destination:${destination.id}`);
    return once ? this.destination(destination, once) : inACircle();
  }

  /** A number outside, re-classified under the rights of whoever it is dialed for (ruling 8). */
  #outside(number: string, request: ReachRequest): Attempt {
    const plan = this.#context
      .dialPlan()
      .plan(number, { kind: 'forward', from: request.from }, request.rights);
    if (plan.refusal) return nobody(plan.refusal.q850, plan.refusal.said.en);
    const own = plan.number.e164 === undefined ? undefined : this.#own(plan.number.e164, request);
    if (own) return own;
    // What others have sent on counts, too: two boxes that forward to each other are told apart by nothing else.
    if ((request.diverted ?? 0) + (request.path ?? []).length > maxHops) return inACircle();
    const { caller, divertedFrom, diversionReason, rights, outside } = request;
    const shown = {
      caller,
      ...(divertedFrom ? { divertedFrom } : {}),
      ...(diversionReason ? { diversionReason } : {}),
      payer: payerOf(rights),
    };
    const route = routeAttempt(plan, shown, this.#context);
    const { label, announced } = request;
    const asked = announced
      ? acceptCall(announced, this.#context)
      : request.pressOne
        ? pressOne(this.#context)
        : undefined;
    const confirm = label === undefined ? asked : whisper(label, this.#context, asked);
    const attempt = confirm ? new ConfirmedAttempt(route, confirm) : route;
    if (!outside) return attempt;
    attempt.on('started', (leg) => outside.follow(leg));
    return new DeferredAttempt(() =>
      outside.full ? localCause(cause.noChannel, 'as many calls outside as may be') : attempt,
    );
  }

  /** A device as a target: a PBX is told the number that was called, where it has no number of its own to be rung by. */
  #deviceTarget(id: string, request: ReachRequest): Attempt {
    const device = deviceConfig(this.#context.config(), id);
    const number = device?.extension ?? request.divertedFrom ?? id;
    return device?.kind === 'pbx'
      ? this.#behind(id, number, request)
      : this.#ways.device(id, number, request);
  }
}

/** The request, with who sends the call on; undefined: he has done so already, or too many have (M05). */
function passedOn(request: ReachRequest, by: string): ReachRequest | undefined {
  const path = request.path ?? [];
  if (path.includes(by) || path.length > maxHops) return undefined;
  return { ...request, path: [...path, by] };
}

const inACircle = (): Attempt => nobody(cause.exchangeRouting, 'forwarded in a circle, or too often');
