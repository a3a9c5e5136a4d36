import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CallLive, CallRecord, PortLive, TrunkLive } from '../../daemon/src/api/contract.ts';
import { ApiServer } from '../../daemon/src/api/server.ts';
import { systemClock } from '../../daemon/src/base/clock.ts';
import { type ConfigStore, openConfigStore } from '../../daemon/src/config/store.ts';
import { compileDialPlan } from '../../daemon/src/dialplan/plan.ts';
import { makeWorld, type World } from '../../daemon/test/api/kit.ts';

/** An office of four sockets, one operator, three people; enough for every place of the page. */
export const officeConfig = {
  version: 1,
  site: { name: 'Ромашка', language: 'ru', currency: 'RUB' },
  costCentres: [{ id: 'sales', name: 'Отдел продаж' }],
  timeRules: [{ id: 'hours', name: 'Рабочие часы', days: [1, 2, 3, 4, 5], from: '09:00', to: '18:00' }],
  classesOfService: [
    {
      id: 'office',
      name: 'Офис',
      allow: ['internal', 'local', 'free', 'special', 'national'],
      pinFor: ['national'],
    },
    {
      id: 'chief',
      name: 'Руководство',
      allow: ['internal', 'local', 'zone', 'free', 'special', 'national', 'mobile'],
    },
  ],
  ports: [
    { number: 1, kind: 'fxs', name: 'Приёмная', extension: '101', classOfService: 'chief' },
    { number: 2, kind: 'fxs', name: 'Бухгалтерия', extension: '102', classOfService: 'office' },
    { number: 3, kind: 'fxs', name: '', role: 'pbx-line', classOfService: 'office' },
    { number: 4, kind: 'fxo', name: 'МГТС', proven: true, incoming: 'reception' },
  ],
  trunks: [
    {
      id: 'acme',
      name: 'Оператор А',
      server: 'sip.operator-a.example',
      user: '74951112233',
      password: 'trunk-secret',
      maxCalls: 10,
    },
    {
      id: 'bell',
      name: 'Оператор Б',
      server: 'sip.operator-b.example',
      user: 'office77',
      password: 'other-secret',
      maxCalls: 4,
    },
  ],
  devices: [
    {
      id: 'boris-desk',
      name: 'Стол Бориса',
      user: 'boris',
      password: 'device-secret',
      classOfService: 'office',
    },
    {
      id: 'old-pbx',
      name: 'АТС на складе',
      kind: 'pbx',
      mode: 'static',
      address: '192.168.1.60',
      user: 'linegate',
      numbers: ['2XX'],
      classOfService: 'chief',
      maxCalls: 8,
    },
  ],
  routes: [
    {
      id: 'main',
      name: 'Межгород через А',
      classes: ['zone', 'national', 'mobile', 'free'],
      via: { kind: 'trunk', trunk: 'acme' },
      prices: [{ prefix: '7', perMinute: 1.2 }],
      priority: 10,
    },
    {
      id: 'city',
      name: 'Городская линия',
      classes: ['local', 'special', 'national'],
      via: { kind: 'line', ports: [4] },
      prices: [{ prefix: '7', perMinute: 3.5 }],
      priority: 50,
    },
  ],
  people: [
    {
      id: 'anna',
      name: 'Анна Крылова',
      extension: '101',
      ports: [1],
      mobile: '+79161234567',
      classOfService: 'chief',
      forwarding: { noAnswer: '+79161234567', noAnswerSeconds: 20 },
    },
    {
      id: 'boris',
      name: 'Борис Ильин',
      extension: '102',
      ports: [2],
      devices: ['boris-desk'],
      classOfService: 'office',
      costCentre: 'sales',
    },
  ],
  destinations: [
    {
      id: 'reception',
      name: 'Приёмная, потом мобильный',
      steps: [
        { targets: ['person:anna', 'port:2'], seconds: 20 },
        { targets: ['number:+79161234567'], seconds: 30 },
      ],
    },
  ],
  incomingNumbers: [{ id: 'n1', number: '+74951112233', trunk: 'acme', destination: 'reception' }],
  accessNumbers: [
    { id: 'ld', name: 'Межгород по ПИН-коду', code: '*9', trunkNumbers: ['+74951112233'], pinLength: 6 },
  ],
};

/** A running page with everything behind it that can be scripted. */
export interface Office extends World {
  server: ApiServer;
  port: number;
  origin: string;
  store: ConfigStore;
  /** Puts a socket of the faceplate into a state. */
  socket(number: number, change: Partial<PortLive>): void;
}

const dist = fileURLToPath(new URL('../dist', import.meta.url));

/** The page as the build made it; every script of the project builds what is stale before it runs. */
export function builtPage(): string {
  if (!existsSync(`${dist}/index.html`)) throw new Error('web-ui/dist is not built: npm run build');
  return dist;
}

