import * as z from 'zod';
import { field } from '../field.ts';
import {
  asDialed,
  asDialedHint,
  classOfServiceId,
  costCentreId,
  dialable,
  dialableHint,
  enabled,
  hideNumber,
  id,
  oneLine,
  oneLineHint,
  portNumber,
} from './common.ts';
import { fxoCallerId, fxsCallerId } from './port-caller-id.ts';
import { portEcho } from './port-echo.ts';
import { fxoElectrics, portGains } from './port-electrics.ts';
import { fxsHook } from './port-hook.ts';
import { fxsRinging } from './port-ringing.ts';
import { fxoSupervision } from './port-supervision.ts';

const number = portNumber.meta(
  field('Гнездо', 'Socket', 'Номер гнезда на корпусе.', 'Number of the socket on the case.', {
    scope: 'restart-port',
  }),
);
const portName = oneLine.default('').meta(
  field('Название', 'Name', 'Что подключено к гнезду.', 'What is plugged in.', {
    scope: 'at-once',
    hint: oneLineHint,
  }),
);

const hotline = z
  .object({
    number: asDialed.meta(
      field('Номер', 'Number', 'Как его набирают с этого телефона.', 'As it is dialed from this telephone.', {
        hint: asDialedHint,
        dialed: true,
      }),
    ),
    afterSeconds: z
      .number()
      .int()
      .min(0)
      .max(30)
      .default(0)
      .meta(
        field(
          'Через',
          'After',
          '0 — сразу, тогда ничего другого с этого телефона не набрать, даже 112. Иначе столько времени звучит гудок.',
          '0: at once; then nothing else can be dialed here, not even 112. Otherwise dial tone sounds for so long.',
          { unit: 's' },
        ),
      ),
  })
  .optional()
  .meta(
    field(
      'Прямой вызов',
      'Hotline',
      'Вызывается сам, если снять трубку и не набирать.',
      'Called by itself when the handset is lifted and nothing is dialed.',
      { scope: 'next-call' },
    ),
  );

export const fxsPort = z.object({
  number,
  kind: z.literal('fxs').meta(
    field('Вид', 'Kind', 'Гнездо для телефона.', 'A socket for a telephone.', {
      scope: 'restart-port',
      choices: { fxs: ['телефонное гнездо (FXS)', 'telephone socket (FXS)'] },
    }),
  ),
  enabled,
  name: portName,
  role: z
    .enum(['telephone', 'pbx-line', 'fax', 'modem'])
    .default('telephone')
    .meta(
      field(
        'Что подключено',
        'Role',
        'Телефон, факс, модем, или вход городской линии офисной АТС. Факсу и модему звук передаётся без обработки.',
        'A telephone, a fax, a modem, or a city-line input of the office PBX, which takes us for a city line. Sound of a fax or modem is left as it is.',
        {
          choices: {
            telephone: ['телефон', 'telephone'],
            'pbx-line': ['городской вход АТС', 'city-line port of a PBX'],
            fax: ['факс', 'fax'],
            modem: ['модем или охранная панель', 'modem or alarm panel'],
          },
        },
      ),
    ),
  extension: dialable.optional().meta(
    field('Внутренний номер', 'Extension', 'По нему звонят внутри.', 'Dialed inside the office.', {
      scope: 'next-call',
      hint: dialableHint,
      dialed: true,
    }),
  ),
  classOfService: classOfServiceId,
  costCentre: costCentreId,
  hideNumber,
  hotline,
  pulseDialing: z
    .boolean()
    .default(true)
    .meta(
      field(
        'Импульсный набор',
        'Pulse dialing',
        'Понимать дисковые телефоны.',
        'Understand rotary telephones. While it is on, a flash shorter than 120 ms counts as a pulse.',
        { technical: true },
      ),
    ),
  ...fxsHook,
  polarityOnAnswer: z
    .boolean()
    .default(true)
    .meta(
      field(
        'Переполюсовка при ответе',
        'Polarity reversal on answer',
        'Так АТС узнаёт, что ответили.',
        'Tells a PBX or payphone that the call was answered.',
        { technical: true },
      ),
    ),
  currentBreakMs: z
    .number()
    .int()
    .min(0)
    .max(2000)
    .default(500)
    .meta(
      field(
        'Разрыв тока при отбое',
        'Current break on release',
        'Так АТС узнаёт об отбое; 0 — не делать.',
        'Tells a PBX that the far end hung up; 0: none.',
        { unit: 'ms', technical: true },
      ),
    ),
  ...fxsRinging,
  ...portGains,
  ...fxsCallerId,
  ...portEcho,
});

