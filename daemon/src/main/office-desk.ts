import type { OfficeLive, OfficesView } from '../api/office-contract.ts';
import type { Clock, Timer } from '../base/clock.ts';
import type { Config, OfficeConfig } from '../config/schema.ts';
import type { ConfigStore } from '../config/store.ts';
import type { Said } from '../dialplan/route-plan.ts';
import type { AlarmBoard } from '../health/alarm-board.ts';
import type { Services } from '../service/services.ts';
import { type OfficeRefusal, type SipGateway, type TrunkStatus, takesCalls } from '../sip/index.ts';

/** An alarm of somebody who posed as an office stands this long after the last try: a box asks every 15 s. */
const strangerMs = 10 * 60_000;

/** What the desk works with. */
export interface OfficeDeskParts {
  sip: Pick<SipGateway, 'on' | 'offices'>;
  services: Pick<Services, 'officeCall'>;
  store: { readonly config: Config; readonly events: Pick<ConfigStore['events'], 'on'> };
  alarms: AlarmBoard;
  clock: Clock;
  /** SHA-256 of the certificate that this box shows; undefined where the engine is not ours. */
  fingerprint: string | undefined;
  sipTlsPort: () => number | undefined;
}

/** Hands calls of our other offices to the services, and keeps people informed of the links: alarms, and what the page asks. */
export class OfficeDesk {
  readonly #parts: OfficeDeskParts;
  readonly #strangers = new Map<string, Timer>();
  readonly #refusals = new Map<string, OfficeRefusal & { at: number }>();
  #told = new Set<string>();

