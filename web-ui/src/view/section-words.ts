import type { ConfigView, DialCheckStep, PriceView, PublicConfig } from '../../../daemon/src/api/contract.ts';
import { priceWords } from '../format/money.ts';
import { phone } from '../format/phone.ts';
import { t, word } from '../i18n/index.ts';

type Person = PublicConfig['people'][number];
type Destination = PublicConfig['destinations'][number];
type Access = PublicConfig['accessNumbers'][number];
type TimeRule = PublicConfig['timeRules'][number];
type Route = PublicConfig['routes'][number];

const named = (list: readonly { id: string; name: string }[], id: string | undefined): string =>
  list.find((item) => item.id === id)?.name ?? id ?? '';

/** A socket as the settings know it. */
export function socketName(config: PublicConfig, number: number): string {
  const port = config.ports.find((p) => p.number === number);
  return port?.name ? `${port.name} (${number})` : t('port.numbered', { n: number });
}

/** Where a person's calls go now, in a sentence, or nothing if nowhere else. */
export function forwardingWords(config: PublicConfig, { forwarding }: Person): string {
  const to = (steps: Person['forwarding']['always']): string =>
    steps.map((step) => targetName(config, step.to)).join(t('dest.then'));
  const { always, busy, noAnswer, unreachable, noAnswerSeconds: n } = forwarding;
  if (always.length > 0) return t('forward.always', { to: to(always) });
  const parts = [
    busy.length > 0 && t('forward.busy', { to: to(busy) }),
    noAnswer.length > 0 && t('forward.noAnswer', { to: to(noAnswer), n }),
    unreachable.length > 0 && t('forward.unreachable', { to: to(unreachable) }),
  ];
  return parts.filter(Boolean).join('; ');
}

/** Whoever a target names: `person:anna`, `port:1`, `device:desk`, `number:+7...`, `mobile`, or a bare number. */
export function targetName(config: PublicConfig, target: string): string {
  if (target === 'mobile') return t('targets.mobile');
  const [kind, id] = target.split(':');
  if (id === undefined) return phone(target);
  if (kind === 'device') return named(config.devices, id);
  if (kind === 'person') return named(config.people, id);
  if (kind === 'group') return named(config.groups, id);
  if (kind === 'room') return named(config.rooms, id);
  if (kind === 'flow') return named(config.flows, id);
  if (kind === 'queue') return named(config.queues, id);
  if (kind === 'voicemail')
    return t('targets.voicemail', { name: named([...config.people, ...config.groups], id) });
  if (kind === 'mailbox') return t('targets.mailboxes');
  if (kind === 'office') {
    const [office, number = ''] = id.split('/');
    return `${number} (${named(config.offices, office)})`;
  }
  if (kind === 'port') return socketName(config, Number(id));
  return phone(id);
}

/** Whom a group rings, by tier: «Анна, Борис; потом гнездо 2». */
export function groupWords(
  config: PublicConfig,
  { members }: Pick<PublicConfig['groups'][number], 'members'>,
): string {
  const tiers = [...new Set(members.map(({ tier }) => tier))].sort((a, b) => a - b);
  return tiers
    .map((tier) =>
      members
        .filter((member) => member.tier === tier)
        .map(({ target }) => targetName(config, target))
        .join(', '),
    )
    .join(t('dest.then'));
}

/** Who answers for a queue, by tier. */
export function queueWords(config: PublicConfig, { members }: PublicConfig['queues'][number]): string {
  const targets = members.map(({ person, tier }) => ({ target: `person:${person}`, tier }));
  return groupWords(config, { members: targets });
}

/** Who is rung one after the other: «Анна, гнездо 2 — 20 с; потом +7 916 … — 30 с». */
export function destinationWords(config: PublicConfig, { steps }: Destination): string {
  return steps
    .map(({ targets, seconds }) =>
      t('dest.step', { who: targets.map((target) => targetName(config, target)).join(', '), n: seconds }),
    )
    .join(t('dest.then'));
}

/** What becomes of the callers of a list, and who is on it: «не принимать · +7 958*». */
export function callerListWords(config: PublicConfig, list: PublicConfig['callerLists'][number]): string {
  const { action, destination, numbers } = list;
  const what = action === 'refuse' ? t('callers.refuse') : `→ ${named(config.destinations, destination)}`;
  const shown = numbers.slice(0, 5).join(', ');
  return `${what} · ${shown}${numbers.length > 5 ? ' …' : ''}`;
}

export function accessWords(config: PublicConfig, access: Access): string {
  const ways = [
    access.code && t('access.code', { code: access.code }),
    access.trunkNumbers.length > 0 &&
      t('access.numbers', { list: access.trunkNumbers.map((n) => phone(n)).join(', ') }),
    access.linePorts.length > 0 &&
      t('access.lines', { list: access.linePorts.map((n) => socketName(config, n)).join(', ') }),
  ];
  const rule = t('access.rule', {
    digits: access.pinLength,
    attempts: access.attempts,
    lock: access.lockoutSeconds,
  });
  return [...ways, rule].filter(Boolean).join(' · ');
}

export function timeWords({ days, from, to }: Pick<TimeRule, 'days' | 'from' | 'to'>): string {
  const sorted = [...days].sort((a, b) => a - b);
  const runs: number[][] = [];
  for (const day of sorted) {
    const run = runs.at(-1);
    if (run && run.at(-1) === day - 1) run.push(day);
    else runs.push([day]);
  }
  const words = runs.map((run) => {
    const first = word('day', String(run[0]));
    return run.length > 2
      ? `${first}–${word('day', String(run.at(-1)))}`
      : run.map((d) => word('day', String(d))).join(', ');
  });
  return `${words.join(', ')}, ${from}–${to}`;
}

export const classList = (classes: readonly string[]): string =>
  classes.map((c) => word('class', c)).join(', ');

/** Which way a route or a step of a plan goes. */
export function viaWords(config: PublicConfig, via: Route['via'] | DialCheckStep['via']): string {
  if (via.kind === 'trunk') return named(config.trunks, via.trunk);
  return via.ports.map((n) => socketName(config, n)).join(', ');
}

/** A route in a sentence, where the box itself has not given one. */
export function routeWords({ config }: ConfigView, route: Route): string {
  const what = [
    route.classes.length > 0 && classList(route.classes),
    route.prefixes.length > 0 && t('route.prefixes', { list: route.prefixes.map((p) => `+${p}`).join(', ') }),
  ];
  const when = route.when.map((id) => named(config.timeRules, id)).join(', ');
  const words = [what.filter(Boolean).join(', ') || t('route.nothing'), `→ ${viaWords(config, route.via)}`];
  return `${words.join(' ')}${when ? ` (${when})` : ''}`;
}

/** The cheapest and the dearest price of a route. */
export function priceRange({ prices }: Route): string {
  const sorted = [...prices].sort((a, b) => a.perMinute - b.perMinute);
  const [low, high]: (PriceView | undefined)[] = [sorted[0], sorted.at(-1)];
  if (!low || !high) return t('price.unknown');
  if (low.perMinute === high.perMinute) return priceWords(low);
  return `${priceWords(low)} – ${priceWords(high)}`;
}