export const fxoPort = z.object({
  number,
  kind: z.literal('fxo').meta(
    field('Вид', 'Kind', 'Гнездо для линии.', 'A socket for a line.', {
      scope: 'restart-port',
      choices: { fxo: ['линейное гнездо (FXO)', 'line socket (FXO)'] },
    }),
  ),
  enabled,
  name: portName,
  role: z
    .enum(['city-line', 'pbx-extension'])
    .default('city-line')
    .meta(
      field(
        'Что подключено',
        'Role',
        'Городская линия или абонентский порт офисной АТС.',
        'A city line, or an extension port of the office PBX.',
        {
          choices: {
            'city-line': ['городская линия', 'city line'],
            'pbx-extension': ['абонентский порт АТС', 'extension of a PBX'],
          },
        },
      ),
    ),
  proven: z
    .boolean()
    .default(false)
    .meta(
      field(
        'Проверена вызовом',
        'Proven',
        'Пробный вызов показал, что это городская линия. Только такая служит для экстренных вызовов.',
        'A test call has shown it to be a city line: only such a line serves emergency calls and the lifeline.',
        { scope: 'next-call' },
      ),
    ),
  outsidePrefix: z
    .string()
    .regex(/^[0-9*#,w]{0,8}$/)
    .default('')
    .meta(
      field(
        'Выход в город',
        'Outside prefix',
        'Что набрать перед номером через АТС: 9, запятая — пауза.',
        'Dialed before an outside number on a PBX extension: 9; a comma is a pause.',
        {
          scope: 'next-call',
          hint: ['до 8 знаков: цифры, *, #, запятая, w', 'up to 8 of digits, *, #, comma, w'],
        },
      ),
    ),
  dialMethod: z
    .enum(['dtmf', 'pulse'])
    .default('dtmf')
    .meta(
      field('Способ набора', 'Dial method', 'Тональный или импульсный.', 'Tones or pulses.', {
        scope: 'next-call',
        choices: { dtmf: ['тональный', 'tones'], pulse: ['импульсный', 'pulses'] },
      }),
    ),
  waitForDialToneMs: z
    .number()
    .int()
    .min(0)
    .max(10000)
    .default(4000)
    .meta(
      field('Ждать гудка', 'Wait for dial tone', '0 — набирать сразу.', '0: dial at once.', {
        unit: 'ms',
        scope: 'next-call',
        technical: true,
      }),
    ),
  withoutDialTone: z
    .enum(['dial', 'fail'])
    .default('fail')
    .meta(
      field(
        'Если гудка нет',
        'Without dial tone',
        'Набирать вслепую или взять другой маршрут.',
        'Dial blindly, or take the next route.',
        {
          scope: 'next-call',
          choices: {
            dial: ['набирать вслепую', 'dial blindly'],
            fail: ['взять другой маршрут', 'take the next route'],
          },
          technical: true,
        },
      ),
    ),
  answerByPolarity: z
    .boolean()
    .default(true)
    .meta(
      field(
        'Ответ по переполюсовке',
        'Answer by polarity',
        'Станция меняет полярность, когда ответили.',
        'The exchange reverses polarity when the called answers.',
        { scope: 'next-call', technical: true },
      ),
    ),
  answerTimerMs: z
    .number()
    .int()
    .min(0)
    .max(120000)
    .default(20000)
    .meta(
      field(
        'Считать отвеченным через',
        'Answered after',
        'Если станция не сообщает об ответе; 0 — не считать.',
        'Where the exchange does not signal an answer; 0: never.',
        { unit: 'ms', scope: 'next-call', technical: true },
      ),
    ),
  releaseByPolarity: z
    .boolean()
    .default(true)
    .meta(
      field(
        'Отбой по переполюсовке',
        'Release by polarity',
        'Станция возвращает полярность при отбое.',
        'The exchange turns polarity back on release.',
        { scope: 'next-call', technical: true },
      ),
    ),
  ...fxoSupervision,
  ...fxoElectrics,
  ...portGains,
  ringTimeoutMs: z
    .number()
    .int()
    .min(3000)
    .max(15000)
    .default(7000)
    .meta(
      field(
        'Звонок прекратился через',
        'Ringing ended after',
        'Тишина, после которой вызов считается снятым.',
        'Silence after which an incoming call is over.',
        { unit: 'ms', technical: true },
      ),
    ),
  ...fxoCallerId,
  idleGuardMs: z
    .number()
    .int()
    .min(0)
    .max(10000)
    .default(2000)
    .meta(
      field(
        'Отдых линии',
        'Idle guard',
        'Пауза после отбоя до нового занятия.',
        'Rest after a release before the line is seized again.',
        { unit: 'ms', technical: true },
      ),
    ),
  maxCallMinutes: z
    .number()
    .int()
    .min(1)
    .max(1440)
    .default(240)
    .meta(
      field(
        'Предел разговора',
        'Longest call',
        'Защита от зависшей линии. На экстренные вызовы не действует.',
        'Guards against a line that never releases. Not for emergency calls.',
        { unit: 'min', scope: 'next-call' },
      ),
    ),
  incoming: id.optional().meta(
    field(
      'Кому звонить',
      'Incoming',
      'Кто отвечает, когда линия звонит.',
      'Who is called when this line rings.',
      {
        scope: 'next-call',
        refersTo: 'destinations',
      },
    ),
  ),
  ...portEcho,
});

export const port = z
  .discriminatedUnion('kind', [fxsPort, fxoPort])
  .meta(field('Гнездо', 'Socket', 'Гнездо и его настройки.', 'A socket and its settings.'));