  constructor(parts: OfficeDeskParts) {
    this.#parts = parts;
    const { sip, services, store } = parts;
    sip.on('officeCalls', (leg, call) => services.officeCall(leg, call));
    store.events.on('changed', () => this.#apply());
    sip.on('officeChanged', (id, status) => this.#changed(id, status));
    sip.on('officeRefused', (refusal) => this.#refused(refusal));
  }

  /** Another configuration holds: what was said of offices that are gone is taken back. */
  #apply(): void {
    const offices = new Set(this.#parts.store.config.offices.map(({ id }) => id));
    for (const id of this.#told)
      if (!offices.has(id)) {
        this.#parts.alarms.clear(linkAlarm(id));
        this.#told.delete(id);
      }
    // Whoever was a stranger may be known now; a box that still is none says so again within seconds.
    for (const id of [...this.#strangers.keys()]) this.#forget(id);
    for (const [id, status] of this.#parts.sip.offices()) this.#changed(id, status);
  }

  view(): OfficesView {
    const { store, sip, fingerprint, sipTlsPort } = this.#parts;
    const statuses = sip.offices();
    const port = sipTlsPort();
    return {
      ...(fingerprint === undefined ? {} : { fingerprint }),
      ...(port === undefined ? {} : { port }),
      offices: store.config.offices.map((office) => this.#live(office, statuses.get(office.id))),
    };
  }

  #live(office: OfficeConfig, status: TrunkStatus | undefined): OfficeLive {
    const refusal = this.#refusals.get(office.id);
    const { state, said, cure } = words(office, status);
    return {
      id: office.id,
      name: office.name,
      state,
      said,
      ...(cure ? { cure } : {}),
      calls: status?.calls ?? 0,
      ...(status ? { since: status.since } : {}),
      ...(status?.latencyMs === undefined ? {} : { latencyMs: status.latencyMs }),
      ...(refusal
        ? {
            refused: {
              at: refusal.at,
              address: refusal.address,
              ...(refusal.fingerprint === undefined ? {} : { fingerprint: refusal.fingerprint }),
            },
          }
        : {}),
    };
  }

  #changed(id: string, status: TrunkStatus): void {
    const { alarms, store } = this.#parts;
    const office = store.config.offices.find((one) => one.id === id);
    if (!office) {
      alarms.clear(linkAlarm(id));
      return;
    }
    const { state, said, cure } = words(office, status);
    this.#told.add(id);
    alarms.set(state === 'down', {
      id: linkAlarm(id),
      severity: 'warning',
      place: `office:${id}`,
      said: { ru: `Офис «${office.name}»: ${said.ru}.`, en: `Office "${office.name}": ${said.en}.` },
      cure: cure ?? network,
    });
  }

  #refused(refusal: OfficeRefusal): void {
    const { alarms, clock, store } = this.#parts;
    const { officeId: id, address, fingerprint } = refusal;
    const office = store.config.offices.find((one) => one.id === id);
    if (!office) return;
    const known = this.#refusals.get(id);
    this.#refusals.set(id, { ...refusal, at: clock.wall() });
    this.#strangers.get(id)?.cancel();
    this.#strangers.set(
      id,
      clock.after(strangerMs, () => this.#forget(id)),
    );
    // It comes with every request of that box; the words are the same until it shows something else.
    const standing = alarms.list().some((alarm) => alarm.id === strangerAlarm(id));
    if (standing && known?.fingerprint === fingerprint && known?.address === address) return;
    alarms.raise({
      id: strangerAlarm(id),
      severity: 'critical',
      place: `office:${id}`,
      said: {
        ru: `С адреса офиса «${office.name}» (${address}) приходят вызовы ${fingerprint ? 'с чужим сертификатом' : 'без сертификата'}. Они отклонены.`,
        en: `From the address of the office "${office.name}" (${address}) calls come ${fingerprint ? 'with a certificate that is not its own' : 'without a certificate'}. They are refused.`,
      },
      cure: fingerprint
        ? {
            ru: `Если в том офисе заменили устройство или сертификат, сверьте отпечаток с его администратором и впишите: ${fingerprint}. Если нет, кто-то выдаёт себя за этот офис.`,
            en: `If the box or its certificate was replaced over there, compare the fingerprint with its admin and enter it: ${fingerprint}. If not, somebody poses as that office.`,
          }
        : {
            ru: 'Проверьте, что по этому адресу стоит ваше устройство и что оно обновлено.',
            en: 'See that the box at this address is yours and up to date.',
          },
    });
  }

  #forget(id: string): void {
    this.#strangers.get(id)?.cancel();
    this.#strangers.delete(id);
    this.#refusals.delete(id);
    this.#parts.alarms.clear(strangerAlarm(id));
  }
}

const linkAlarm = (id: string): string => `office-${id}`;
const strangerAlarm = (id: string): string => `office-stranger-${id}`;

const network: Said = {
  ru: 'Проверьте Интернет или VPN в обоих офисах. Вызовы пока идут на городской номер, если он указан.',
  en: 'Check the Internet or the VPN at both offices. Calls go to the outside number meanwhile, if there is one.',
};

/** A link in words, from what was seen of it alone (C05). */
function words(
  office: OfficeConfig,
  status: TrunkStatus | undefined,
): { state: OfficeLive['state']; said: Said; cure?: Said } {
  if (!office.enabled || status === undefined || status.state === 'disabled')
    return { state: 'off', said: { ru: 'связь выключена', en: 'the link is switched off' } };
  if (status.state === 'untried')
    return { state: 'untried', said: { ru: 'связь ещё не проверена', en: 'the link is not tried yet' } };
  if (takesCalls(status.state)) return { state: 'up', said: { ru: 'связь есть', en: 'the link works' } };
  return { state: 'down', ...trouble(status) };
}

/** Why a link does not work, and what to do. */
function trouble({ lastExchange, trouble: known }: TrunkStatus): { said: Said; cure?: Said } {
  const text = lastExchange?.text ?? '';
  if (text === 'tls/other-certificate')
    return {
      said: {
        ru: 'там показывают другой сертификат, связь отклонена',
        en: 'another certificate is shown over there; the link is refused',
      },
      cure: {
        ru: 'Сверьте отпечаток с администратором того офиса. Если устройство заменили, впишите новый; если нет, кто-то выдаёт себя за этот офис.',
        en: 'Compare the fingerprint with the admin over there. If the box was replaced, enter the new one; if not, somebody poses as that office.',
      },
    };
  if (lastExchange?.status === 403)
    return {
      said: { ru: 'там не узнают наш сертификат', en: 'our certificate is not known over there' },
      cure: {
        ru: 'Передайте администратору того офиса отпечаток этого устройства: его нужно вписать там.',
        en: "Give the admin over there this box's fingerprint, to be entered there.",
      },
    };
  if (text.startsWith('tls/'))
    return {
      said: {
        ru: 'защищённое соединение (TLS) не состоялось',
        en: 'the secure connection (TLS) failed',
      },
      cure: {
        ru: 'Проверьте адрес и порт (обычно 5061): там должно отвечать ваше устройство.',
        en: 'Check address and port (5061 as a rule): your own box must answer there.',
      },
    };
  // What stands before any exchange is the same for operators and offices: no SRTP, no engine, no address.
  if (known && !lastExchange) return { said: lower(known.said), cure: known.cure };
  return { said: { ru: 'тот офис не отвечает', en: 'that office does not answer' }, cure: network };
}

const lower = ({ ru, en }: Said): Said => ({
  ru: ru.slice(0, 1).toLowerCase() + ru.slice(1),
  en: en.slice(0, 1).toLowerCase() + en.slice(1),
});
