import type { Finding } from '../../api/contract.ts';
import type { Observations } from './observations.ts';

/** Room that call records, settings and logs of some days need, bytes. */
const SCARCE_BYTES = 200 * 1024 * 1024;
const SCARCE_PART = 0.05;
const GRAVE_BYTES = 30 * 1024 * 1024;
/** So many locks at once are no slips of the finger. */
const MANY_LOCKS = 3;

/** What alarms are called in diagnosis; others keep their own id. */
const known: readonly [RegExp, string][] = [
  [/^port-\d+$/, 'port/trouble'],
  [/^off-hook-\d+$/, 'port/off-hook'],
  [/^no-dial-tone-\d+$/, 'port/no-dial-tone'],
  [/^pin-lock-/, 'pin/attack'],
  [/^sip-bans$/, 'sip/bans'],
];

/** The box itself: what its alarms say, its disk, and attempts at PINs. */
export function boxRules(seen: Observations): Finding[] {
  return [...alarmRules(seen), ...diskRules(seen), ...pinRules(seen)];
}

function alarmRules({ alarms, trunks }: Observations): Finding[] {
  // Of a trunk in trouble sip-rules.ts says more than its alarm does.
  const told = new Set(
    trunks
      .filter(({ state, trouble }) => (state === 'refused' || state === 'down') && trouble)
      .map(({ id }) => `trunk-${id}`),
  );
  return alarms
    .filter(({ id }) => !told.has(id))
    .map(({ id, severity, said, cure, since, place }) => ({
      code: known.find(([sign]) => sign.test(id))?.[1] ?? `alarm/${id}`,
      ...{ severity, said, cure, at: since },
      ...(place === undefined ? {} : { about: place }),
    }));
}

function diskRules({ disk, at }: Observations): Finding[] {
  if (!disk) return [];
  const { freeBytes, totalBytes } = disk;
  if (freeBytes >= Math.min(SCARCE_BYTES, totalBytes * SCARCE_PART)) return [];
  const grave = freeBytes < GRAVE_BYTES;
  const megabytes = Math.round(freeBytes / (1024 * 1024));
  return [
    {
      ...{ code: 'disk/nearly-full', severity: grave ? 'critical' : 'warning', at },
      said: {
        ru: `На диске осталось ${megabytes} МБ. Когда место кончится, записи разговоров и сообщения сохраняться не будут; звонки продолжатся.`,
        en: `The disk has ${megabytes} MB left. When it is full, recordings and messages are no longer kept; calls go on.`,
      },
      cure: {
        ru: 'Сократите срок хранения записей разговоров или удалите ненужные.',
        en: 'Keep recordings of calls for a shorter time, or delete some.',
      },
      technical: `${freeBytes} of ${totalBytes} bytes free`,
    },
  ];
}

function pinRules({ pinLocks, at }: Observations): Finding[] {
  if (pinLocks < MANY_LOCKS) return [];
  return [
    {
      ...{ code: 'pin/many-locks', severity: 'critical', at },
      said: {
        ru: `Ввод ПИН-кода закрыт сразу в ${pinLocks} местах: коды, похоже, подбирают.`,
        en: `PIN entry is closed at ${pinLocks} places at once: somebody seems to be guessing.`,
      },
      cure: {
        ru: 'Посмотрите в списке звонков, откуда звонят. Пока идёт подбор, закройте вход по ПИН-коду извне или сделайте коды длиннее.',
        en: 'See in the list of calls where they come from. Meanwhile close PIN entry from outside, or make the PINs longer.',
      },
    },
  ];
}
