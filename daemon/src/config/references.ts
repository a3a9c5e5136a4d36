import type { ConfigIssue } from '../api/contract.ts';
import type { Said } from '../dialplan/route-plan.ts';
import { checkOffices } from './office-references.ts';
import type { Config } from './schema.ts';
import { checkTargets } from './target-references.ts';

type Path = string;

/** Collects issues of a document whose shape is right. */
class Findings {
  readonly issues: ConfigIssue[] = [];

  add(path: Path, ru: string, en: string): void {
    this.issues.push({ path, said: { ru, en } satisfies Said });
  }

  /** Every value but the first of equals is an issue at its own place. */
  unique<T>(
    entries: readonly (readonly [path: Path, value: T | undefined])[],
    ru: (value: T) => string,
    en: (value: T) => string,
  ): void {
    const seen = new Set<T>();
    for (const [path, value] of entries) {
      if (value === undefined) continue;
      if (seen.has(value)) this.add(path, ru(value), en(value));
      seen.add(value);
    }
  }

  /** The value must be among the known ones. */
  exists(
    path: Path,
    value: string | number | undefined,
    known: ReadonlySet<string | number>,
    ru: string,
    en: string,
  ): void {
    if (value !== undefined && !known.has(value))
      this.add(path, `${ru}: ${value} не существует.`, `${en}: ${value} does not exist.`);
  }

  /** The same for every value of a list that stands at `path`. */
  allExist(
    path: Path,
    values: readonly (string | number)[],
    known: ReadonlySet<string | number>,
    ru: string,
    en: string,
  ): void {
    for (const [index, value] of values.entries()) this.exists(`${path}/${index}`, value, known, ru, en);
  }
}

/**
 * What a document says beyond its shape: entries that refer to each other exist, ids and port numbers are
 * unique, pairs of limits stand the right way round.
 */
export function checkReferences(config: Config): ConfigIssue[] {
  const found = new Findings();
  uniqueIds(config, found);
  checkPorts(config, found);
  checkDevices(config, found);
  checkRouting(config, found);
  checkOffices(config, found);
  checkCostCentres(config, found);
  checkPeople(config, found);
  checkGroups(config, found);
  checkCallerLists(config, found);
  checkIncoming(config, found);
  checkSystem(config, found);
  return found.issues;
}

const idLists = [
  'speedDials',
  'timeRules',
  'schedules',
  'calendars',
  'classesOfService',
  'costCentres',
  'devices',
  'trunks',
  'offices',
  'routes',
  'people',
  'groups',
  'pins',
  'accessNumbers',
  'destinations',
  'incomingNumbers',
  'callerLists',
  'rooms',
  'flows',
] as const;

function uniqueIds(config: Config, found: Findings): void {
  for (const list of idLists) {
    found.unique(
      config[list].map((entry, i) => [`/${list}/${i}/id`, entry.id] as const),
      (id) => `Код ${id} уже есть в этом списке.`,
      (id) => `The id ${id} is in this list already.`,
    );
  }
  found.unique(
    config.ports.map((port, i) => [`/ports/${i}/number`, port.number] as const),
    (number) => `Гнездо ${number} описано дважды.`,
    (number) => `Socket ${number} is there twice.`,
  );
}

function idsOf(entries: readonly { id: string }[]): ReadonlySet<string> {
  return new Set(entries.map((entry) => entry.id));
}

function portsOf(config: Config, kind: 'fxs' | 'fxo'): ReadonlySet<number> {
  return new Set(config.ports.filter((port) => port.kind === kind).map((port) => port.number));
}

/** Ruling 12: while pulses are understood, a break up to 110 ms is one; a flash then begins at 120 ms. */
const flashWithPulses = 120;

