import type { Clock, Timer } from '../base/clock.ts';
import type { Call } from '../call/call.ts';
import type { CallRegistry } from '../call/registry.ts';
import type { Config } from '../config/schema.ts';
import type { Said } from '../dialplan/route-plan.ts';
import type { AlarmBoard } from '../health/alarm-board.ts';

/** How often the calls in progress are looked through, ms. */
const lookMs = 60_000;

/**
 * Tells of calls that last longer than people talk (C01): a line that its exchange never let go of, a trunk whose far
 * side forgot to hang up. It ends none of them; that is the admin's, or the line's longest call.
 */
export class LongCalls {
  readonly #calls: Pick<CallRegistry, 'active' | 'on'>;
  readonly #clock: Clock;
  readonly #alarms: AlarmBoard;
  readonly #config: () => Config;
  readonly #timer: Timer;
  readonly #off: () => void;
  /** Since when the calls in progress have been talked in; the wall clock may be set meanwhile. */
  readonly #since = new Map<Call, number>();
  readonly #told = new Set<Call>();

  constructor(of: {
    calls: Pick<CallRegistry, 'active' | 'on'>;
    clock: Clock;
    alarms: AlarmBoard;
    config: () => Config;
  }) {
    this.#calls = of.calls;
    this.#clock = of.clock;
    this.#alarms = of.alarms;
    this.#config = of.config;
    this.#off = of.calls.on('changed', (call) => {
      if (call.state === 'ended') this.#over(call);
      else if (call.called && !this.#since.has(call)) this.#since.set(call, of.clock.now());
    });
    this.#timer = of.clock.every(lookMs, () => this.#look());
  }

  close(): void {
    this.#off();
    this.#timer.cancel();
  }

  #over(call: Call): void {
    this.#since.delete(call);
    this.#clear(call);
  }

  #clear(call: Call): void {
    if (this.#told.delete(call)) this.#alarms.clear(alarmOf(call));
  }

  #look(): void {
    const { longCallMinutes } = this.#config().site;
    for (const call of this.#calls.active) {
      const since = this.#since.get(call);
      if (since === undefined) continue;
      const long = longCallMinutes > 0 && this.#clock.now() - since >= longCallMinutes * 60_000;
      if (!long) this.#clear(call);
      else if (!this.#told.has(call)) this.#tell(call, longCallMinutes);
    }
  }

  #tell(call: Call, minutes: number): void {
    const config = this.#config();
    const places = [call.caller, call.called].flatMap((leg) => (leg ? [leg.place] : []));
    const [from, to] = places.map((place) => placeWords(place, config));
    const [ru, en] = [lasting(minutes, 'ч', 'мин'), lasting(minutes, 'h', 'min')];
    this.#told.add(call);
    const line = places.find((place) => /^(line|trunk):/.test(place)) ?? places[0];
    this.#alarms.raise({
      id: alarmOf(call),
      severity: 'warning',
      ...(line ? { place: line.replace(/^line:/, 'port:') } : {}),
      said: {
        ru: `Разговор длится больше ${ru}: ${from?.ru} — ${to?.ru}. Возможно, линия зависла.`,
        en: `A call has gone on for more than ${en}: ${from?.en} – ${to?.en}. The line may hang.`,
      },
      cure: {
        ru: 'Спросите, говорит ли там кто-нибудь. Если нет, завершите вызов на странице. Если повторяется, изучите линию в её гнезде.',
        en: 'Ask whether anybody is talking there. If not, end the call on the page. If it happens again, learn the line at its socket.',
      },
    });
  }
}

const alarmOf = (call: Call): string => `long-call-${call.id}`;

function lasting(minutes: number, hours: string, mins: string): string {
  const [whole, rest] = [Math.floor(minutes / 60), minutes % 60];
  return [...(whole ? [`${whole} ${hours}`] : []), ...(rest || !whole ? [`${rest} ${mins}`] : [])].join(' ');
}

/** Where a party is, for people. */
function placeWords(place: string, config: Config): Said {
  const [kind = '', id = ''] = place.split(':');
  if (kind === 'port' || kind === 'line') {
    const name = config.ports.find(({ number }) => number === Number(id))?.name;
    const called = name ? ` (${name})` : '';
    return { ru: `гнездо ${id}${called}`, en: `socket ${id}${called}` };
  }
  const found =
    kind === 'trunk'
      ? config.trunks.find((trunk) => trunk.id === id)
      : config.devices.find((device) => device.id === id);
  const name = found?.name || id;
  return { ru: name, en: name };
}
