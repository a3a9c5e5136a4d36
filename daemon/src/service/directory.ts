import type { Config, FxsPortConfig, PersonConfig } from '../config/schema.ts';

/** Someone or something that can be rung; the grammar of destinations and forwardings. */
export type Target =
  | { kind: 'port'; port: number }
  | { kind: 'person'; person: PersonConfig }
  | { kind: 'number'; number: string };

/** Who has an extension: a person before a port, since a person may sit at several. */
export function targetOfExtension(config: Config, extension: string): Target | undefined {
  const person = config.people.find((p) => p.extension === extension);
  if (person) return { kind: 'person', person };
  const port = config.ports.find((p) => p.kind === 'fxs' && p.enabled && p.extension === extension);
  return port ? { kind: 'port', port: port.number } : undefined;
}

/**
 * Reads a target: `port:1`, `person:anna`, `number:+7916...`, and the short forms that forwardings
 * use, `+7916...` and an extension. Undefined: nobody of that name.
 */
export function parseTarget(config: Config, text: string): Target | undefined {
  const [kind, rest] = text.includes(':')
    ? [text.slice(0, text.indexOf(':')), text.slice(text.indexOf(':') + 1)]
    : ['', text];
  if (kind === 'port') return { kind: 'port', port: Number(rest) };
  if (kind === 'number' || rest.startsWith('+')) return { kind: 'number', number: rest };
  if (kind === 'person') {
    const person = config.people.find((p) => p.id === rest);
    return person && { kind: 'person', person };
  }
  return targetOfExtension(config, rest);
}

/** The configuration of an FXS port. */
export function fxsConfig(config: Config, port: number): FxsPortConfig | undefined {
  const found = config.ports.find((p) => p.kind === 'fxs' && p.number === port);
  return found?.kind === 'fxs' ? found : undefined;
}

/** How calls from a port are shown inside: its extension, and its person's or its own name. */
export function partyOfPort(config: Config, port: number): { number?: string; name?: string } {
  const fxs = fxsConfig(config, port);
  const person = config.people.find((p) => p.ports.includes(port));
  const number = person?.extension ?? fxs?.extension;
  const name = person?.name ?? fxs?.name;
  return { ...(number ? { number } : {}), ...(name ? { name } : {}) };
}
