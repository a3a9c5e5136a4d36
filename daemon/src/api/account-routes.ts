import { type Request, Router } from 'express';
import { accountRoles } from '../config/schema/account.ts';
import type { AccountConfig } from '../config/schema.ts';
import type { AuditAct } from '../records/audit.ts';
import { changeAccounts, checkPassword } from './account-passwords.ts';
import { fields } from './auth-routes.ts';
import { issuesById } from './config-edits.ts';
import type { AccountView } from './contract.ts';
import type { ApiDeps, ConfigResult } from './deps.ts';
import { ApiFault } from './errors.ts';
import type { Sessions } from './sessions.ts';
import { viewerAs, viewerOf } from './viewer.ts';

/** Accounts of the page (M25): who signs in, as what. Passwords go in, are hashed here, and never come out. */
export function accountRoutes(deps: ApiDeps, sessions: Sessions): Router {
  const router = Router();

  const list = (): readonly AccountConfig[] => deps.config.current().config.accounts;
  const note = (request: Request, act: AuditAct, detail: string): void => {
    const { who } = viewerOf(request);
    deps.audit.note({ who, from: request.ip ?? '', act, detail });
    deps.log('info', `${act} by ${who}: ${detail}`);
  };
  /** Whoever is signed in with what holds no more is put out at once, the live socket included. */
  const settle = (): void => sessions.endUnless(({ account, stamp }) => !!viewerAs(deps, account, stamp));
  const taken = (result: ConfigResult): void => {
    if (result.ok) return;
    if (result.reason !== 'invalid') throw new ApiFault('config/conflict');
    const issues = issuesById(deps.config.current().config, result.issues);
    throw new ApiFault('config/invalid', { issues, ...(issues[0] && { path: issues[0].path }) });
  };

  router.get('/accounts', (_request, response) => {
    response.json(list().map(publicAccount));
  });

  router.put('/accounts/:id', async (request, response) => {
    const { id } = request.params;
    const { password, ...wanted } = accountOf(id, fields(request));
    if (password !== undefined) checkPassword(password, deps.claim.code());
    const passwordHash = password === undefined ? undefined : await deps.password.hash(password);
    const { who } = viewerOf(request);
    const made = !list().some((account) => account.id === id);
    const replaced = (before: AccountConfig | undefined): AccountConfig => {
      const hash = passwordHash ?? before?.passwordHash;
      return { ...wanted, ...(hash === undefined ? {} : { passwordHash: hash }) };
    };
    const change = (accounts: readonly AccountConfig[]): AccountConfig[] =>
      accounts.some((account) => account.id === id)
        ? accounts.map((account) => (account.id === id ? replaced(account) : account))
        : [...accounts, replaced(undefined)];
    taken(await changeAccounts(deps, change, who));
    settle();
    const { role, enabled } = wanted;
    note(request, 'account-changed', `${id} ${role} ${enabled ? 'on' : 'off'}`);
    if (password !== undefined) note(request, 'account-password', id);
    const found = list().find((account) => account.id === id);
    if (!found) throw new ApiFault('config/conflict');
    response.status(made ? 201 : 200).json(publicAccount(found));
  });

  router.delete('/accounts/:id', async (request, response) => {
    const { id } = request.params;
    if (!list().some((account) => account.id === id)) throw new ApiFault('api/not-found');
    const { who } = viewerOf(request);
    taken(await changeAccounts(deps, (accounts) => accounts.filter((one) => one.id !== id), who));
    settle();
    note(request, 'account-removed', id);
    response.json({ ok: true });
  });

  return router;
}

/** Field by field, so that the hash stays inside. */
function publicAccount({ id, role, person, groups, queues, enabled, ...rest }: AccountConfig): AccountView {
  return {
    ...{ id, role },
    ...(person === undefined ? {} : { person }),
    ...{ groups, queues, enabled },
    hasPassword: rest.passwordHash !== undefined,
  };
}

function accountOf(
  id: string,
  body: Record<string, unknown>,
): Omit<AccountConfig, 'passwordHash'> & { password?: string } {
  const bad = (path: string): ApiFault => new ApiFault('api/bad-request', { path });
  const role = accountRoles.find((one) => one === body.role);
  if (!role) throw bad('/role');
  if (typeof body.enabled !== 'boolean') throw bad('/enabled');
  const text = (key: string): string | undefined => {
    const value = body[key];
    if (value === undefined || value === '') return undefined;
    if (typeof value !== 'string' || value.length > 256) throw bad(`/${key}`);
    return value;
  };
  const names = (key: string): string[] => {
    const value = body[key] ?? [];
    if (!Array.isArray(value) || value.length > 64 || !value.every((one) => typeof one === 'string'))
      throw bad(`/${key}`);
    return value;
  };
  const person = text('person');
  const password = text('password');
  return {
    ...{ id, role, enabled: body.enabled },
    ...{ groups: names('groups'), queues: names('queues') },
    ...(person === undefined ? {} : { person }),
    ...(password === undefined ? {} : { password }),
  };
}