export interface OfficeOptions {
  folder: string;
  webRoot: string;
  /** An unconfigured box as it comes out of its carton. */
  empty?: boolean;
  idleMs?: number;
  port?: number;
}

/** The API with the real store, forms and dial plan, and a live model that the test plays. */
export async function openOffice({
  folder,
  webRoot,
  empty,
  idleMs,
  port = 0,
}: OfficeOptions): Promise<Office> {
  const clock = systemClock({ unref: true });
  const world = makeWorld({ clock });
  const store = await openConfigStore({
    directory: folder,
    wall: () => clock.wall(),
    ...(!empty && { initial: officeConfig }),
  });
  const { deps } = world;
  deps.config = store;
  deps.admin = {
    passwordHash: () => store.config.admin.passwordHash,
    setPasswordHash: async (hash, language) => {
      await store.change((draft) => {
        draft.admin.passwordHash = hash;
        if (language) draft.site.language = language;
      }, 'admin');
    },
  };
  deps.box = {
    version: '0.1.0',
    name: () => store.config.site.name,
    language: () => store.config.site.language,
    sipPort: () => 5060,
    sipTlsPort: () => 5061,
  };
  deps.dialCheck = {
    check({ number, from, at }) {
      const plan = compileDialPlan(store.config);
      const { config } = store;
      const fxs = config.ports.find((p) => from.kind === 'port' && p.number === from.port);
      const pin = world.pins.find((p) => p.id === from.pin);
      const answer = plan.plan({
        dialed: number.replace(/[\s()-]/g, ''),
        whole: true,
        now: at ?? clock.wall(),
        origin: from.kind === 'port' ? { kind: 'on-site', port: from.port } : { kind: 'outside' },
        ...(fxs?.kind === 'fxs' && { classOfService: fxs.classOfService }),
        ...(pin && { pinGranted: { pinId: pin.id, classOfService: pin.classOfService } }),
      });
      return {
        class: answer.number.class,
        ...(answer.number.e164 !== undefined && { e164: answer.number.e164 }),
        steps: answer.steps.map((step) => ({
          routeId: step.routeId,
          routeName: config.routes.find((r) => r.id === step.routeId)?.name ?? step.routeId,
          via: step.via.kind === 'trunk' ? step.via : { kind: 'line', ports: [...step.via.ports] },
          number: step.number,
          ...(step.price && { price: step.price }),
          why: step.why,
        })),
        ...(answer.refusal && { refusal: answer.refusal }),
        explanation: answer.explanation,
      };
    },
  };
  store.events.on('changed', () =>
    world.live.put({ what: 'config', id: String(store.revision), value: null }),
  );
  const server = new ApiServer({ deps, webRoot, ...(idleMs !== undefined && { sessions: { idleMs } }) });
  const at = await server.listen('127.0.0.1', port);
  const ports = new Map<number, PortLive>();
  const socket = (number: number, change: Partial<PortLive>): void => {
    const old = ports.get(number);
    const base: PortLive = old ?? {
      number,
      kind: 'fxs',
      role: 'unused',
      name: '',
      state: 'unused',
      since: clock.wall(),
    };
    const value = { ...base, since: clock.wall(), ...change };
    ports.set(number, value);
    world.live.put({ what: 'ports', id: String(number), value });
  };
  return Object.assign(world, {
    server,
    store,
    socket,
    port: at.port,
    origin: `http://127.0.0.1:${at.port}`,
  });
}

