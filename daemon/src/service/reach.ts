import { type Attempt, ForkAttempt, LegAttempt, SequenceAttempt } from '../call/attempt.ts';
import { ConfirmedAttempt, LimitedAttempt } from '../call/attempt-limits.ts';
import { BranchAttempt } from '../call/branch-attempt.ts';
import { cause, isFinal, localCause } from '../call/cause.ts';
import { DeferredAttempt } from '../call/deferred-attempt.ts';
import { seizeLine } from '../call/fxo-leg.ts';
import { ringPort } from '../call/fxs-leg.ts';
import type { DiversionReason, Party, ReleaseCause } from '../call/leg.ts';
import type { DestinationConfig, PersonConfig } from '../config/schema.ts';
import type { RingClass } from '../port/port.ts';
import { pressOne } from './confirm.ts';
import type { Origin, Rights, ServiceContext } from './context.ts';
import { deviceConfig, parseTarget, samePbx, type Target, targetOfExtension } from './directory.ts';
import type { HostedServices } from './hosted.ts';
import { routeAttempt } from './outgoing.ts';

/** Most forwardings in a row; a loop of them ends there (M05). */
const maxHops = 5;

/** Who is being reached for, and how they got here. */
export interface ReachRequest {
  caller: Party;
  /** How the bell is to tell where the call comes from. */
  ring: RingClass;
  /** The number that was called, shown as diverting when the call goes out again (ruling 14). */
  divertedFrom?: string;
  diversionReason?: DiversionReason;
  /** People outside must press 1 (M14). */
  pressOne: boolean;
  /** In whose name calls leave the box; a person's own rights stand over it (ruling 8). */
  rights: Rights;
  /** Where the call comes from, so that a PBX does not get its own call back (H02). */
  from?: Origin;
  /** Id of the destination whose steps are gone through. */
  destination?: string;
}

/** Makes attempts to reach people: ports, persons with their forwardings, numbers outside. */
export class Reach {
  readonly #context: ServiceContext;
  readonly #hosted: HostedServices;

  constructor(context: ServiceContext, hosted: HostedServices) {
    this.#context = context;
    this.#hosted = hosted;
  }

  /** The steps of a destination in turn, the targets of a step all at once. */
  destination(destination: DestinationConfig, request: Omit<ReachRequest, 'pressOne' | 'ring'>): Attempt {
    const steps = destination.steps.map((step) => {
      const ring = step.targets.length > 1 ? 'group' : 'external';
      const targets = step.targets.map((text) =>
        this.#text(text, { ...request, ring, pressOne: step.pressOne, destination: destination.id }, 0),
      );
      return new LimitedAttempt(new ForkAttempt(targets), this.#context.clock, step.seconds * 1000);
    });
    return new SequenceAttempt(steps, 'everyone', () => false);
  }

  /** Whoever has the extension. */
  extension(extension: string, request: ReachRequest): Attempt {
    const target = targetOfExtension(this.#context.config(), extension);
    return target ? this.#target(target, request, 0) : nobody(cause.unallocated, 'no such extension');
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

  #text(text: string, request: ReachRequest, hops: number): Attempt {
    const target = parseTarget(this.#context.config(), text);
    return target ? this.#target(target, request, hops) : nobody(cause.unallocated, `nobody is ${text}`);
  }

  #target(target: Target, request: ReachRequest, hops: number): Attempt {
    if (hops > maxHops) return nobody(cause.noRoute, 'too many forwardings in a row');
    switch (target.kind) {
      case 'port':
        return this.port(target.port, request.caller, request.ring);
      case 'device':
        return this.#deviceTarget(target.device, request);
      case 'behind':
        return this.#behind(target.device, target.number, request);
      case 'number':
        return this.#outside(target.number, request);
      case 'hosted':
        return this.#hosted.attempt(target.service, target.id, {
          ...request,
          reach: (to, { pressOne: ask }) => this.#text(to, { ...request, pressOne: ask }, hops + 1),
        });
      case 'person':
        return this.#person(target.person, request, hops);
    }
  }

  /** A number outside, re-classified under the rights of whoever it is dialed for (ruling 8). */
  #outside(number: string, request: ReachRequest): Attempt {
    const plan = this.#context
      .dialPlan()
      .plan(number, { kind: 'forward', from: request.from }, request.rights);
    if (plan.refusal) return nobody(plan.refusal.q850, plan.refusal.said.en);
    const { caller, divertedFrom, diversionReason, rights } = request;
    const shown = {
      caller,
      ...(divertedFrom ? { divertedFrom } : {}),
      ...(diversionReason ? { diversionReason } : {}),
      ...(rights.costCentre === undefined ? {} : { costCentre: rights.costCentre }),
    };
    const attempt = routeAttempt(plan, shown, this.#context);
    return request.pressOne ? new ConfirmedAttempt(attempt, pressOne(this.#context)) : attempt;
  }

  /** A device as a target: a PBX is told the number that was called, where it has no number of its own to be rung by. */
  #deviceTarget(id: string, request: ReachRequest): Attempt {
    const device = deviceConfig(this.#context.config(), id);
    const number = device?.extension ?? request.divertedFrom ?? id;
    return device?.kind === 'pbx'
      ? this.#behind(id, number, request)
      : this.device(id, number, request.caller, request.ring);
  }

  /** A person's devices, and where they forward to (M04, O09). */
  #person(person: PersonConfig, request: ReachRequest, hops: number): Attempt {
    const { forwarding } = person;
    const own: ReachRequest = {
      ...request,
      rights: {
        classOfService: person.classOfService,
        ...(person.costCentre === undefined ? {} : { costCentre: person.costCentre }),
      },
    };
    const forward = (to: string, diversionReason: DiversionReason): Attempt =>
      this.#text(to === 'mobile' ? (person.mobile ?? '') : to, { ...own, diversionReason }, hops + 1);
    if (forwarding.always) return forward(forwarding.always, 'unconditional');
    const devices = [
      ...person.ports.map((port) => this.port(port, request.caller, request.ring)),
      ...person.devices.map((id) => this.device(id, person.extension ?? id, request.caller, request.ring)),
    ];
    const first: Attempt =
      devices.length > 0
        ? new LimitedAttempt(new ForkAttempt(devices), this.#context.clock, forwarding.noAnswerSeconds * 1000)
        : person.mobile
          ? this.#outside(person.mobile, own)
          : nobody(cause.absent, 'no device');
    return new BranchAttempt(first, (failed) => {
      const reason = reasonAfter(failed);
      const to = {
        'user-busy': forwarding.busy,
        'no-answer': forwarding.noAnswer,
        unavailable: forwarding.unreachable,
      }[reason];
      return to ? forward(to, reason) : undefined;
    });
  }
}

/** Which forwarding a failure asks for (A01): busy, no answer, or not reachable at all. */
function reasonAfter(failed: ReleaseCause): 'user-busy' | 'no-answer' | 'unavailable' {
  if (failed.q850 === cause.busy) return 'user-busy';
  return failed.q850 === cause.noAnswer ? 'no-answer' : 'unavailable';
}

/** An attempt that fails at once, for targets that do not exist. */
function nobody(q850: number, text: string): Attempt {
  return new LegAttempt(() => localCause(q850, text));
}
