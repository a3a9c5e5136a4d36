import { z } from 'zod';
import { field } from './field.ts';
import { classOfService, costCentre, dialing, timeRule } from './schema/dialing.ts';
import { destination, incomingNumber } from './schema/incoming.ts';
import { accessNumber, person, pin } from './schema/person.ts';
import { type fxoPort, type fxsPort, port } from './schema/port.ts';
import { type price, route } from './schema/route.ts';
import { admin, rtp, sip, site } from './schema/system.ts';
import { trunk } from './schema/trunk.ts';

export { tollClasses } from './schema/common.ts';

/** Version of the document that {@link configSchema} describes; see migration.ts. */
export const configVersion = 1;

/** The whole configuration document. Every list is empty on a new box but for what the defaults say. */
export const configSchema = z.object({
  version: z
    .literal(configVersion)
    .meta(
      field('Версия', 'Version', 'Версия документа.', 'Version of the document.', { restart: 'restart-box' }),
    ),
  site,
  admin,
  dialing,
  timeRules: z
    .array(timeRule)
    .default([])
    .meta(
      field('Правила времени', 'Time rules', 'Рабочие часы и прочее.', 'Working hours and the like.', {
        restart: 'next-call',
      }),
    ),
  classesOfService: z
    .array(classOfService)
    .min(1)
    .default([
      { id: 'office', name: 'Office', allow: ['internal', 'local', 'free', 'special'], pinFor: [], when: [] },
    ])
    .meta(
      field('Классы обслуживания', 'Classes of service', 'Кому куда можно звонить.', 'Who may call where.', {
        restart: 'next-call',
      }),
    ),
  costCentres: z
    .array(costCentre)
    .default([])
    .meta(
      field('Центры затрат', 'Cost centres', 'На кого записывать расходы.', 'Whom costs are charged to.', {
        restart: 'next-call',
      }),
    ),
  ports: z
    .array(port)
    .default([])
    .meta(field('Порты', 'Ports', 'Гнёзда устройства.', 'Sockets of the box.', { restart: 'restart-port' })),
  trunks: z
    .array(trunk)
    .default([])
    .meta(
      field('Линии операторов', 'Trunks', 'SIP-линии операторов.', 'SIP trunks of operators.', {
        restart: 'restart-trunk',
      }),
    ),
  routes: z
    .array(route)
    .default([])
    .meta(
      field('Маршруты', 'Routes', 'Какие вызовы куда отправлять.', 'Which calls go which way.', {
        restart: 'next-call',
      }),
    ),
  people: z
    .array(person)
    .default([])
    .meta(
      field('Люди', 'People', 'Сотрудники и их номера.', 'Staff and their numbers.', {
        restart: 'next-call',
      }),
    ),
  pins: z
    .array(pin)
    .default([])
    .meta(
      field('ПИН-коды', 'PINs', 'Кто может звонить по ПИН-коду.', 'Who may call with a PIN.', {
        restart: 'next-call',
      }),
    ),
  accessNumbers: z
    .array(accessNumber)
    .default([])
    .meta(
      field(
        'Номера доступа',
        'Access numbers',
        'Номер, ПИН-код, затем межгород.',
        'A number to dial, a PIN, then long distance.',
        { restart: 'next-call' },
      ),
    ),
  destinations: z
    .array(destination)
    .default([])
    .meta(
      field('Кому звонить', 'Destinations', 'Кто отвечает на входящие.', 'Who answers incoming calls.', {
        restart: 'next-call',
      }),
    ),
  incomingNumbers: z
    .array(incomingNumber)
    .default([])
    .meta(
      field(
        'Входящие номера',
        'Incoming numbers',
        'Какой номер к кому ведёт.',
        'Which number leads to whom.',
        {
          restart: 'next-call',
        },
      ),
    ),
  sip,
  rtp,
});

/** A valid configuration with all defaults filled in. */
export type Config = z.infer<typeof configSchema>;
export type TollClass = Config['routes'][number]['classes'][number];
export type FxsPortConfig = z.infer<typeof fxsPort>;
export type FxoPortConfig = z.infer<typeof fxoPort>;
export type TrunkConfig = Config['trunks'][number];
export type RouteConfig = Config['routes'][number];
export type PriceConfig = z.infer<typeof price>;
export type PersonConfig = Config['people'][number];
export type PinConfig = Config['pins'][number];
export type AccessNumberConfig = Config['accessNumbers'][number];
export type DestinationConfig = Config['destinations'][number];
export type ClassOfServiceConfig = Config['classesOfService'][number];
export type TimeRuleConfig = Config['timeRules'][number];
