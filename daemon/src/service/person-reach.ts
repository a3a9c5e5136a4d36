import { type Attempt, ForkAttempt, SequenceAttempt } from '../call/attempt.ts';
import { LimitedAttempt } from '../call/attempt-limits.ts';
import { BranchAttempt } from '../call/branch-attempt.ts';
import { cause } from '../call/cause.ts';
import { DeferredAttempt } from '../call/deferred-attempt.ts';
import { staggered } from '../call/delayed-attempt.ts';
import type { DiversionReason, ReleaseCause } from '../call/leg.ts';
import { NotedAttempt } from '../call/noted-attempt.ts';
import type { ForwardStepConfig, PersonConfig } from '../config/schema.ts';
import type { ServiceContext } from './context.ts';
import { forwardingNow } from './forwarding-now.ts';
import { nobody, type ReachRequest } from './reach-request.ts';

/** What reaching a person needs of the rest of the engine. */
export interface PersonWays {
  port(port: number, request: ReachRequest): Attempt;
  device(id: string, number: string, request: ReachRequest): Attempt;
  outside(number: string, request: ReachRequest): Attempt;
  /** Any target, one forwarding further on. */
  forward(to: string, request: ReachRequest): Attempt;
}

/** A person's devices, and where they forward to (M04, O09). */
export function personAttempt(
  person: PersonConfig,
  request: ReachRequest,
  ways: PersonWays,
  context: ServiceContext,
): Attempt {
  const forwarding = forwardingNow(person, context);
  const own: ReachRequest = {
    ...request,
    rights: {
      classOfService: person.classOfService,
      person: person.id,
      ...(person.costCentre === undefined ? {} : { costCentre: person.costCentre }),
    },
  };
  const forward = (steps: readonly ForwardStepConfig[], diversionReason: DiversionReason): Attempt =>
    inTurn(steps, context, (to) => {
      const target = to === 'mobile' ? (person.mobile ?? '') : to;
      const about = `${person.id} ${diversionReason} ${to}`;
      return new NotedAttempt(ways.forward(target, { ...own, diversionReason }), {
        step: ['forwarded', about],
      });
    });
  const leave = context.hours.leave(person);
  if (request.asMember) {
    if (leave) return nobody(cause.absent, 'on leave');
    if (forwarding.always.length > 0) return nobody(cause.absent, 'forwards always');
    if (person.doNotDisturb) return nobody(cause.busy, 'does not want to be disturbed');
    return devicesOf(person, request, own, ways, context);
  }
  if (leave?.deputy !== undefined)
    return forward([{ to: `person:${leave.deputy}`, seconds: deputySeconds }], 'away');
  if (forwarding.always.length > 0) return forward(forwarding.always, 'unconditional');
  if (leave)
    return forwarding.unreachable.length > 0
      ? forward(forwarding.unreachable, 'away')
      : nobody(cause.absent, 'on leave, without a deputy');
  const first = person.doNotDisturb
    ? nobody(cause.busy, 'does not want to be disturbed')
    : devicesOf(person, request, own, ways, context);
  return new BranchAttempt(first, (failed) => {
    const reason = reasonAfter(failed);
    const steps = {
      'user-busy': forwarding.busy,
      'no-answer': forwarding.noAnswer,
      unavailable: forwarding.unreachable,
    }[reason];
    if (steps.length === 0) return undefined;
    return forward(steps, person.doNotDisturb ? 'do-not-disturb' : reason);
  });
}

/** How long a deputy is tried, with all that the deputy forwards to, s. */
const deputySeconds = 180;

/** Every telephone of a person, and the mobile with them or a while later (M14). */
function devicesOf(
  person: PersonConfig,
  request: ReachRequest,
  own: ReachRequest,
  ways: PersonWays,
  context: ServiceContext,
): Attempt {
  const devices = [
    ...person.ports.map((port) => ways.port(port, request)),
    ...person.devices.map((id) => ways.device(id, person.extension ?? id, request)),
  ];
  const { mobile, mobileAfter } = person;
  const ms = person.forwarding.noAnswerSeconds * 1000;
  const onMobile = (): Attempt =>
    mobile
      ? ways.outside(mobile, { ...own, diversionReason: 'follow-me' })
      : nobody(cause.absent, 'no device');
  const attempt =
    devices.length === 0
      ? onMobile()
      : mobile !== undefined && mobileAfter !== undefined
        ? new LimitedAttempt(
            staggered(devices, new DeferredAttempt(onMobile), context.clock, mobileAfter * 1000),
            context.clock,
            ms,
          )
        : new LimitedAttempt(new ForkAttempt(devices), context.clock, ms);
  return new NotedAttempt(attempt, { legs: { person: person.id } });
}

/** Targets in turn, each for its own time and made when its turn comes. */
export function inTurn(
  steps: readonly ForwardStepConfig[],
  { clock }: ServiceContext,
  make: (to: string) => Attempt,
): Attempt {
  const parts = steps.map(
    ({ to, seconds }) => new LimitedAttempt(new DeferredAttempt(() => make(to)), clock, seconds * 1000),
  );
  return new SequenceAttempt(parts, 'everyone', () => false);
}

/** Which forwarding a failure asks for (A01): busy, no answer, or not reachable at all. */
function reasonAfter(failed: ReleaseCause): 'user-busy' | 'no-answer' | 'unavailable' {
  if (failed.q850 === cause.busy) return 'user-busy';
  return failed.q850 === cause.noAnswer ? 'no-answer' : 'unavailable';
}
