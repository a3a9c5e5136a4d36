import type { Said } from '../api/contract.ts';
import type { Config } from '../config/schema.ts';
import type { AlarmBoard } from '../health/alarm-board.ts';
import type { LineCard } from '../line/card.ts';
import type { Ports } from '../port/ports.ts';
import { type SipGateway, type TrunkStatus, takesCalls } from '../sip/index.ts';
import type { LivePicture } from './live-model.ts';
import { leftOffHookWords, troubleWords } from './port-trouble.ts';
import { trunkLive } from './trunk-live.ts';

/** Troubles that pass by themselves within moments of a start, or that the front panel shows well enough. */
const passing = new Set(['configuring', 'line-unknown', 'lifeline']);

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
    of.card.on('down', () => this.cardDown());
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
      port.on('leftOffHook', (left) => this.#leftOffHook(port.number, left));
      port.on('available', (available, reason) => this.#judge(port.number, available ? undefined : reason));
      this.#judge(port.number, port.trouble);
    }
    for (const port of this.#ports.fxo.values()) {
      if (!this.#isNew(port)) continue;
      for (const event of ['ringing', 'ringingStopped', 'released', 'lent'] as const) {
        port.on(event, () => this.#live.portChanged(port.number));
      }
      port.on('available', (available, reason) => this.#judge(port.number, available ? undefined : reason));
      port.on('doubted', (doubtful) => this.#lineDoubted(port.number, doubtful));
      this.#judge(port.number, port.trouble);
    }
  }

  /** Raises or clears a port's alarm by what is wrong with it. */
  #judge(number: number, trouble: string | undefined): void {
    this.#live.portChanged(number);
    // A card that is away takes all its ports with it: one alarm says so.
    if (trouble === 'link-lost') this.#alarms.clear(`port-${number}`);
    else if (trouble === undefined || !passing.has(trouble)) this.#portTrouble(number, trouble);
  }

  #isNew(port: object): boolean {
    if (this.#followed.has(port)) return false;
    this.#followed.add(port);
    return true;
  }

  /** A warning of the media worker. */
  warned(code: string): void {
    if (code === 'media/no-wasm-simd') {
      this.#alarms.raise({
        id: 'no-wasm-simd',
        severity: 'warning',
        said: {
          ru: 'Эхо убирается не полностью: процессору не хватает нужных команд.',
          en: 'Echo is only partly cancelled: the processor lacks the instructions for it.',
        },
        cure: {
          ru: 'Убирается эхо не длиннее 16 мс. Длинное эхо уберёт плата с процессором, который умеет SIMD.',
          en: 'Echo of up to 16 ms is cancelled. For longer echo, use a board whose processor has SIMD.',
        },
      });
    }
    if (code !== 'worker/no-realtime') return;
    this.#alarms.raise({
      id: 'no-realtime',
      severity: 'info',
      said: {
        ru: 'Звук идёт без приоритета реального времени.',
        en: 'Audio runs without real-time priority.',
      },
      cure: {
        ru: 'На загруженной машине речь может прерываться. Разрешите приоритет службе: LimitRTPRIO.',
        en: 'On a loaded machine speech may break up. Allow the priority to the service: LimitRTPRIO.',
      },
    });
  }

  /** libspandsp is missing: faxes go as sound (docs/fax.md). */
  noFaxLibrary(): void {
    this.#alarms.raise({
      id: 'no-t38',
      severity: 'info',
      said: {
        ru: 'Факсы идут только звуком, без T.38.',
        en: 'Faxes go as sound only, without T.38.',
      },
      cure: {
        ru: 'Если факсы нужны, установите библиотеку libspandsp2 и перезапустите службу.',
        en: 'If faxes matter, install the library libspandsp2 and restart the service.',
      },
    });
  }

  /** The settings that were in force are lost; see ConfigStore.fallback. Stands until they are changed. */
  settingsLost(fallback: 'earlier' | 'none' | 'release'): void {
    if (fallback === 'release') {
      this.#alarms.raise({
        id: 'settings-lost',
        severity: 'warning',
        said: {
          ru: 'Настройки записаны более новой версией. Действуют те, с которыми эта версия работала раньше.',
          en: 'The settings are of a newer release. Those that this one had worked with are in force.',
        },
        cure: {
          ru: 'Проверьте настройки и повторите изменения, сделанные после обновления. Сохраните любое изменение.',
          en: 'Look through the settings and repeat what was changed after the update. Save any change.',
        },
      });
      return;
    }
    const earlier = fallback === 'earlier';
    this.#alarms.raise({
      id: 'settings-lost',
      severity: 'critical',
      said: earlier
        ? {
            ru: 'Файл настроек был испорчен: действует предыдущая версия.',
            en: 'The file of settings was broken: the version before it is in force.',
          }
        : {
            ru: 'Файл настроек был испорчен, прежних версий нет: настройки начаты заново.',
            en: 'The file of settings was broken and there is no earlier version: they begin anew.',
          },
      cure: {
        ru: 'Проверьте настройки и сохраните любое изменение. Испорченный файл лежит рядом с новым.',
        en: 'Look through the settings and save any change. The broken file is kept beside the new one.',
      },
    });
  }

  /** The card does not answer, or never did since the start. */
  cardDown(): void {
    this.#alarms.raise({
      id: 'card-down',
      severity: 'critical',
      place: 'card',
      said: { ru: 'Плата линий не отвечает.', en: 'The line card does not answer.' },
      cure: {
        ru: 'Проверьте шнур платы и её питание. Связь восстановится сама.',
        en: "See to the card's cord and power. The link comes back by itself.",
      },
    });
  }

  #portTrouble(number: number, trouble: string | undefined): void {
    const port = this.#config().ports.find((p) => p.number === number);
    const { reason: why, cure } = troubleWords(port?.kind ?? 'fxs', trouble);
    const socket = socketWords(number, port?.name);
    this.#alarms.set(trouble !== undefined && port !== undefined, {
      id: `port-${number}`,
      severity: 'warning',
      place: `port:${number}`,
      said: { ru: `${socket.ru}. ${why.ru}.`, en: `${socket.en}. ${why.en}.` },
      cure,
    });
  }

  /** A handset that lies beside its telephone: nobody can be reached there. */
  #leftOffHook(number: number, left: boolean): void {
    const name = this.#config().ports.find((p) => p.number === number)?.name;
    this.#alarms.set(left, {
      id: `off-hook-${number}`,
      severity: 'info',
      place: `port:${number}`,
      ...leftOffHookWords(number, name),
    });
    this.#live.portChanged(number);
  }

  /** A line that gave no dial tone is taken after all others until it has shown itself alive (G03). */
  #lineDoubted(number: number, doubtful: boolean): void {
    const socket = socketWords(number, this.#config().ports.find((p) => p.number === number)?.name);
    this.#alarms.set(doubtful, {
      id: `no-dial-tone-${number}`,
      severity: 'warning',
      place: `port:${number}`,
      said: {
        ru: `${socket.ru}. На линии нет гудка, звонки идут по другим линиям.`,
        en: `${socket.en}. The line gives no dial tone; calls take other lines.`,
      },
      cure: {
        ru: 'Послушайте линию обычным телефоном; если гудка нет, звоните оператору линии.',
        en: 'Listen to the line with an ordinary telephone; if there is no dial tone, call its operator.',
      },
    });
    this.#live.portChanged(number);
  }

  #trunk(status: TrunkStatus): void {
    const trunk = this.#config().trunks.find((t) => t.id === status.trunkId);
    const id = `trunk-${status.trunkId}`;
    // It comes at each call's begin and end, and nearly always all is well.
    if (!trunk || takesCalls(status.state)) {
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

/** A socket as its alarm names it. */
function socketWords(number: number, name: string | undefined): Said {
  const called = name ? ` (${name})` : '';
  return { ru: `Гнездо ${number}${called}`, en: `Socket ${number}${called}` };
}