/** Plays an ordinary morning: sockets, two operators, calls in progress, an alarm, yesterday's records. */
export function playMorning(office: Office, now = Date.now()): void {
  const { live, socket } = office;
  const box = live.snapshot().box;
  live.put({
    what: 'box',
    value: {
      ...box,
      name: 'Ромашка',
      model: 'Linegate 6',
      serial: 'LG6-0042',
      startedAt: now - 3 * 86_400_000,
    },
  });
  live.put({
    what: 'health',
    value: {
      ok: true,
      rssMb: 121,
      cpuPercent: 4,
      probes: [
        { id: 'card', name: { ru: 'Плата линий', en: 'Line card' }, ok: true },
        { id: 'sip', name: { ru: 'SIP', en: 'SIP' }, ok: true },
        { id: 'store', name: { ru: 'Хранилище', en: 'Store' }, ok: true },
      ],
    },
  });
  const anna = { id: 'anna', name: 'Анна Крылова' };
  const idle = { volts: 48, milliamps: 0, reversed: false };
  const talking = { volts: 9, milliamps: 24, reversed: true };
  socket(1, {
    role: 'telephone',
    name: 'Приёмная',
    echo: { tailMs: 64, erlDb: 13.6, erleDb: 38.2, converged: true },
    extension: '101',
    person: anna,
    state: 'talking',
    callId: 'c1',
    electrical: talking,
    since: now - 132_000,
  });
  socket(2, {
    role: 'telephone',
    name: 'Бухгалтерия',
    extension: '102',
    state: 'ringing',
    callId: 'c2',
    electrical: idle,
    since: now - 7000,
  });
  socket(3, { role: 'pbx-line', state: 'idle', electrical: idle });
  socket(4, {
    kind: 'fxo',
    role: 'city-line',
    name: 'МГТС',
    proven: true,
    state: 'idle',
    electrical: { volts: 60 },
  });
  socket(5, {
    kind: 'fxo',
    role: 'city-line',
    name: 'Запасная',
    state: 'out-of-service',
    electrical: { volts: 0 },
    reason: { ru: 'В линии нет напряжения.', en: 'There is no voltage on the line.' },
    cure: { ru: 'Проверьте провод до плинта.', en: 'Check the wire to the terminal block.' },
  });
  socket(6, {});
  const good: TrunkLive = {
    id: 'acme',
    name: 'Оператор А',
    state: 'registered',
    since: now - 86_400_000,
    said: { ru: 'Зарегистрирована, отвечает.', en: 'Registered, answers.' },
    calls: 2,
    maxCalls: 10,
    latencyMs: 23,
    expiresAt: now + 420_000,
    lastExchange: { at: now - 180_000, text: 'REGISTER → 200 OK' },
  };
  live.put({ what: 'trunks', id: 'acme', value: good });
  live.put({
    what: 'trunks',
    id: 'bell',
    value: {
      ...good,
      id: 'bell',
      name: 'Оператор Б',
      state: 'refused',
      calls: 0,
      maxCalls: 4,
      said: { ru: 'Оператор не принял пароль линии.', en: 'The operator did not accept the password.' },
      cure: { ru: 'Проверьте пароль в договоре.', en: 'Check the password in the contract.' },
      lastExchange: { at: now - 60_000, text: 'REGISTER → 403 Forbidden' },
    },
  });
  live.put({
    what: 'devices',
    id: 'boris-desk',
    value: {
      id: 'boris-desk',
      name: 'Стол Бориса',
      kind: 'telephone',
      state: 'registered',
      since: now - 7_200_000,
      said: { ru: 'На связи', en: 'Registered' },
      extension: '102',
      person: { id: 'boris', name: 'Борис Ильин' },
      calls: 1,
      maxCalls: 2,
      contacts: [
        {
          address: 'udp/192.168.1.31:5060',
          userAgent: 'Desk Phone 3',
          expiresAt: now + 1_800_000,
          alive: true,
        },
      ],
    },
  });
  live.put({
    what: 'devices',
    id: 'old-pbx',
    value: {
      id: 'old-pbx',
      name: 'АТС на складе',
      kind: 'pbx',
      state: 'unreachable',
      since: now - 60_000,
      said: { ru: 'Не отвечает', en: 'Does not answer' },
      cure: {
        ru: 'Проверьте питание устройства и кабель.',
        en: 'Check the power of the device and its cable.',
      },
      calls: 0,
      maxCalls: 8,
      contacts: [{ address: 'udp/192.168.1.60:5060', alive: false }],
    },
  });
  live.put({
    what: 'alarms',
    id: 'trunk-bell',
    value: {
      id: 'trunk-bell',
      severity: 'warning',
      place: 'trunk:bell',
      said: {
        ru: 'Линия «Оператор Б» не работает: оператор не принял пароль.',
        en: 'The line “Оператор Б” does not work: the operator did not accept its password.',
      },
      cure: {
        ru: 'Проверьте пароль в договоре. После трёх отказов оператор может закрыть линию на час.',
        en: 'Check the password in the contract. After three refusals the operator may lock the line for an hour.',
      },
      since: now - 3_900_000,
    },
  });
  const call: CallLive = {
    id: 'c1',
    direction: 'outgoing',
    service: 'access',
    state: 'talking',
    caller: { number: '101', name: 'Анна Крылова', place: 'port:1' },
    called: { number: '+78121234567', place: 'trunk:acme' },
    startedAt: now - 145_000,
    answeredAt: now - 132_000,
    trunk: 'acme',
    route: 'main',
    price: 3.6,
    legs: [
      {
        ...{ id: 'c1-a', kind: 'fxs', place: 'port:1', direction: 'incoming', state: 'answered' },
        ...{ number: '101', startedAt: now - 145_000, answeredAt: now - 132_000 },
      },
      {
        ...{ id: 'c1-b', kind: 'sip', place: 'trunk:bell', direction: 'outgoing', state: 'released' },
        ...{ number: '+78121234567', startedAt: now - 144_000, endedAt: now - 143_000, q850: 41 },
      },
      {
        ...{ id: 'c1-c', kind: 'sip', place: 'trunk:acme', direction: 'outgoing', state: 'answered' },
        ...{ number: '+78121234567', startedAt: now - 143_000, alertedAt: now - 140_000 },
        answeredAt: now - 132_000,
      },
    ],
  };
  live.put({ what: 'calls', id: 'c1', value: call });
  live.put({
    what: 'calls',
    id: 'c2',
    value: {
      id: 'c2',
      direction: 'incoming',
      service: 'incoming',
      state: 'ringing',
      caller: { number: '+79031112233', place: 'trunk:acme' },
      called: { number: '102', name: 'Борис Ильин', place: 'port:2' },
      startedAt: now - 7000,
      trunk: 'acme',
      legs: [
        {
          ...{ id: 'c2-a', kind: 'sip', place: 'trunk:acme', direction: 'incoming', state: 'trying' },
          ...{ number: '+79031112233', startedAt: now - 7000 },
        },
        {
          ...{ id: 'c2-b', kind: 'fxs', place: 'port:2', direction: 'outgoing', state: 'alerting' },
          ...{ number: '102', startedAt: now - 6900, alertedAt: now - 6900 },
        },
      ],
    },
  });
  office.records = morningRecords(now);
}

