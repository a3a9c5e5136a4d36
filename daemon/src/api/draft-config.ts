import type { Request } from 'express';
import type { Config } from '../config/schema.ts';
import { validateConfig } from '../config/validate.ts';
import { issuesById } from './config-edits.ts';
import type { ApiDeps } from './deps.ts';
import { draftDocument } from './draft.ts';
import { ApiFault } from './errors.ts';
import { isObject } from './redact.ts';
import { viewerOf } from './viewer.ts';

type Deps = Pick<ApiDeps, 'config' | 'drafts'>;

/** Whether a question is about the settings with the pending changes of whoever asks. */
export function asksForDraft(request: Request): boolean {
  return request.query.draft === '1' || (isObject(request.body) && request.body.draft === true);
}

/** The settings with the pending changes of whoever asks in them, valid or not. */
export function draftOf(deps: Deps, request: Request): ReturnType<typeof draftDocument> {
  return draftDocument(deps.config.current().config, deps.drafts.of(viewerOf(request).who));
}

/**
 * The settings a question is about, if those are the pending ones; undefined: it is about those in force.
 * @throws ApiFault `config/invalid` where the pending changes could not be applied
 */
export function draftConfig(deps: Deps, request: Request): Config | undefined {
  if (!asksForDraft(request)) return undefined;
  const { document } = draftOf(deps, request);
  const checked = validateConfig(document);
  if (checked.ok) return checked.config;
  throw new ApiFault('config/invalid', { issues: issuesById(document, checked.issues) });
}
