import { type Attempt, ForkAttempt, SequenceAttempt } from '../call/attempt.ts';
import { LimitedAttempt } from '../call/attempt-limits.ts';
import { cause, localCause } from '../call/cause.ts';
import { DeferredAttempt } from '../call/deferred-attempt.ts';
import type { ReleaseCause } from '../call/leg.ts';
import { NotedAttempt } from '../call/noted-attempt.ts';
import type { GroupConfig } from '../config/schema.ts';
import type { ServiceContext } from './context.ts';
import { parseTarget, type Target } from './directory.ts';
import { inUse, placesOf } from './in-use.ts';
import { inTurn } from './person-reach.ts';
import { OutsideLimit, type ReachRequest } from './reach-request.ts';

type Member = GroupConfig['members'][number];

/** Rings groups: by tier, in the order that the group has, and on to whoever answers when nobody of it does (M02, M16, M21). */
export class GroupReach {
  readonly #context: ServiceContext;
  readonly #reach: (target: string, request: ReachRequest) => Attempt;
  /** Whose turn is next, by group and tier. */
  readonly #turns = new Map<string, number>();
  readonly #outside = new Map<string, OutsideLimit>();
  /** When a conversation at a place ended last, on the clock. */
  readonly #talked = new Map<string, number>();

  /** @param reach any target, one forwarding further on */
  constructor(context: ServiceContext, reach: (target: string, request: ReachRequest) => Attempt) {
    this.#context = context;
    this.#reach = reach;
    context.calls.on('changed', ({ state, record }) => {
      if (state !== 'ended' || record.answeredAt === undefined) return;
      const now = context.clock.now();
      for (const leg of record.legs)
        if (leg.answeredAt !== undefined || leg.direction === 'incoming') {
          this.#talked.set(leg.place, now);
          if (leg.number !== undefined) this.#talked.set(leg.number, now);
        }
    });
  }

  attempt(group: GroupConfig, request: ReachRequest): Attempt {
    const { clock } = this.#context;
    const limit = this.#limitOf(group);
    const own: ReachRequest = {
      ...request,
      ring: group.ring,
      pressOne: group.pressOne,
      ...(limit ? { outside: limit } : {}),
      rights:
        group.classOfService === undefined
          ? request.rights
          : {
              classOfService: group.classOfService,
              ...(group.costCentre === undefined ? {} : { costCentre: group.costCentre }),
            },
    };
    const forMembers: ReachRequest = { ...own, ...(group.followForwarding ? {} : { asMember: true }) };
    const tiers = [...new Set(group.members.map(({ tier }) => tier))].sort((a, b) => a - b);
    const members = new DeferredAttempt(() => {
      if (this.#overflows(group)) return localCause(cause.busy, `group ${group.id} overflows`);
      const parts = tiers.map((tier) => new DeferredAttempt(() => this.#tier(group, tier, forMembers)));
      return new LimitedAttempt(
        new SequenceAttempt(parts, 'everyone', () => false),
        clock,
        group.seconds * 1000,
      );
    });
    const { overflow } = group;
    const onward = inTurn(
      overflow,
      this.#context,
      (to) =>
        new NotedAttempt(this.#reach(to, { ...own, ring: request.ring }), {
          step: ['overflow', `${group.id} ${to}`],
        }),
    );
    const ways = overflow.length > 0 ? [members, onward] : [members];
    return new NotedAttempt(new SequenceAttempt(ways, 'everyone', () => false), {
      step: ['group', group.id],
    });
  }

  #limitOf({ id, maxOutside }: GroupConfig): OutsideLimit | undefined {
    if (maxOutside === undefined) return undefined;
    let limit = this.#outside.get(id);
    if (!limit) this.#outside.set(id, (limit = new OutsideLimit(maxOutside)));
    limit.most = maxOutside;
    return limit;
  }

  /** M22: with so many members in calls the next call is not even tried here. */
  #overflows({ members, overflowAtBusy }: GroupConfig): boolean {
    return (
      overflowAtBusy !== undefined &&
      members.filter((member) => this.#busy(member)).length >= Math.min(overflowAtBusy, members.length)
    );
  }

  #tier(group: GroupConfig, tier: number, request: ReachRequest): Attempt | ReleaseCause {
    const { clock } = this.#context;
    const members = group.members.filter((member) => member.tier === tier);
    const limited = (attempt: Attempt): Attempt =>
      new LimitedAttempt(attempt, clock, group.memberSeconds * 1000);
    const skipped = (member: Member): boolean => group.skipBusy && this.#busy(member);
    if (group.strategy === 'all') {
      const free = members.filter((member) => !skipped(member));
      if (free.length === 0) return localCause(cause.busy, 'all of the group are in calls');
      return limited(new ForkAttempt(free.map(({ target }) => this.#reach(target, request))));
    }
    const turn = `${group.id} ${tier}`;
    const ordered = this.#ordered(group, members, this.#turns.get(turn) ?? 0);
    const parts = ordered.map(
      (member) =>
        new DeferredAttempt(() => {
          if (skipped(member)) return localCause(cause.busy, 'is in a call');
          this.#turns.set(turn, members.indexOf(member) + 1);
          return limited(this.#reach(member.target, request));
        }),
    );
    return new SequenceAttempt(parts, 'everyone', () => false);
  }

  #ordered({ strategy }: GroupConfig, members: readonly Member[], next: number): readonly Member[] {
    const at = next % members.length;
    if (strategy === 'round-robin') return [...members.slice(at), ...members.slice(0, at)];
    if (strategy === 'longest-idle')
      return members
        .map((member) => ({ member, since: this.#talkedAt(member) }))
        .sort((a, b) => a.since - b.since)
        .map(({ member }) => member);
    return members;
  }

  #target(member: Member): Target | undefined {
    return parseTarget(this.#context.config(), member.target);
  }

  #busy(member: Member): boolean {
    return placesOf(this.#target(member)).some((place) => inUse(place, this.#context));
  }

  /** When a member's last conversation ended; one who has had none comes first. */
  #talkedAt(member: Member): number {
    const ends = placesOf(this.#target(member)).map(
      (place) => this.#talked.get(place) ?? Number.NEGATIVE_INFINITY,
    );
    return Math.max(Number.NEGATIVE_INFINITY, ...ends);
  }
}