/** A call that moved on once and was answered, a missed one, a failed one, one refused. */
export function morningRecords(now: number): CallRecord[] {
  const leg = { id: 'a', kind: 'fxs', place: 'port:1', direction: 'incoming', number: '101' } as const;
  const start = now - 3_600_000;
  return [
    {
      id: 'r1',
      state: 'ended',
      direction: 'outgoing',
      service: 'access',
      callerNumber: '101',
      callerName: 'Анна Крылова',
      dialed: '88121234567',
      calledNumber: '+78121234567',
      tollClass: 'national',
      routeId: 'main',
      trunkId: 'acme',
      costCentre: 'sales',
      startedAt: start,
      answeredAt: start + 12_000,
      endedAt: start + 200_000,
      ringMs: 7000,
      talkMs: 188_000,
      postDialDelayMs: 6.4,
      answerSource: 'sip',
      q850: 16,
      causeText: 'normal call clearing',
      releasedBy: 'called',
      price: 4.8,
      currency: 'RUB',
      legs: [
        { ...leg, startedAt: start, answeredAt: start, endedAt: start + 200_000 },
        {
          id: 'b1',
          kind: 'sip',
          place: 'trunk:bell',
          direction: 'outgoing',
          number: '+78121234567',
          startedAt: start + 800,
          endedAt: start + 3100,
          q850: 41,
          sipStatus: 503,
          sipCallId: 'first@box',
          causeText: 'temporary failure',
        },
        {
          id: 'b2',
          kind: 'sip',
          place: 'trunk:acme',
          direction: 'outgoing',
          number: '+78121234567',
          startedAt: start + 3200,
          alertedAt: start + 5000,
          answeredAt: start + 12_000,
          endedAt: start + 200_000,
          answerSource: 'sip',
          q850: 16,
          sipStatus: 200,
          sipCallId: 'second@box',
          rtp: { sent: 9400, received: 9391, lost: 3, jitterMs: 1.2 },
        },
      ],
      events: [
        { at: start + 800, what: 'tried', detail: 'trunk:bell main' },
        { at: start + 3100, what: 'leg-released', detail: 'trunk:bell: temporary failure' },
        { at: start + 90_000, what: 'held', detail: 'port:1' },
        { at: start + 99_000, what: 'resumed', detail: 'port:1' },
      ],
    },
    {
      id: 'r2',
      state: 'ended',
      direction: 'incoming',
      service: 'incoming',
      callerNumber: '+79031112233',
      calledNumber: '101',
      startedAt: start - 600_000,
      endedAt: start - 560_000,
      ringMs: 38_000,
      q850: 16,
      releasedBy: 'caller',
      legs: [],
      events: [],
    },
    {
      id: 'r3',
      state: 'ended',
      direction: 'outgoing',
      service: 'plain',
      callerNumber: '102',
      callerName: 'Борис Ильин',
      dialed: '83431234567',
      calledNumber: '+73431234567',
      trunkId: 'acme',
      startedAt: start - 86_400_000,
      endedAt: start - 86_390_000,
      q850: 17,
      releasedBy: 'called',
      price: 0,
      legs: [],
      events: [],
    },
    {
      id: 'r4',
      state: 'ended',
      direction: 'outgoing',
      service: 'plain',
      callerNumber: '102',
      dialed: '8104930123456',
      startedAt: start - 90_000_000,
      endedAt: start - 89_999_000,
      q850: 21,
      releasedBy: 'box',
      legs: [],
      events: [],
    },
  ];
}
