import { type Agent, agentOf, before, type QueueMember, type QueueState, type Waiting } from './terms.ts';

/** Who is to be rung for whom. */
export interface Match {
  entry: Waiting;
  agents: string[];
}

interface Wish {
  member: QueueMember;
  /** Compared element by element, the least is wanted most. */
  key: readonly number[];
}

/** Whether an agent could take a call of a queue now. */
export function isFree(state: QueueState, person: string, now: number): boolean {
  const agent: Agent = agentOf(state, person);
  return (
    agent.mode === 'on' &&
    !agent.at &&
    (agent.wrapUp?.until ?? 0) <= now &&
    (agent.restUntil ?? 0) <= now &&
    !state.busy.has(person)
  );
}

/** Clock ms from which a member of this tier may be asked for one who waits. */
export function tierOpensAt(state: QueueState, entry: Waiting, tier: number): number {
  const terms = state.terms.get(entry.queue)!;
  const below = new Set(terms.members.filter((member) => member.tier < tier).map((member) => member.tier));
  return entry.at + terms.tierMs * below.size;
}

/**
 * Brings those who wait and those who are free together, so that no two of them would both rather have each other
 * (Gale and Shapley's deferred acceptance, those who wait proposing). It follows that nobody is overtaken in a queue by
 * one whom the same agent could serve, that an agent takes the call of the queue that matters most, and that nobody
 * waits for whom somebody is free.
 */
export function match(state: QueueState, now: number): Match[] {
  const waiting = [...state.waiting.values()]
    .filter((entry) => !entry.offer && (entry.notBefore ?? 0) <= now)
    .sort(before);
  const wishes = new Map(waiting.map((entry) => [entry, wishesOf(state, entry, now)]));
  const taken = new Map<string, { entry: Waiting; member: QueueMember }>();
  const next = new Map<Waiting, number>();
  const asking = [...waiting];
  for (let entry = asking.shift(); entry; entry = asking.shift()) {
    const at = next.get(entry) ?? 0;
    const wish = wishes.get(entry)![at];
    if (!wish) continue;
    next.set(entry, at + 1);
    const { member } = wish;
    const present = taken.get(member.person);
    const better = !present || prefers(member, entry, present.member, present.entry) < 0;
    if (better) taken.set(member.person, { entry, member });
    const refused = better ? present?.entry : entry;
    if (refused) asking.unshift(refused);
  }
  const matches = new Map<Waiting, { first: QueueMember; agents: string[] }>();
  for (const { entry, member } of taken.values())
    matches.set(entry, { first: member, agents: [member.person] });
  for (const entry of waiting) {
    const found = matches.get(entry);
    if (!found || state.terms.get(entry.queue)?.strategy !== 'all') continue;
    // All at once: whoever of the same tier is left over rings, too.
    for (const { member } of wishes.get(entry)!) {
      if (member.tier !== found.first.tier || taken.has(member.person)) continue;
      taken.set(member.person, { entry, member });
      found.agents.push(member.person);
    }
  }
  return waiting.flatMap((entry) => {
    const found = matches.get(entry);
    return found ? [{ entry, agents: found.agents }] : [];
  });
}

/** Whose call an agent would rather take; below 0: that of `a`. */
const prefers = (mine: QueueMember, a: Waiting, other: QueueMember, b: Waiting): number =>
  mine.priority - other.priority || before(a, b);

/** The free agents that one who waits may have, the best first: who has let it ring comes after all who have not. */
function wishesOf(state: QueueState, entry: Waiting, now: number): Wish[] {
  const terms = state.terms.get(entry.queue);
  if (!terms) return [];
  const { members, strategy } = terms;
  return members
    .map((member, index): Wish => {
      const turn = state.turns.get(`${terms.id} ${member.tier}`) ?? 0;
      const rank =
        strategy === 'round-robin'
          ? (index - turn + members.length) % members.length
          : strategy === 'longest-idle'
            ? (agentOf(state, member.person).talkedAt ?? Number.NEGATIVE_INFINITY)
            : index;
      return { member, key: [entry.misses[member.person] ?? 0, member.tier, rank, index] };
    })
    .filter(
      ({ member }) => tierOpensAt(state, entry, member.tier) <= now && isFree(state, member.person, now),
    )
    .sort((a, b) => compare(a.key, b.key));
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) {
    if (a[i]! < b[i]!) return -1;
    if (a[i]! > b[i]!) return 1;
  }
  return 0;
}
