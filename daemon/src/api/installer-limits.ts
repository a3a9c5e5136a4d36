import { isDeepStrictEqual } from 'node:util';
import type { Request } from 'express';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';
import { isObject } from './redact.ts';
import { viewerOf } from './viewer.ts';

/** Parts that decide who gets to hear what was said: what is recorded, what becomes of messages, whose server mails them. */
const sections = ['recording', 'voicemail', 'mail'] as const;
/** The same of a person or a group that was there before. */
const fields = ['email', 'voicemail'] as const;

/**
 * Where a document that an installer wants would open what was said in calls: somebody who may hear nothing must not
 * be able to have it sent to himself either. A JSON pointer, or undefined.
 */
export function opensContent(before: unknown, after: unknown): string | undefined {
  if (!isObject(before) || !isObject(after)) return undefined;
  const section = sections.find((key) => !isDeepStrictEqual(before[key], after[key]));
  if (section) return `/${section}`;
  for (const list of ['people', 'groups'] as const) {
    const known = new Map(items(before[list]).map((item) => [item.id, item]));
    for (const item of items(after[list])) {
      const was = known.get(item.id);
      const field = was && fields.find((key) => !isDeepStrictEqual(was[key], item[key]));
      if (field) return `/${list}/${String(item.id)}/${field}`;
    }
  }
  return undefined;
}

/** @throws ApiFault if an installer is about to change what is the administrator's alone */
export function guardInstaller(deps: Pick<ApiDeps, 'config'>, request: Request, document: unknown): void {
  if (viewerOf(request).role !== 'installer') return;
  const path = opensContent(deps.config.current().config, document);
  if (path !== undefined) throw new ApiFault('api/not-allowed', { path });
}

/** @throws ApiFault if an installer is about to take back somebody else's change */
export function guardInstallersUndo(
  deps: Pick<ApiDeps, 'config'>,
  request: Request,
  revision: number | undefined,
): void {
  const { role, who } = viewerOf(request);
  if (role !== 'installer') return;
  const history = deps.config.history();
  const entry = revision === undefined ? history[0] : history.find((one) => one.revision === revision);
  if (entry && entry.by !== who) throw new ApiFault('config/not-undoable', { said: notTheirs });
}

const notTheirs = {
  ru: 'Это изменение сделали не вы: отменить его может администратор.',
  en: 'This change is not yours: an administrator can undo it.',
};

function items(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
