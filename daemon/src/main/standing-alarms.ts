import type { Config } from '../config/schema.ts';
import type { AlarmBoard } from '../health/alarm-board.ts';
import type { LineCard } from '../line/card.ts';
import type { Ports } from '../port/ports.ts';
import type { SipGateway, TrunkStatus } from '../sip/index.ts';
import type { LivePicture } from './live-model.ts';
import { trunkLive } from './trunk-live.ts';

/** Follows the state of card, ports and trunks, and keeps an alarm standing for whatever is broken. */
export class StandingAlarms {
  readonly #alarms: AlarmBoard;
  readonly #ports: Ports;
  readonly #config: () => Config;
  readonly #live: LivePicture;
  #followed = new WeakSet<object>();

  constructor(of: {
    alarms: AlarmBoard;
    card: LineCard;
    ports: Ports;
    sip: SipGateway;
    config: () => Config;
    live: LivePicture;
  }) {
    this.#alarms = of.alarms;
    this.#ports = of.ports;
    this.#config = of.config;
    this.#live = of.live;
    of.card.on('up', () => this.#alarms.clear('card-down'));
    of.card.on('down', (reason) => this.#cardDown(reason));
    of.sip.on('trunkChanged', (status) => {
      this.#trunk(status);
      of.live.trunkChanged(status);
    });
  }

  /** Follows the ports that there are now; those followed already are left alone. */
  watch(): void {
    for (const port of this.#ports.fxs.values()) {
      if (!this.#isNew(port)) continue;
      for (const event of ['seized', 'answered', 'hungUp'] as const) {
        port.on(event, () => this.#live.portChanged(port.number));
      }
      port.on('available', (available, reason) => this.#portAvailable(port.number, available, reason));
    }
    for (const port of this.#ports.fxo.values()) {
      if (!this.#isNew(port)) continue;
      for (const event of ['ringing', 'ringingStopped', 'released'] as const) {
        port.on(event, () => this.#live.portChanged(port.number));
      }
      port.on('available', (available, reason) => this.#portAvailable(port.number, available, reason));
    }
  }

  #isNew(port: object): boolean {
    if (this.#followed.has(port)) return false;
    this.#followed.add(port);
    return true;
  }

  /** A warning of the media worker. */
  warned(code: string, message: string): void {
    if (code !== 'worker/no-realtime') return;
    this.#alarms.raise({
      id: 'no-realtime',
      severity: 'info',
      said: {
        ru: 'Звук идёт без приоритета реального времени.',
        en: 'Audio runs without real-time priority.',
      },
      cure: {
        ru: `На загруженной машине речь может прерываться. ${message}`,
        en: `On a loaded machine speech may break up. ${message}`,
      },
    });
  }

  #cardDown(reason: string): void {
    this.#alarms.raise({
      id: 'card-down',
      severity: 'critical',
      place: 'card',
      said: { ru: `Плата линий не отвечает: ${reason}.`, en: `The line card does not answer: ${reason}.` },
      cure: {
        ru: 'Проверьте шнур платы и её питание. Связь восстановится сама.',
        en: "See to the card's cord and power. The link comes back by itself.",
      },
    });
  }

  #portAvailable(number: number, available: boolean, reason: string): void {
    this.#live.portChanged(number);
    const port = this.#config().ports.find((p) => p.number === number);
    // A card that is away takes all its ports with it: one alarm says so.
    const own = port !== undefined && !/link/.test(reason);
    const name = port?.name ? ` (${port.name})` : '';
    this.#alarms.set(!available && own, {
      id: `port-${number}`,
      severity: 'warning',
      place: `port:${number}`,
      said: {
        ru: `Гнездо ${number}${name} не работает: ${reason}.`,
        en: `Socket ${number}${name} is out of service: ${reason}.`,
      },
      cure: {
        ru: 'Проверьте шнур; если это городская линия, проверьте её обычным телефоном.',
        en: 'See to the cord; if it is a city line, try it with an ordinary telephone.',
      },
    });
  }

  #trunk(status: TrunkStatus): void {
    const trunk = this.#config().trunks.find((t) => t.id === status.trunkId);
    const id = `trunk-${status.trunkId}`;
    if (!trunk) {
      this.#alarms.clear(id);
      return;
    }
    const live = trunkLive(trunk, status);
    this.#alarms.set(live.state === 'unreachable' || live.state === 'refused', {
      id,
      severity: 'warning',
      place: `trunk:${status.trunkId}`,
      said: { ru: `Линия «${trunk.name}»: ${live.said.ru}.`, en: `Trunk "${trunk.name}": ${live.said.en}.` },
      cure: live.cure ?? { ru: 'Спросите оператора.', en: 'Ask the operator.' },
    });
  }
}
