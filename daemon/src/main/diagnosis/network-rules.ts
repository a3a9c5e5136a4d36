import { isIP } from 'node:net';
import type { Finding, Said } from '../../api/contract.ts';
import { isNowhere, isPrivate } from './addresses.ts';
import type { NameSeen, Observations } from './observations.ts';

/** A caller waits for the answer. */
const SLOW_MS = 2000;
/** Boards without a battery wake in 1970, or at the time of their image; no such box was made before. */
const UNSET_BEFORE = Date.UTC(2025, 0, 1);
/** From here on records are misleading. */
const WRONG_MS = 60_000;
/** From here on certificates are taken for ones of another time. */
const GRAVE_MS = 24 * 3_600_000;

/** Names and time. */
export function networkRules(seen: Observations): Finding[] {
  return [...nameRules(seen), ...clockRules(seen)];
}

function nameRules(seen: Observations): Finding[] {
  const names = seen.names.filter(({ name }) => isIP(name) === 0);
  const failed = names.filter(({ error }) => error !== undefined && error !== 'ENOTFOUND');
  if (failed.length > 0 && failed.length === names.length)
    return [
      {
        ...{ code: 'dns/no-answer', severity: 'critical', at: seen.at },
        said: {
          ru: 'Имена серверов не находятся: DNS не отвечает.',
          en: 'Names of servers are not found: DNS does not answer.',
        },
        cure: {
          ru: 'Проверьте, есть ли в офисе Интернет. Если есть, укажите в роутере или в настройках сети другой сервер DNS.',
          en: 'See whether the office has Internet. If it has, enter another DNS server in the router or in the network settings.',
        },
        technical: failed.map(({ name, error, ms }) => `${name}: ${error} after ${ms} ms`).join('; '),
      },
    ];
  return names.flatMap((name) => nameRule(name, seen));
}

function nameRule({ name, trunk, ms, addresses, error }: NameSeen, seen: Observations): Finding[] {
  const of = seen.trunks.find(({ id }) => id === trunk)?.name ?? trunk;
  const finding = (
    code: string,
    severity: Finding['severity'],
    said: Said,
    cure: Said,
    technical: string,
  ): Finding[] => [{ code, severity, said, cure, about: `trunk:${trunk}`, at: seen.at, technical }];
  if (error !== undefined || addresses.length === 0)
    return finding(
      'dns/no-name',
      'critical',
      {
        ru: `Линия «${of}»: имени сервера ${name} не существует.`,
        en: `Trunk "${of}": there is no server by the name of ${name}.`,
      },
      {
        ru: 'Сверьте имя сервера с договором: чаще всего это опечатка.',
        en: 'Compare the name of the server with the contract: mostly it is a slip of the pen.',
      },
      `${name}: ${error ?? 'no address'} after ${ms} ms`,
    );
  const lies = addresses.filter((address) => isNowhere(address) || isPrivate(address));
  if (lies.length > 0 && name.includes('.') && !/\.(?:local|lan|home\.arpa|internal)$/i.test(name))
    return finding(
      'dns/lies',
      'warning',
      {
        ru: `Линия «${of}»: DNS даёт для ${name} адрес внутренней сети. Похоже, ответ подменён.`,
        en: `Trunk "${of}": DNS gives an address of an inner network for ${name}. The answer seems to be forged.`,
      },
      {
        ru: 'Если линия идёт через VPN оператора, так и должно быть. Иначе смените сервер DNS в роутере или в настройках сети.',
        en: 'If the trunk runs over a VPN of the operator, that is as it should be. Else change the DNS server in the router or in the network settings.',
      },
      `${name} -> ${addresses.join(', ')}`,
    );
  if (ms > SLOW_MS)
    return finding(
      'dns/slow',
      'warning',
      {
        ru: `Линия «${of}»: имя сервера ищется слишком долго (${seconds(ms, 'ru')} с).`,
        en: `Trunk "${of}": looking up the name of the server takes too long (${seconds(ms, 'en')} s).`,
      },
      {
        ru: 'Укажите в роутере или в настройках сети другой сервер DNS: сейчас первый из списка, видимо, не отвечает.',
        en: 'Enter another DNS server in the router or in the network settings: the first of the list seems not to answer.',
      },
      `${name} -> ${addresses.join(', ')} in ${ms} ms`,
    );
  return [];
}

function clockRules({ clock, at }: Observations): Finding[] {
  const cure: Said = {
    ru: 'Разрешите устройству точное время: порт UDP 123 (NTP) должен быть открыт. Или выставьте время в разделе «Сеть и время».',
    en: 'Let the box have exact time: UDP port 123 (NTP) has to be open. Or set the time under Network and time.',
  };
  if (clock.wall < UNSET_BEFORE)
    return [
      {
        ...{ code: 'clock/unset', severity: 'critical', at, cure },
        said: {
          ru: 'Часы устройства не выставлены. Расписания и записи идут неверно, защищённые соединения не работают.',
          en: 'The clock of the box is not set. Schedules and records are wrong, and protected connections do not work.',
        },
        technical: `the clock says ${new Date(clock.wall).toISOString()}`,
      },
    ];
  // One that is wrong itself must not accuse us: the middle one of all.
  const sorted = [...clock.others].sort((a, b) => a.aheadMs - b.aheadMs);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (!middle || Math.abs(middle.aheadMs) < WRONG_MS) return [];
  const minutes = Math.round(Math.abs(middle.aheadMs) / 60_000);
  const behind = middle.aheadMs > 0;
  const grave = Math.abs(middle.aheadMs) >= GRAVE_MS;
  return [
    {
      ...{ code: 'clock/wrong', severity: grave ? 'critical' : 'warning', at, cure },
      said: {
        ru: `Часы устройства ${behind ? 'отстают' : 'спешат'} на ${minutes} мин.${grave ? ' Защищённые соединения могут не работать.' : ''}`,
        en: `The clock of the box is ${minutes} min ${behind ? 'slow' : 'fast'}.${grave ? ' Protected connections may fail.' : ''}`,
      },
      technical: clock.others
        .map(({ who, aheadMs }) => `${who}: ${(aheadMs / 1000).toFixed(1)} s ahead`)
        .join('; '),
    },
  ];
}

const seconds = (ms: number, language: 'ru' | 'en'): string =>
  (ms / 1000).toLocaleString(language, { maximumFractionDigits: 1 });
