import { entriesOf, extensionEntries, hostedLists, isHostedKind, isOfPattern } from '../dialplan/entries.ts';
import type { Config } from './schema.ts';

/** Where what is wrong is told. */
export interface Faults {
  add(path: string, ru: string, en: string): void;
}

/** Whoever calls are sent to must be there: it would show only when somebody calls. */
export function checkTargets(config: Config, found: Faults): void {
  const known = extensionsOf(config);
  const step = (path: string, to: string): void => checkForwardTarget(config, known, to, path, found);
  config.people.forEach(({ forwarding, mobile, mobileAfter }, i) => {
    for (const when of ['always', 'busy', 'noAnswer', 'unreachable'] as const)
      forwarding[when].forEach(({ to }, k) => {
        const path = `/people/${i}/forwarding/${when}/${k}/to`;
        if (to !== 'mobile') step(path, to);
        else if (mobile === undefined) found.add(path, ...noMobile);
      });
    if (mobileAfter !== undefined && mobile === undefined) found.add(`/people/${i}/mobileAfter`, ...noMobile);
  });
  config.groups.forEach(({ members, overflow }, i) => {
    members.forEach(({ target }, k) => {
      checkTarget(config, target, `/groups/${i}/members/${k}/target`, found);
    });
    overflow.forEach(({ to }, k) => {
      step(`/groups/${i}/overflow/${k}/to`, to);
    });
  });
  config.destinations.forEach(({ steps }, i) => {
    steps.forEach(({ targets }, k) => {
      targets.forEach((target, n) => {
        checkTarget(config, target, `/destinations/${i}/steps/${k}/targets/${n}`, found);
      });
    });
  });
}

const noMobile = ['Мобильный номер сотрудника не указан.', 'The person has no mobile number.'] as const;

/** Every extension of the office, whatever it leads to. */
export function extensionsOf(config: Config): ReadonlySet<string> {
  const all = [...config.people, ...config.ports, ...config.devices, ...extensionEntries(config)];
  return new Set(all.flatMap((entry) => ('extension' in entry && entry.extension) || []));
}

/** A target, or what forwardings take beside: an extension, or a number as it stands. */
export function checkForwardTarget(
  config: Config,
  known: ReadonlySet<string>,
  to: string,
  path: string,
  found: Faults,
): void {
  if (to.includes(':') && checkTarget(config, to, path, found)) return;
  if (/^(number:)?\+\d{6,15}$/.test(to) || known.has(to) || isOfOffice(config, to)) return;
  found.add(
    path,
    `Некуда: «${to}». Нужен сотрудник, гнездо, внутренний номер или номер с плюсом: +79161234567.`,
    `Nobody is "${to}". Give a person, a socket, an extension, or a number with +: +79161234567.`,
  );
}

/** An extension of another office. */
const isOfOffice = (config: Config, number: string): boolean =>
  config.offices.some(({ numbers }) => numbers.some((pattern) => isOfPattern(number, pattern)));

const lists: Record<string, { list: keyof Config; ru: string; en: string }> = {
  device: { list: 'devices', ru: 'Устройство', en: 'Device' },
  person: { list: 'people', ru: 'Сотрудник', en: 'Person' },
  group: { list: 'groups', ru: 'Группа', en: 'Group' },
};

/** Checks what a target names; false: it is of no kind that has entries. */
export function checkTarget(config: Config, target: string, path: string, found: Faults): boolean {
  const at = target.indexOf(':');
  const [kind, id] = [target.slice(0, at), target.slice(at + 1)];
  if (kind === 'port') {
    if (!config.ports.some((port) => port.kind === 'fxs' && port.number === Number(id)))
      found.add(path, `Гнездо телефона: ${id} не существует.`, `Telephone socket: ${id} does not exist.`);
    return true;
  }
  if (kind === 'office') {
    const [office, number = ''] = id.split('/');
    const there = config.offices.find((one) => one.id === office);
    if (!there) found.add(path, `Офис: ${office} не существует.`, `Office: ${office} does not exist.`);
    else if (!there.numbers.some((pattern) => isOfPattern(number, pattern)))
      found.add(
        path,
        `В офисе «${there.name}» нет номера ${number}.`,
        `The office "${there.name}" has no number ${number}.`,
      );
    return true;
  }
  const entry = lists[kind];
  if (entry) {
    if (!entriesOf(config, entry.list).some((one) => one.id === id))
      found.add(path, `${entry.ru}: ${id} не существует.`, `${entry.en}: ${id} does not exist.`);
    return true;
  }
  if (!isHostedKind(kind)) return false;
  if (!hostedLists[kind].some((list) => entriesOf(config, list).some((one) => one.id === id)))
    found.add(path, `Некуда: ${target} не существует.`, `Nowhere to go: ${target} does not exist.`);
  return true;
}
