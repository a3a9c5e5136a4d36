import type { Config } from '../../config/schema.ts';
import type { Said } from '../../dialplan/route-plan.ts';
import type { CallRecord, LegRecord } from '../../records/call-record.ts';

/** So many calls are needed for a judgement, and no more of the last are looked at. */
const fewest = 10;
const most = 50;

/** Calls of before say nothing of today's network, ms. */
const oldestMs = 2 * 3_600_000;

/** What became of one call on a trunk. */
interface Seen {
  at: number;
  answered: boolean;
  lost: number;
  received: number;
}

/** How the last calls on each trunk went, from their records: answer-seizure ratio (ITU-T E.425) and loss. */
export class TrunkQuality {
  readonly #config: () => Config;
  readonly #wall: () => number;
  /** By trunk, then by leg: figures of a leg may come after its end. */
  readonly #seen = new Map<string, Map<string, Seen>>();

  constructor(config: () => Config, wall: () => number) {
    this.#config = config;
    this.#wall = wall;
  }

  /** Takes what a record says of its legs; again when it says more. */
  note({ legs, service }: CallRecord): void {
    if (service === 'emergency') return;
    for (const leg of legs) {
      if (leg.direction !== 'outgoing' || !leg.place.startsWith('trunk:') || leg.endedAt === undefined)
        continue;
      this.#put(leg.place.slice('trunk:'.length), leg);
    }
  }

  #put(trunk: string, leg: LegRecord): void {
    let seen = this.#seen.get(trunk);
    if (!seen) this.#seen.set(trunk, (seen = new Map()));
    seen.delete(leg.id);
    seen.set(leg.id, {
      at: leg.endedAt ?? 0,
      answered: leg.answeredAt !== undefined,
      lost: leg.rtp?.lost ?? 0,
      received: leg.rtp?.received ?? 0,
    });
    if (seen.size > most) seen.delete(seen.keys().next().value!);
  }

  /** The trunks that do worse than their settings ask for, and how. */
  poor(): ReadonlyMap<string, Said> {
    const found = new Map<string, Said>();
    for (const { id, quality } of this.#config().trunks) {
      const said = quality && this.#judge(id, quality);
      if (said) found.set(id, said);
    }
    return found;
  }

  #judge(
    trunk: string,
    quality: { answered?: number | undefined; loss?: number | undefined },
  ): Said | undefined {
    const since = this.#wall() - oldestMs;
    const calls = [...(this.#seen.get(trunk)?.values() ?? [])].filter(({ at }) => at > since);
    if (calls.length < fewest) return undefined;
    const answered = (100 * calls.filter((call) => call.answered).length) / calls.length;
    if (quality.answered !== undefined && answered < quality.answered) {
      const share = Math.round(answered);
      return {
        ru: `в конце очереди: отвечено только ${share} % последних вызовов`,
        en: `last, for only ${share} % of the last calls were answered`,
      };
    }
    const lost = calls.reduce((sum, call) => sum + call.lost, 0);
    const all = lost + calls.reduce((sum, call) => sum + call.received, 0);
    const loss = all === 0 ? 0 : (100 * lost) / all;
    if (quality.loss === undefined || loss <= quality.loss) return undefined;
    return {
      ru: `в конце очереди: теряется ${loss.toFixed(1).replace('.', ',')} % звука`,
      en: `last, for ${loss.toFixed(1)} % of the sound is lost`,
    };
  }
}
