import type { ConfigIssue } from '../api/contract.ts';
import { CodedError, messageOf } from '../base/error.ts';
import { yieldDefaults } from '../dialplan/code-conflicts.ts';
import { type DialPlanIssue, lintDialPlan } from '../dialplan/lint.ts';
import { areaOf } from '../dialplan/plan.ts';
import { checkAccounts } from './account-references.ts';
import { checkFlows } from './flow-references.ts';
import { isRecord, issueOf, unknownKeys } from './issue.ts';
import { checkMail } from './mail-references.ts';
import { migrate } from './migration.ts';
import { checkNetwork } from './network-references.ts';
import { checkPrompts } from './prompt-references.ts';
import { checkQueues } from './queue-references.ts';
import { checkRecording } from './recording-references.ts';
import { checkReferences } from './references.ts';
import { checkSchedules } from './schedule-references.ts';
import { type Config, configSchema } from './schema.ts';
import { checkWrittenValues } from './written-values.ts';

/** A document taken or refused; a refusal names every place and the reason in both languages. */
export type Validation =
  | { ok: true; config: Config; warnings: DialPlanIssue[]; migrated: string[] }
  | { ok: false; issues: ConfigIssue[] };

/** Checks a document of any version: its shape, what refers to what, and the numbering. */
export function validateConfig(document: unknown): Validation {
  let migrated: ReturnType<typeof migrate>;
  try {
    migrated = migrate(document);
  } catch (error) {
    const said =
      error instanceof CodedError && error.code === 'config/newer-version'
        ? {
            ru: 'Эти настройки записаны более новой версией.',
            en: 'These settings were written by a newer release.',
          }
        : {
            ru: `Это не настройки (${messageOf(error)}).`,
            en: `This is no configuration (${messageOf(error)}).`,
          };
    return { ok: false, issues: [{ path: '/version', said }] };
  }
  const parsed = configSchema.safeParse(migrated.document);
  if (!parsed.success) {
    return { ok: false, issues: parsed.error.issues.map((issue) => issueOf(configSchema, issue)) };
  }
  const unknown = unknownKeys(migrated.document, parsed.data);
  if (unknown.length > 0) return { ok: false, issues: unknown };
  const { log } = migrated;
  for (const kind of yieldDefaults(parsed.data, areaOf(parsed.data.dialing), namedCodes(migrated.document)))
    log.push(`dialing.codes.${kind} is off: its usual code is something else here`);
  const issues = [
    ...checkWrittenValues(parsed.data),
    ...checkReferences(parsed.data),
    ...checkRecording(parsed.data),
    ...checkSchedules(parsed.data),
    ...checkFlows(parsed.data),
    ...checkPrompts(parsed.data),
    ...checkQueues(parsed.data),
    ...checkMail(parsed.data),
    ...checkAccounts(parsed.data),
    ...checkNetwork(parsed.data),
  ];
  // Without a valid time zone the numbering cannot be compiled and asked.
  if (issues.length > 0) return { ok: false, issues };
  const numbering = lintDialPlan(parsed.data);
  const errors = numbering.filter((issue) => issue.severity === 'error');
  if (errors.length > 0) return { ok: false, issues: errors.map(({ path, said }) => ({ path, said })) };
  return { ok: true, config: parsed.data, warnings: numbering, migrated: log };
}

/** Feature codes that a document says something about. */
function namedCodes({ dialing }: Record<string, unknown>): ReadonlySet<string> {
  const codes = isRecord(dialing) ? dialing.codes : undefined;
  return new Set(isRecord(codes) ? Object.keys(codes) : []);
}
