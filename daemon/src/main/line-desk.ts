import type { LineTestRequest, LineTestResult, PortLevelsView, Said } from '../api/contract.ts';
import type { LineActions } from '../api/deps.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/error.ts';
import { cause, localCause } from '../call/cause.ts';
import type { CallRegistry } from '../call/registry.ts';
import type { RouteStep } from '../dialplan/route-plan.ts';
import type { LineCard } from '../line/card.ts';
import { lineEndpoint, type Media } from '../media/api.ts';
import type { CountryProfile } from '../media/dsp/profile.ts';
import type { Fxo } from '../port/fxo.ts';
import type { Fxs } from '../port/fxs.ts';
import { measurePair } from '../port/line-test.ts';
import type { Ports } from '../port/ports.ts';
import { type TrunkStatus, takesCalls } from '../sip/trunk-status.ts';
import { lineTestResult } from './line-figures.ts';
import { troubleWords } from './port-trouble.ts';

/** How long a test rings a telephone, ms. */
const testRingMs = 3000;

/** What measuring takes. */
export interface PairSources {
  card: LineCard;
  media: Pick<Media, 'levels'>;
  profile: CountryProfile;
  /** Echo return loss that a port's canceller found in its last call, dB. */
  erlDb(port: number): number | undefined;
}

/** What the admin does to calls and sockets from the page. */
export class LineDesk implements LineActions {
  readonly #ports: Ports;
  readonly #calls: CallRegistry;
  readonly #trunks: () => TrunkStatus[];
  readonly #clock: Clock;
  readonly #pairs: PairSources;

  constructor(
    ports: Ports,
    calls: CallRegistry,
    trunks: () => TrunkStatus[],
    clock: Clock,
    pairs: PairSources,
  ) {
    this.#pairs = pairs;
    this.#ports = ports;
    this.#calls = calls;
    this.#trunks = trunks;
    this.#clock = clock;
  }

  releaseCall(id: string): boolean {
    const call = this.#calls.get(id);
    call?.end(localCause(cause.normal, 'ended from the page'));
    return call !== undefined;
  }

  async test(number: number, request: LineTestRequest): Promise<LineTestResult | undefined> {
    const fxs = this.#ports.fxs.get(number);
    const fxo = this.#ports.fxo.get(number);
    if (fxs && request.kind === 'ring') return await this.#ring(fxs);
    const port = fxs ?? fxo;
    if (!port) return undefined;
    try {
      const figures = await measurePair(this.#pairs.card, this.#clock, number);
      return lineTestResult(port.kind, figures, this.#pairs.profile, this.#pairs.erlDb(number));
    } catch (error) {
      return notMeasured(port, error);
    }
  }

  async levels(number: number): Promise<PortLevelsView | undefined> {
    if (!this.#ports.fxs.has(number) && !this.#ports.fxo.has(number)) return undefined;
    return (await this.#pairs.media.levels(lineEndpoint(number))) ?? {};
  }

  /** Whether a step of a route could be taken this moment. */
  usable(step: RouteStep): { usable: boolean; hindrance?: Said } {
    const { via } = step;
    if (via.kind === 'line') {
      if (via.ports.some((port) => this.#ports.fxo.get(port)?.idle)) return { usable: true };
      return {
        usable: false,
        hindrance: { ru: 'Все линии заняты или не работают.', en: 'All lines are busy or out of service.' },
      };
    }
    const status = this.#trunks().find((trunk) => trunk.trunkId === via.trunk);
    if (status && takesCalls(status.state)) return { usable: true };
    return {
      usable: false,
      hindrance: { ru: 'Линия оператора не работает.', en: 'The trunk is not working.' },
    };
  }

  async #ring(port: NonNullable<ReturnType<Ports['fxs']['get']>>): Promise<LineTestResult> {
    if (!port.available || port.offHook || port.ringing) {
      return { ok: false, said: { ru: 'Телефон сейчас занят.', en: 'The telephone is in use now.' } };
    }
    port.ring({});
    const lifted = await new Promise<boolean>((resolve) => {
      const timer = this.#clock.after(testRingMs, () => resolve(false));
      port.once('answered', () => {
        timer.cancel();
        resolve(true);
      });
    });
    port.stopRinging();
    return lifted
      ? { ok: true, said: { ru: 'Трубку сняли.', en: 'The handset was lifted.' } }
      : {
          ok: true,
          said: { ru: 'Телефон звонил три секунды.', en: 'The telephone rang for three seconds.' },
        };
  }
}

/** The card did not measure: the port's own trouble says why, or else the refusal. */
function notMeasured(port: Fxs | Fxo, error: unknown): LineTestResult {
  const refusal = messageOf(error);
  if (port.available && refusal.includes('unknown-command'))
    return {
      ok: true,
      said: {
        ru: 'Гнездо в порядке. Измерять линию эта плата не умеет.',
        en: 'The socket is in order. This card cannot measure lines.',
      },
    };
  if (port.available && /wrong-state|busy/.test(refusal))
    return {
      ok: false,
      said: { ru: 'Сейчас не измерить: идёт звонок.', en: 'It cannot be measured now: it is ringing.' },
      cure: { ru: 'Повторите, когда станет тихо.', en: 'Try again when it is quiet.' },
    };
  const { reason, cure } = troubleWords(port.kind, port.trouble ?? refusal);
  return { ok: false, said: { ru: `${reason.ru}.`, en: `${reason.en}.` }, cure };
}