function checkPorts(config: Config, found: Findings): void {
  const classes = idsOf(config.classesOfService);
  const centres = idsOf(config.costCentres);
  const destinations = idsOf(config.destinations);
  config.ports.forEach((port, i) => {
    const at = `/ports/${i}`;
    if (port.kind === 'fxo') {
      found.exists(`${at}/incoming`, port.incoming, destinations, 'Кому звонить', 'Destination');
      return;
    }
    found.exists(`${at}/classOfService`, port.classOfService, classes, 'Класс', 'Class of service');
    found.exists(`${at}/costCentre`, port.costCentre, centres, 'Центр затрат', 'Cost centre');
    if ((port.flashMinMs ?? flashWithPulses) >= port.flashMaxMs)
      found.add(
        `${at}/flashMaxMs`,
        'Флэш «до» должен быть дольше, чем «от».',
        'The longest flash must be longer than the shortest.',
      );
    if (port.pulseDialing && (port.flashMinMs ?? flashWithPulses) < flashWithPulses) {
      found.add(
        `${at}/flashMinMs`,
        `При импульсном наборе флэш не короче ${flashWithPulses} мс.`,
        `With pulse dialing a flash is at least ${flashWithPulses} ms.`,
      );
    }
  });
}

/** A password that a program tries out in an afternoon is none: a device's calls cost money. */
const devicePasswordLength = 8;

function checkDevices(config: Config, found: Findings): void {
  const classes = idsOf(config.classesOfService);
  const centres = idsOf(config.costCentres);
  const telephones = portsOf(config, 'fxs');
  const lines = portsOf(config, 'fxo');
  config.devices.forEach((device, i) => {
    const at = `/devices/${i}`;
    found.exists(`${at}/classOfService`, device.classOfService, classes, 'Класс', 'Class of service');
    found.exists(`${at}/costCentre`, device.costCentre, centres, 'Центр затрат', 'Cost centre');
    found.allExist(`${at}/sockets`, device.sockets, telephones, 'Гнездо телефона', 'Telephone socket');
    found.allExist(`${at}/lines`, device.lines, lines, 'Гнездо городской линии', 'City-line socket');
    if (device.mode === 'registers' && device.password.length < devicePasswordLength) {
      found.add(
        `${at}/password`,
        `Нужен пароль от ${devicePasswordLength} знаков.`,
        `A password of ${devicePasswordLength} characters or more is needed.`,
      );
    }
    if (device.mode !== 'registers' && device.address === undefined)
      found.add(`${at}/address`, 'Нужен адрес устройства.', 'The address of the device is needed.');
    if (device.mode !== 'registers' && device.srtp !== 'off' && device.transport !== 'tls')
      needsTls(`${at}/srtp`, found);
    if (device.mode === 'client' && device.kind !== 'pbx')
      found.add(`${at}/mode`, 'Мы регистрируемся только на АТС.', 'We register at a PBX only.');
    if (device.numbers.length > 0 && device.kind !== 'pbx')
      found.add(`${at}/numbers`, 'Номера бывают только за АТС.', 'Only a PBX has numbers behind it.');
  });
  // Whoever registers is known by its name alone.
  found.unique(
    config.devices.flatMap((device, i) =>
      device.mode === 'registers'
        ? loginsOf(device).map(([key, user]) => [`/devices/${i}/${key}`, user] as const)
        : [],
    ),
    (user) => `Имя ${user} уже занято другим устройством.`,
    (user) => `The user name ${user} is taken by another device already.`,
  );
}

/** The names by which a device that registers is known: that of its password, and its own. */
function loginsOf({ user, authUser }: { user: string; authUser?: string | undefined }): [string, string][] {
  const own: [string, string] = ['user', user.toLowerCase()];
  const other = authUser?.toLowerCase();
  return other === undefined || other === own[1] ? [own] : [own, ['authUser', other]];
}

/** Ruling 25: keys of SDES stand in the signalling. */
function needsTls(path: Path, found: Findings): void {
  found.add(
    path,
    'Шифрование разговора работает только с транспортом TLS: иначе ключи идут открыто.',
    'Speech can be encrypted only with TLS transport: otherwise the keys travel in the clear.',
  );
}

