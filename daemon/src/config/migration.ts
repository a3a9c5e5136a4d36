import { CodedError } from '../base/error.ts';
import { isRecord } from './issue.ts';
import { configVersion } from './schema.ts';

/** One step of the document's history: what a release renamed, split or dropped. */
export interface Migration {
  /** Version of the documents it takes. */
  from: number;
  to: number;
  /** What it does, for the log. */
  title: string;
  /** Changes the document in place and says what it found, one readable line each; never a value of a secret. */
  apply(document: Record<string, unknown>, log: (line: string) => void): void;
}

/** All steps, in order. A step is never edited once released: a document in the field may still need it. */
export const migrations: readonly Migration[] = [
  {
    from: 0,
    to: 1,
    title: 'documents get a version',
    apply(document, log) {
      // Version 0 had the office's name and language at the top, and one area code.
      const site = isRecord(document.site) ? document.site : {};
      for (const key of ['name', 'language', 'timeZone']) {
        if (!(key in document)) continue;
        if (!(key in site)) site[key] = document[key];
        delete document[key];
        log(`${key} moved to site.${key}`);
      }
      if (Object.keys(site).length > 0) document.site = site;
      const dialing = isRecord(document.dialing) ? document.dialing : undefined;
      if (dialing && 'areaCode' in dialing) {
        if (!('areaCodes' in dialing)) dialing.areaCodes = [dialing.areaCode];
        delete dialing.areaCode;
        log('dialing.areaCode became the list dialing.areaCodes');
      }
    },
  },
];

/** A document brought to the present version. */
export interface Migrated {
  document: Record<string, unknown>;
  /** What was done, one readable line each; empty if nothing was. */
  log: string[];
}

/**
 * Brings a document to the present version, step by step. The given one is left alone.
 * @throws CodedError `config/invalid` if it is no document, `config/newer-version` if a later release wrote it.
 */
export function migrate(
  document: unknown,
  steps: readonly Migration[] = migrations,
  target: number = configVersion,
): Migrated {
  if (!isRecord(document)) throw new CodedError('config/invalid', 'the configuration is not a JSON object');
  const copy = structuredClone(document);
  const log: string[] = [];
  const written = copy.version ?? 0;
  if (typeof written !== 'number' || !Number.isInteger(written) || written < 0) {
    throw new CodedError('config/invalid', 'the version of the configuration is not a whole number');
  }
  let version: number = written;
  if (version > target) {
    throw new CodedError(
      'config/newer-version',
      `the configuration has version ${version}; this release knows ${target}`,
    );
  }
  while (version < target) {
    const step = steps.find((candidate) => candidate.from === version);
    if (!step)
      throw new CodedError(
        'config/invalid',
        `no way from version ${version} of the configuration to ${target}`,
      );
    log.push(`version ${step.from} to ${step.to}: ${step.title}`);
    step.apply(copy, (line) => log.push(`  ${line}`));
    version = step.to;
    copy.version = step.to;
  }
  return { document: copy, log };
}
