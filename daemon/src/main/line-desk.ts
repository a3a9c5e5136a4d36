import type { LineTestRequest, LineTestResult, Said } from '../api/contract.ts';
import type { LineActions } from '../api/deps.ts';
import type { Clock } from '../base/clock.ts';
import { cause, localCause } from '../call/cause.ts';
import type { CallRegistry } from '../call/registry.ts';
import type { RouteStep } from '../dialplan/route-plan.ts';
import type { Ports } from '../port/ports.ts';
import { type TrunkStatus, takesCalls } from '../sip/trunk-status.ts';
import { troubleWords } from './port-trouble.ts';

/** How long a test rings a telephone, ms. */
const testRingMs = 3000;

/** What the admin does to calls and sockets from the page. */
export class LineDesk implements LineActions {
  readonly #ports: Ports;
  readonly #calls: CallRegistry;
  readonly #trunks: () => TrunkStatus[];
  readonly #clock: Clock;

  constructor(ports: Ports, calls: CallRegistry, trunks: () => TrunkStatus[], clock: Clock) {
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
    const trouble = troubleWords(port.kind, port.trouble);
    return port.available
      ? { ok: true, said: { ru: 'Гнездо в порядке.', en: 'The socket is in order.' } }
      : {
          ok: false,
          said: { ru: `${trouble.reason.ru}.`, en: `${trouble.reason.en}.` },
        };
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
