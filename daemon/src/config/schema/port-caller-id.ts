import * as z from 'zod';
import { field } from '../field.ts';

/** How an FXS port tells a telephone who calls, and what waits for it. */
export const fxsCallerId = {
  callerId: z
    .enum(['fsk-v23', 'fsk-bell202', 'dtmf', 'off'])
    .default('fsk-v23')
    .meta(
      field(
        'Определитель номера',
        'Caller ID',
        'Как передавать номер звонящего телефону.',
        'How the caller is shown to the telephone.',
        {
          scope: 'next-call',
          choices: {
            'fsk-v23': ['FSK V.23', 'FSK V.23'],
            'fsk-bell202': ['FSK Bell 202', 'FSK Bell 202'],
            dtmf: ['тональный', 'DTMF'],
            off: ['не передавать', 'off'],
          },
        },
      ),
    ),
  callerIdWhen: z
    .enum(['after-first-ring', 'before-ring'])
    .default('after-first-ring')
    .meta(
      field(
        'Когда передавать номер',
        'When caller ID is sent',
        'Обычно — после первого звонка. До звонка, после переполюсовки, — для аппаратов, которые ждут номер раньше.',
        'After the first ring as a rule; before it, behind a polarity reversal, for sets that expect it earlier.',
        {
          scope: 'next-call',
          choices: {
            'after-first-ring': ['после первого звонка', 'after the first ring'],
            'before-ring': ['до звонка', 'before the ring'],
          },
          technical: true,
        },
      ),
    ),
  callerIdFormat: z
    .enum(['mdmf', 'sdmf'])
    .default('mdmf')
    .meta(
      field(
        'Формат сообщения FSK',
        'FSK message format',
        'Полный — с именем. Простой — только номер и время, для старых определителей.',
        'The full one carries the name; the simple one only number and time, for old displays.',
        {
          scope: 'next-call',
          choices: { mdmf: ['полный (MDMF)', 'full (MDMF)'], sdmf: ['простой (SDMF)', 'simple (SDMF)'] },
          technical: true,
        },
      ),
    ),
  callerIdNames: z
    .enum(['latin', 'cp1251', 'none'])
    .default('latin')
    .meta(
      field(
        'Имена на экране телефона',
        'Names on the telephone',
        'Большинство аппаратов не знает русских букв, поэтому имена пишутся латиницей.',
        'Most sets know no Russian letters, so names are spelt in Latin ones.',
        {
          scope: 'next-call',
          choices: {
            latin: ['латиницей', 'in Latin letters'],
            cp1251: ['по-русски (CP1251)', 'in Russian (CP1251)'],
            none: ['не показывать', 'not shown'],
          },
          technical: true,
        },
      ),
    ),
  aonReply: z
    .boolean()
    .default(false)
    .meta(
      field(
        'Ответ аппарату с АОН',
        'Answer an АОН telephone',
        'Старый аппарат с АОН поднимает трубку сам и спрашивает номер тоном 500 Гц.',
        'An old Russian caller-ID set lifts by itself and asks for the number with 500 Hz.',
        { scope: 'next-call', technical: true },
      ),
    ),
  callWaiting: z
    .boolean()
    .default(false)
    .meta(
      field(
        'Второй вызов',
        'Call waiting',
        'Во время разговора о новом вызове говорит короткий гудок; положите трубку — и телефон зазвонит.',
        'A short tone in a call tells of another; hang up, and the telephone rings.',
        { scope: 'next-call' },
      ),
    ),
  messageWaiting: z
    .enum(['both', 'stutter', 'fsk', 'off'])
    .default('both')
    .meta(
      field(
        'Знак о сообщениях',
        'Message waiting',
        'Прерывистый гудок слышен на любом аппарате, лампу зажигает сигнал FSK.',
        'A broken dial tone is heard on any set; FSK lights the lamp of those that have one.',
        {
          scope: 'next-call',
          choices: {
            both: ['гудок и лампа', 'tone and lamp'],
            stutter: ['прерывистый гудок', 'broken dial tone'],
            fsk: ['лампа (FSK)', 'lamp (FSK)'],
            off: ['никакого', 'none'],
          },
        },
      ),
    ),
  messageWaitingAlert: z
    .enum(['none', 'polarity', 'ring-pulse'])
    .default('none')
    .meta(
      field(
        'Перед сигналом лампы',
        'Before the lamp signal',
        'Европейские аппараты ждут переполюсовки или короткого звонка, иначе сигнал не услышат.',
        'European sets want a polarity reversal or a ring pulse first, or they do not listen.',
        {
          scope: 'next-call',
          choices: {
            none: ['ничего', 'nothing'],
            polarity: ['переполюсовка', 'polarity reversal'],
            'ring-pulse': ['короткий звонок', 'ring pulse'],
          },
          technical: true,
        },
      ),
    ),
} as const;

/** How an FXO port learns who calls. */
export const fxoCallerId = {
  callerIdMode: z
    .enum(['auto', 'between-rings', 'before-ring', 'off'])
    .default('auto')
    .meta(
      field(
        'Определение номера',
        'Caller ID',
        'Само: слушает всё и запоминает, как номер передаёт станция. Если за три вызова номера не было, ждать перестаёт.',
        'Automatic: listens to everything and remembers how the exchange sends it. After three calls without, nothing waits for it any more.',
        {
          scope: 'next-call',
          choices: {
            auto: ['само', 'automatic'],
            'between-rings': ['между звонками', 'between the rings'],
            'before-ring': ['до первого звонка', 'before the first ring'],
            off: ['не определять', 'off'],
          },
        },
      ),
    ),
  callerIdWaitMs: z
    .number()
    .int()
    .min(0)
    .max(6000)
    .default(3000)
    .meta(
      field(
        'Ждать номер звонящего',
        'Wait for caller ID',
        'С начала первого звонка; если номер ещё передаётся — до конца. Потом телефоны звонят и без него.',
        'From the beginning of the first ring; one that is still coming is waited out. Then the telephones ring without.',
        { unit: 'ms', technical: true },
      ),
    ),
  aonRequests: z
    .number()
    .int()
    .min(0)
    .max(3)
    .default(0)
    .meta(
      field(
        'Запросы АОН',
        'АОН requests',
        'Для старых станций: линия отвечает сама и спрашивает номер. Звонящий платит с этого момента; 0 — не спрашивать.',
        'For old exchanges: the line answers by itself and asks for the number. The caller pays from then on; 0: never.',
        { scope: 'next-call', technical: true },
      ),
    ),
  aonDelayMs: z
    .number()
    .int()
    .min(100)
    .max(800)
    .default(250)
    .meta(
      field(
        'Запрос АОН через',
        'АОН request after',
        'От ответа до тона 500 Гц.',
        'From the answer to the 500 Hz tone.',
        { unit: 'ms', technical: true },
      ),
    ),
  aonToneMs: z
    .number()
    .int()
    .min(60)
    .max(300)
    .default(100)
    .meta(
      field(
        'Длина запроса АОН',
        'Length of the АОН request',
        'Обычно 100–200 мс.',
        '100 to 200 ms as a rule.',
        {
          unit: 'ms',
          technical: true,
        },
      ),
    ),
  aonLevelDbm0: z
    .number()
    .min(-20)
    .max(0)
    .default(-6)
    .meta(
      field(
        'Уровень запроса АОН',
        'Level of the АОН request',
        'Громче, если станция не отвечает.',
        'Louder where the exchange does not reply.',
        { unit: 'dBm0', technical: true },
      ),
    ),
} as const;
