/** The office of `scripts/run`, `scripts/demo` and the benches: what is plugged into the simulated card. */
import { hashPin, loadDeviceKey } from '../../daemon/src/config/device-key.ts';

/** What a newcomer dials. */
export const demo = {
  accessCode: '77',
  pin: '135790',
  /** Saint Petersburg, from an office in Moscow (ruling 13). */
  number: '88121234567',
  e164: '+78121234567',
  /** The trunk number that the simulated operator calls to ring the office. */
  officeNumber: '+74951110000',
  accessTrunkNumber: '+74951112233',
} as const;

export interface DemoOptions {
  /** Address of the operator's SIP port. */
  operator: { host: string; port: number };
  /** Folder in which the box's device key lies or is made; PINs are stored under it. */
  keyFile: string;
  /** SIP account; absent: a static trunk without registration. */
  account?: { user: string; password: string };
}

/** The configuration document. */
export async function demoOffice(options: DemoOptions): Promise<Record<string, unknown>> {
  const key = await loadDeviceKey(options.keyFile);
  const server = `${options.operator.host}:${options.operator.port}`;
  const allow = [
    'internal',
    'local',
    'zone',
    'national',
    'mobile',
    'free',
    'special',
    'cis',
    'international',
  ];
  return {
    version: 1,
    site: { name: 'Ромашка', emergencyCaller: '+74951110000' },
    dialing: { areaCodes: ['495', '499'] },
    classesOfService: [
      { id: 'office', name: 'Офис', allow: ['internal', 'local', 'free', 'special', 'national', 'mobile'] },
      { id: 'guarded', name: 'Межгород по PIN', allow: ['internal', 'local', 'free', 'special'] },
      { id: 'everything', name: 'Всё', allow },
    ],
    costCentres: [
      { id: 'sales', name: 'Отдел продаж' },
      { id: 'store', name: 'Склад' },
    ],
    ports: [
      {
        kind: 'fxs',
        number: 1,
        name: 'Секретарь',
        extension: '11',
        classOfService: 'office',
        costCentre: 'sales',
      },
      {
        kind: 'fxs',
        number: 2,
        name: 'Склад',
        extension: '12',
        classOfService: 'guarded',
        costCentre: 'store',
      },
      { kind: 'fxs', number: 3, name: 'АТС', role: 'pbx-line', classOfService: 'guarded' },
      { kind: 'fxs', number: 4, name: 'Факс', extension: '14', classOfService: 'guarded' },
      { kind: 'fxo', number: 5, name: 'Город 1', proven: true, incoming: 'reception' },
      { kind: 'fxo', number: 6, name: 'Город 2', proven: true, incoming: 'reception' },
      { kind: 'fxo', number: 7, name: 'Внутренняя АТС', role: 'pbx-extension', outsidePrefix: '9' },
      { kind: 'fxo', number: 8, name: 'Город 3' },
    ],
    trunks: [
      {
        id: 'operator',
        name: 'Оператор',
        server,
        transport: 'udp',
        callerNumber: '+74951110000',
        ...(options.account
          ? { mode: 'register', user: options.account.user, password: options.account.password }
          : { mode: 'static' }),
      },
    ],
    routes: [
      {
        id: 'long-distance',
        name: 'Межгород через оператора',
        classes: ['zone', 'national', 'mobile', 'cis', 'international'],
        via: { kind: 'trunk', trunk: 'operator' },
        prices: [
          { prefix: '7', perMinute: 1.2 },
          { prefix: '', perMinute: 25 },
        ],
      },
      {
        id: 'city',
        name: 'Городские линии',
        classes: ['local', 'special', 'free'],
        via: { kind: 'line', ports: [5, 6] },
      },
    ],
    people: [
      {
        id: 'anna',
        name: 'Анна',
        extension: '21',
        ports: [1],
        mobile: '+79161234567',
        classOfService: 'everything',
        costCentre: 'sales',
      },
    ],
    pins: [
      {
        id: 'pin-store',
        name: 'Склад',
        hmac: hashPin(demo.pin, key),
        length: demo.pin.length,
        userNumber: '17',
        outside: true,
        classOfService: 'everything',
        costCentre: 'store',
      },
    ],
    accessNumbers: [
      {
        id: 'long-distance',
        name: 'Межгород по PIN',
        code: demo.accessCode,
        trunkNumbers: [demo.accessTrunkNumber],
        pinLength: demo.pin.length,
      },
    ],
    destinations: [
      {
        id: 'reception',
        name: 'Приёмная',
        classOfService: 'office',
        steps: [
          { targets: ['port:1', 'port:2'], seconds: 20 },
          { targets: ['number:+79161234567'], seconds: 30 },
        ],
      },
    ],
    incomingNumbers: [{ id: 'main', number: demo.officeNumber, trunk: 'operator', destination: 'reception' }],
  };
}
