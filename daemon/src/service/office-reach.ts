import { type Attempt, LegAttempt, SequenceAttempt } from '../call/attempt.ts';
import { cause, isFinal } from '../call/cause.ts';
import { DeferredAttempt } from '../call/deferred-attempt.ts';
import { DialThroughAttempt } from '../call/dial-through.ts';
import { NotedAttempt } from '../call/noted-attempt.ts';
import type { OfficeConfig, PriceConfig } from '../config/schema.ts';
import type { Origin, ServiceContext } from './context.ts';
import { nobody, type ReachRequest } from './reach-request.ts';

/** Calls between offices cost nothing, and their records say so (M15). */
const free: PriceConfig = {
  prefix: '',
  perMinute: 0,
  stepSeconds: 1,
  firstSeconds: 0,
  connection: 0,
  freeSeconds: 0,
};

/** How long after the answer of an office's outside number its voice menu wants the extension, ms. */
const menuMs = 2000;

/** Most forwardings in a row, those in other offices included (M05). */
const maxHops = 5;

/** The office that a call came from; undefined: it is of this one, or of a stranger. */
export function officeOfOrigin(origin: Origin | undefined): string | undefined {
  if (origin?.kind === 'forward') return officeOfOrigin(origin.from);
  return origin?.kind === 'outside' ? origin.office : undefined;
}

/**
 * An extension of another office: over the link, and over the outside number of that office while there is none, with
 * the rights and at the cost of whoever calls. What another office has dialed is not handed on to a third one, nor
 * back; what a person here forwards is, and how often is counted over all offices together.
 */
export function officeAttempt(
  office: OfficeConfig,
  number: string,
  request: ReachRequest,
  parts: { context: ServiceContext; outside: (number: string, request: ReachRequest) => Attempt },
): Attempt {
  const { context, outside } = parts;
  const { caller, from, path = [], diverted = 0, divertedFrom, diversionReason } = request;
  const forwarded = path.length > 0;
  if (!forwarded && officeOfOrigin(from) !== undefined)
    return nobody(cause.exchangeRouting, 'calls of other offices do not pass through here');
  if (diverted + path.length > maxHops) return nobody(cause.exchangeRouting, 'forwarded too often');
  const link = new LegAttempt(
    () =>
      context.trunks.call({
        trunkId: `office:${office.id}`,
        number,
        caller,
        ...(forwarded
          ? { divertedFrom: divertedFrom ?? '', diversionReason: diversionReason ?? 'unknown' }
          : {}),
      }),
    { number, price: free },
  );
  const direct = new NotedAttempt(link, { step: ['office', office.id] });
  const { fallbackNumber, fallbackExtension } = office;
  if (fallbackNumber === undefined) return direct;
  const around = new DeferredAttempt(() => {
    const way = outside(fallbackNumber, { ...request, pressOne: false });
    return fallbackExtension
      ? new DialThroughAttempt(way, context.clock, { waitMs: menuMs, digits: number })
      : way;
  });
  const told = new NotedAttempt(around, { step: ['office-unreachable', `${office.id} ${fallbackNumber}`] });
  return new SequenceAttempt([direct, told], 'routes', isFinal);
}
