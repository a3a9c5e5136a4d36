import type { Config } from '../config/schema.ts';

/** What is dialed to take part in somebody's call: the code, and behind it each extension of people and places. */
export function observeEntries(config: Config): { dialed: string; extension: string }[] {
  const { observeCode } = config.dialing;
  if (observeCode === '') return [];
  const entries = [...config.people, ...config.ports, ...config.devices];
  const extensions = entries.flatMap((entry) => ('extension' in entry && entry.extension) || []);
  return [...new Set(extensions)].map((extension) => ({ dialed: `${observeCode}${extension}`, extension }));
}
