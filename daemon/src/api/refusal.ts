import type { Request } from 'express';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';
import { viewerOf } from './viewer.ts';

/** The same refusal of the same account is noted once within this time, ms: a page that asks again fills no disk. */
const ONCE_MS = 60_000;
/** Refusals remembered; somebody who tries everything in turn fills no memory either. */
const most = 1000;
/** Longest part of a path that is noted. */
const longest = 120;

const noted = new WeakMap<object, Map<string, number>>();

/** A refusal of what is not for this account. It stands in the audit log, with who asked, and for what (M10). */
export function refuse(
  deps: Pick<ApiDeps, 'audit' | 'clock' | 'log'>,
  request: Request,
  callId?: string,
  code: 'api/not-allowed' | 'api/scope-missing' = 'api/not-allowed',
): ApiFault {
  const { who } = viewerOf(request);
  const from = request.ip ?? '';
  const detail = `${request.method} ${`${request.baseUrl}${request.path}`.slice(0, longest)}`;
  const now = deps.clock.now();
  const before = noted.get(deps) ?? new Map<string, number>();
  noted.set(deps, before);
  for (const [key, at] of before) if (now - at > ONCE_MS || before.size > most) before.delete(key);
  const key = `${who} ${from} ${detail}`;
  if (!before.has(key)) {
    before.set(key, now);
    deps.audit.note({
      ...{ who, from, act: 'access-refused', detail },
      ...(callId === undefined ? {} : { callId }),
    });
    deps.log('warn', `refused to ${who} from ${from}: ${detail}`);
  }
  return new ApiFault(code);
}