function checkRouting(config: Config, found: Findings): void {
  const rules = idsOf(config.timeRules);
  const trunks = idsOf(config.trunks);
  const lines = portsOf(config, 'fxo');
  const when = (at: string, ids: readonly string[]): void =>
    found.allExist(`${at}/when`, ids, rules, 'Правило времени', 'Time rule');
  found.allExist(
    '/fraudGuard/closedWhen',
    config.fraudGuard.closedWhen,
    rules,
    'Правило времени',
    'Time rule',
  );
  config.classesOfService.forEach((cos, i) => {
    when(`/classesOfService/${i}`, cos.when);
  });
  config.routes.forEach((route, i) => {
    const at = `/routes/${i}`;
    when(at, route.when);
    const { via } = route;
    if (via.kind === 'trunk') found.exists(`${at}/via/trunk`, via.trunk, trunks, 'Линия оператора', 'Trunk');
    else found.allExist(`${at}/via/ports`, via.ports, lines, 'Гнездо городской линии', 'City-line socket');
    found.unique(
      route.prices.map((price, k) => [`${at}/prices/${k}/prefix`, price.prefix] as const),
      (prefix) => `Цена для «${prefix}» указана дважды.`,
      (prefix) => `There are two prices for "${prefix}".`,
    );
  });
  const classes = idsOf(config.classesOfService);
  config.trunks.forEach((trunk, i) => {
    found.exists(`/trunks/${i}/transferClass`, trunk.transferClass, classes, 'Класс', 'Class of service');
    if (trunk.mode === 'register' && trunk.user === '') {
      found.add(
        `/trunks/${i}/user`,
        'Для регистрации нужно имя из договора.',
        'Registration needs the user name from the contract.',
      );
    }
    if (trunk.srtp !== 'off' && trunk.transport !== 'tls') needsTls(`/trunks/${i}/srtp`, found);
  });
}

/** Ruling 9: outside callers give a user number and a PIN, or a PIN of at least so many digits. */
const outsidePinLength = 8;

/** Ruling 17: keys pressed in a call mean one thing each. */
const followOnCode = '##';

function checkCallCodes(dialing: Config['dialing'], found: Findings): void {
  const { transferCode: code } = dialing;
  if (overlap(code, followOnCode))
    found.add(
      '/dialing/transferCode',
      'Код перевода не должен пересекаться с ## (следующий вызов).',
      'The transfer code must not clash with ## (another call).',
    );
  for (const field of ['hideCode', 'showCode'] as const) {
    const own = dialing[field];
    const clash = [code, followOnCode].find((other) => overlap(own, other));
    if (clash !== undefined)
      found.add(
        `/dialing/${field}`,
        `Код не должен пересекаться с ${clash}, который набирают в разговоре.`,
        `The code must not clash with ${clash}, which is keyed during calls.`,
      );
  }
}

/** Whether one of two codes begins with the other, so that they cannot be told apart as they are keyed. */
const overlap = (a: string, b: string): boolean =>
  a !== '' && b !== '' && (a.startsWith(b) || b.startsWith(a));

function checkCostCentres(config: Config, found: Findings): void {
  found.unique(
    config.costCentres.map((centre, i) => [`/costCentres/${i}/code`, centre.code] as const),
    (code) => `Код учёта ${code} уже есть у другого центра затрат.`,
    (code) => `The itemised code ${code} is another cost centre's already.`,
  );
}

