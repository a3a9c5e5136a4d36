import { extensionEntries, isOfPattern } from '../dialplan/entries.ts';
import { profileNamed } from '../dialplan/profile.ts';
import type { Config } from './schema.ts';
import type { Faults } from './target-references.ts';

/**
 * One numbering over all offices: a number of another office is nobody's here, nor a third office's, and is no
 * emergency number of this one.
 */
export function checkOffices(config: Config, found: Faults): void {
  const own = ownNumbers(config);
  const classes = new Set(config.classesOfService.map(({ id }) => id));
  const centres = new Set(config.costCentres.map(({ id }) => id));
  const { emergency, legacyEmergency } = profileNamed(config.dialing.profile);
  const codes = [...emergency, ...Object.keys(legacyEmergency)];
  const before: { pattern: string; name: string }[] = [];
  const seen = new Map<string, string>();
  config.offices.forEach(({ name, numbers, classOfService, costCentre, fingerprints }, i) => {
    const at = `/offices/${i}`;
    if (classOfService !== undefined && !classes.has(classOfService))
      found.add(
        `${at}/classOfService`,
        `Класс: ${classOfService} не существует.`,
        `Class of service: ${classOfService} does not exist.`,
      );
    if (costCentre !== undefined && !centres.has(costCentre))
      found.add(
        `${at}/costCentre`,
        `Центр затрат: ${costCentre} не существует.`,
        `Cost centre: ${costCentre} does not exist.`,
      );
    fingerprints.forEach((print, k) => {
      const other = seen.get(print);
      // Whose call it is could not be told.
      if (other !== undefined)
        found.add(
          `${at}/fingerprints/${k}`,
          `Такой отпечаток уже у офиса «${other}».`,
          `The office "${other}" has this fingerprint already.`,
        );
      else seen.set(print, name);
    });
    numbers.forEach((pattern, k) => {
      const path = `${at}/numbers/${k}`;
      const code = codes.find((each) => coversBeginning(pattern, each));
      if (code !== undefined)
        found.add(
          path,
          `${pattern} заслоняет экстренный номер ${code}: укажите диапазон без него.`,
          `${pattern} covers the emergency number ${code}: give a range without it.`,
        );
      const taken = own.find((number) => overlap(pattern, number.digits));
      if (taken)
        found.add(
          path,
          `${pattern} пересекается со здешним номером ${taken.digits} (${taken.owner}).`,
          `${pattern} overlaps the number ${taken.digits} of this office (${taken.owner}).`,
        );
      const other = before.find((each) => overlap(pattern, each.pattern));
      if (other)
        found.add(
          path,
          `${pattern} пересекается с ${other.pattern} офиса «${other.name}».`,
          `${pattern} overlaps ${other.pattern} of the office "${other.name}".`,
        );
      before.push({ pattern, name });
    });
  });
}

/** A number, or a pattern of numbers, that leads to somebody here. */
interface OwnNumber {
  digits: string;
  owner: string;
}

/** Whether some number is of both patterns. */
const overlap = (a: string, b: string): boolean =>
  a.length === b.length && [...a].every((digit, i) => digit === 'X' || b[i] === 'X' || digit === b[i]);

/** Whether a number of the pattern is an emergency code, or begins with one and could never be dialed whole. */
const coversBeginning = (pattern: string, code: string): boolean =>
  pattern.length >= code.length && isOfPattern(code, pattern.slice(0, code.length));

/** The numbers of this office that another's must not be. */
function ownNumbers(config: Config): OwnNumber[] {
  const entries: OwnNumber[] = [];
  const add = (digits: string | undefined, owner: string): void => {
    if (digits) entries.push({ digits, owner });
  };
  for (const port of config.ports)
    if (port.kind === 'fxs') add(port.extension, port.name || String(port.number));
  for (const device of config.devices) {
    add(device.extension, device.name);
    for (const pattern of device.numbers) add(pattern, device.name);
  }
  for (const person of config.people) add(person.extension, person.name);
  for (const { extension, name } of extensionEntries(config)) add(extension, name);
  for (const access of config.accessNumbers) add(access.code, access.name);
  for (const { code, name } of config.speedDials) add(code, name);
  return entries;
}
