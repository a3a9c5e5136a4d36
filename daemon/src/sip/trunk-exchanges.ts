import type { TrunkConfig } from '../config/schema.ts';
import { escapeUser } from './address.ts';
import { Flows } from './flows.ts';
import { showsLife } from './health.ts';
import { Prober } from './prober.ts';
import type { Road } from './road.ts';
import type { Standing } from './standing.ts';
import type { Trunk } from './trunk.ts';
import type { TrunkHost } from './trunk-host.ts';
import { askTrunk } from './trunk-request.ts';
import type { Whereabouts } from './whereabouts.ts';

/** What the requests that a trunk sends by itself are made of. */
export interface TrunkParts {
  trunk: Trunk;
  host: TrunkHost;
  road: Road;
  here: Whereabouts;
  standing: Standing;
  stopped(): boolean;
  /** Registration, Service-Route or associated numbers are others. */
  registrationChanged(): void;
}

/** Address of record. */
const accountOf = (config: TrunkConfig, domain: string): string => `sip:${escapeUser(config.user)}@${domain}`;

/** The registrations of a trunk. */
export function flowsOf(parts: TrunkParts): Flows {
  const { trunk, host, road, here, standing } = parts;
  const { clock, times, instance } = host;
  const { config } = trunk;
  return new Flows({
    clock,
    times: times.registration(config.registerSeconds),
    outbound: config.outbound,
    instance,
    random: () => host.random(),
    get account() {
      return accountOf(trunk.config, trunk.domain);
    },
    get bulk() {
      return trunk.config.bulkNumbers;
    },
    contact: () => here.registered(road.transportOf(road.target)),
    target: () => road.target,
    edges: () => road.targets.listed,
    get answerMs() {
      return road.targets.listed.length > 1 ? times.nextRegistrarMs : undefined;
    },
    get refreshMs() {
      const asked = standing.answersOptions && trunk.config.optionsSeconds > 0;
      return here.outside && !asked ? times.keepOpenMs : Number.POSITIVE_INFINITY;
    },
    ask: (aside, target, request, waitMs) =>
      askTrunk(
        trunk,
        host,
        target,
        request,
        (seen) => {
          // One of several flows that fails says nothing of the trunk, but all of its server.
          if (aside && !(seen.answered && showsLife(seen.status))) road.note(target, false);
          else trunk.saw(target, request.method, seen);
        },
        waitMs,
      ),
    changed: () => parts.registrationChanged(),
  });
}

/** Whoever asks the operator's servers whether they are there. */
export function proberOf(parts: TrunkParts): Prober {
  const { trunk, host, road, here } = parts;
  const { clock, times } = host;
  return new Prober({
    clock,
    random: () => host.random(),
    periods: () => {
      const wanted = trunk.config.optionsSeconds * 1000 * times.optionsScale;
      const alive = here.outside ? Math.min(wanted, times.keepOpenMs) : wanted;
      return { alive, silent: Math.min(alive, times.optionsRetryMs) };
    },
    answerMs: times.optionsAnswerMs,
    target: () => road.target,
    resting: () => road.targets.resting,
    identity: () => ({
      from: trunk.config.user ? accountOf(trunk.config, trunk.domain) : `sip:${trunk.domain}`,
      to: `sip:${trunk.domain}`,
    }),
    contact: () => here.contact(road.transportOf(road.target), false),
    ask: (target, request, waitMs, aside) =>
      askTrunk(
        trunk,
        host,
        target,
        request,
        (seen) => {
          if (parts.stopped()) return;
          if (aside) road.targets.probed(target, seen.answered && showsLife(seen.status));
          else trunk.saw(target, request.method, seen);
        },
        waitMs,
      ),
  });
}