function checkPeople(config: Config, found: Findings): void {
  const classes = idsOf(config.classesOfService);
  const centres = idsOf(config.costCentres);
  const telephones = portsOf(config, 'fxs');
  const lines = portsOf(config, 'fxo');
  config.people.forEach((person, i) => {
    const at = `/people/${i}`;
    found.exists(`${at}/classOfService`, person.classOfService, classes, 'Класс', 'Class of service');
    found.exists(`${at}/costCentre`, person.costCentre, centres, 'Центр затрат', 'Cost centre');
    found.allExist(`${at}/ports`, person.ports, telephones, 'Гнездо телефона', 'Telephone socket');
    found.allExist(`${at}/devices`, person.devices, idsOf(config.devices), 'Устройство', 'Device');
  });
  checkCallCodes(config.dialing, found);
  config.pins.forEach((pin, i) => {
    const at = `/pins/${i}`;
    found.exists(`${at}/classOfService`, pin.classOfService, classes, 'Класс', 'Class of service');
    found.exists(`${at}/costCentre`, pin.costCentre, centres, 'Центр затрат', 'Cost centre');
    found.exists(`${at}/owner`, pin.owner, idsOf(config.people), 'Сотрудник', 'Person');
    found.allExist(`${at}/when`, pin.when, idsOf(config.timeRules), 'Правило времени', 'Time rule');
    if (pin.outside && pin.userNumber === undefined && pin.length < outsidePinLength) {
      found.add(
        `${at}/userNumber`,
        `Снаружи нужен номер пользователя или ПИН-код от ${outsidePinLength} цифр.`,
        `From outside a user number is needed, or a PIN of ${outsidePinLength} digits and more.`,
      );
    }
  });
  found.unique(
    config.pins.map((pin, i) => [`/pins/${i}/hmac`, pin.hmac] as const),
    () => 'Такой ПИН-код уже есть, выберите другой.',
    () => 'This PIN is taken already, choose another.',
  );
  found.unique(
    config.pins.map((pin, i) => [`/pins/${i}/userNumber`, pin.userNumber] as const),
    (number) => `Номер пользователя ${number} уже занят.`,
    (number) => `The user number ${number} is taken already.`,
  );
  config.accessNumbers.forEach((access, i) => {
    found.allExist(
      `/accessNumbers/${i}/linePorts`,
      access.linePorts,
      lines,
      'Гнездо городской линии',
      'City-line socket',
    );
  });
  found.unique(
    config.accessNumbers.flatMap((access, i) =>
      access.linePorts.map((port, k) => [`/accessNumbers/${i}/linePorts/${k}`, port] as const),
    ),
    (port) => `На линии порта ${port} уже отвечает другой номер доступа.`,
    (port) => `The line of port ${port} is answered by another access number already.`,
  );
}

function checkIncoming(config: Config, found: Findings): void {
  const destinations = idsOf(config.destinations);
  const trunks = idsOf(config.trunks);
  checkTargets(config, found);
  config.incomingNumbers.forEach((entry, i) => {
    found.exists(`/incomingNumbers/${i}/trunk`, entry.trunk, trunks, 'Линия оператора', 'Trunk');
    found.exists(
      `/incomingNumbers/${i}/destination`,
      entry.destination,
      destinations,
      'Кому звонить',
      'Destination',
    );
  });
}

function checkCallerLists(config: Config, found: Findings): void {
  const destinations = idsOf(config.destinations);
  const numbers = idsOf(config.incomingNumbers);
  config.callerLists.forEach(({ action, destination, incoming, from, until }, i) => {
    const at = `/callerLists/${i}`;
    found.exists(`${at}/destination`, destination, destinations, 'Кому звонить', 'Destination');
    found.allExist(`${at}/incoming`, incoming, numbers, 'Входящий номер', 'Incoming number');
    if (action === 'destination' && destination === undefined)
      found.add(
        `${at}/destination`,
        'Укажите, кто отвечает этим звонящим.',
        'Say who answers these callers.',
      );
    if (from !== undefined && until !== undefined && until < from)
      found.add(`${at}/until`, 'Последний день раньше первого.', 'The last day is before the first.');
  });
}

function checkGroups(config: Config, found: Findings): void {
  const classes = idsOf(config.classesOfService);
  const centres = idsOf(config.costCentres);
  config.groups.forEach((group, i) => {
    found.exists(`/groups/${i}/classOfService`, group.classOfService, classes, 'Класс', 'Class of service');
    found.exists(`/groups/${i}/costCentre`, group.costCentre, centres, 'Центр затрат', 'Cost centre');
  });
}

function checkSystem(config: Config, found: Findings): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: config.site.timeZone });
  } catch {
    found.add('/site/timeZone', 'Такого часового пояса нет.', 'There is no such time zone.');
  }
  const { min, max } = config.dialing.extensionLength;
  if (min > max)
    found.add(
      '/dialing/extensionLength/max',
      '«До» меньше, чем «от».',
      'The longest is shorter than the shortest.',
    );
  if (config.rtp.portMin >= config.rtp.portMax)
    found.add('/rtp/portMax', '«До» меньше, чем «от».', 'The last port is before the first.');
}
