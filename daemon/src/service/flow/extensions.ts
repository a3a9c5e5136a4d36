import type { Config } from '../../config/schema.ts';
import { extensionEntries } from '../../dialplan/entries.ts';
import type { ExtensionMatch } from './flow-step.ts';

/** Extensions of the office and what they lead to; those behind a PBX with `X` for any digit. */
type Directory = readonly { dialed: string; target: string | undefined }[];

const known = new WeakMap<Config, Directory>();

/**
 * What a caller from outside may dial out of a menu: people, telephones, groups, queues, rooms and other menus of the
 * office, in the order in which {@link targetOfExtension} finds them. No mailbox, no code, no access number, nothing outside, and no
 * emergency number: those exist for people on site alone (ruling 3).
 */
function directoryOf(config: Config): Directory {
  const before = known.get(config);
  if (before) return before;
  const directory = [
    ...config.people.flatMap(({ id, extension }) => entry(extension, `person:${id}`)),
    ...config.ports.flatMap((port) =>
      port.kind === 'fxs' && port.enabled ? entry(port.extension, `port:${port.number}`) : [],
    ),
    ...extensionEntries(config).flatMap(({ extension, target }) =>
      target.startsWith('mailbox:') ? [] : entry(extension, target),
    ),
    ...config.devices.flatMap(({ id, extension, enabled }) =>
      enabled ? entry(extension, `device:${id}`) : [],
    ),
    ...config.devices.flatMap(({ enabled, numbers }) =>
      enabled ? numbers.map((dialed) => ({ dialed, target: undefined })) : [],
    ),
  ];
  known.set(config, directory);
  return directory;
}

const entry = (extension: string | undefined, target: string): { dialed: string; target: string }[] =>
  extension === undefined ? [] : [{ dialed: extension, target }];

/** What digits lead to, and whether more may follow. */
export function extensionOf(config: Config, digits: string): ExtensionMatch {
  const begins = directoryOf(config).filter(({ dialed }) => fits(digits, dialed));
  const whole = begins.find(({ dialed }) => dialed.length === digits.length);
  const more = begins.some(({ dialed }) => dialed.length > digits.length);
  return whole ? { target: whole.target ?? digits, more } : { more };
}

/** Whether digits are the beginning of an extension, or all of it. */
const fits = (digits: string, dialed: string): boolean =>
  digits.length <= dialed.length &&
  [...digits].every((digit, i) => (dialed[i] === 'X' ? /\d/.test(digit) : digit === dialed[i]));
