import type { Config } from '../config/schema.ts';
import { extensionEntries } from './entries.ts';
import type { Said } from './route-plan.ts';

/** A number or code of the office that is in no table of feature codes. */
export interface OwnNumber {
  digits: string;
  path: string;
  /** Whose number it is, to name it to others. */
  owner: Said;
  kind: 'extension' | 'access' | 'speed-dial' | 'prefix';
  /** Two entries of the same owner may share a number: a person and the telephone on the desk. */
  ports: readonly (number | string)[];
}

const same = (text: string): Said => ({ ru: text, en: text });

const presentationOwners = {
  hideCode: { ru: 'код «скрыть номер»', en: 'the code to hide the number' },
  showCode: { ru: 'код «показать номер»', en: 'the code to show the number' },
  observeCode: { ru: 'код подключения к разговору', en: 'the code to take part in a call' },
} as const satisfies Record<string, Said>;

/** All of them, in the order in which the document has them. */
export function ownNumbers(config: Config): OwnNumber[] {
  const numbers: OwnNumber[] = [];
  config.ports.forEach((port, i) => {
    if (port.kind !== 'fxs' || !port.extension) return;
    const owner = port.name ? same(port.name) : { ru: `гнездо ${port.number}`, en: `socket ${port.number}` };
    numbers.push({
      digits: port.extension,
      path: `/ports/${i}/extension`,
      owner,
      kind: 'extension',
      ports: [port.number],
    });
  });
  config.devices.forEach((device, i) => {
    const owner = same(device.name);
    const own = { owner, kind: 'extension', ports: [device.id] } as const;
    if (device.extension) numbers.push({ digits: device.extension, path: `/devices/${i}/extension`, ...own });
    // The first of them stands for all: a range overlaps another number there or, as a rule, nowhere.
    device.numbers.forEach((pattern, k) => {
      numbers.push({ digits: pattern.replaceAll('X', '0'), path: `/devices/${i}/numbers/${k}`, ...own });
    });
  });
  config.people.forEach((person, i) => {
    if (!person.extension) return;
    numbers.push({
      digits: person.extension,
      path: `/people/${i}/extension`,
      owner: same(person.name),
      kind: 'extension',
      ports: [...person.ports, ...person.devices],
    });
  });
  for (const { extension, path, name } of extensionEntries(config))
    numbers.push({ digits: extension, path, owner: same(name), kind: 'extension', ports: [] });
  config.accessNumbers.forEach((access, i) => {
    if (!access.code) return;
    numbers.push({
      digits: access.code,
      path: `/accessNumbers/${i}/code`,
      owner: same(access.name),
      kind: 'access',
      ports: [],
    });
  });
  config.speedDials.forEach((entry, i) => {
    numbers.push({
      digits: entry.code,
      path: `/speedDials/${i}/code`,
      owner: same(entry.name),
      kind: 'speed-dial',
      ports: [],
    });
  });
  config.dialing.modeCodes.forEach(({ code, schedule }, i) => {
    const name = config.schedules.find(({ id }) => id === schedule)?.name ?? schedule;
    numbers.push({
      digits: code,
      path: `/dialing/modeCodes/${i}/code`,
      owner: { ru: `переключение «${name}»`, en: `switching "${name}"` },
      kind: 'speed-dial',
      ports: [],
    });
  });
  for (const field of ['hideCode', 'showCode', 'observeCode'] as const) {
    const digits = config.dialing[field];
    const owner = presentationOwners[field];
    if (digits !== '') numbers.push({ digits, path: `/dialing/${field}`, owner, kind: 'prefix', ports: [] });
  }
  return numbers;
}
