import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { builtInAdmin } from '../config/account-references.ts';
import type { AccountConfig } from '../config/schema.ts';
import type { Role, SignedInView } from './contract.ts';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';
import type { TokenScope } from './token-contract.ts';

/** Who asks. */
export interface Viewer {
  /** Name of the account; `admin` for the administrator without one. */
  account: string;
  /** As logs and histories name them: `admin`, `account:vera`. */
  who: string;
  role: Role;
  /** Id of the person whose account it is. */
  person?: string;
  /** What a supervisor answers for; empty for the other roles. */
  groups: readonly string[];
  queues: readonly string[];
  /** Set where it is a program that asks: what it may do besides being of that role. */
  token?: { id: string; scopes: readonly TokenScope[] };
}

type Deps = Pick<ApiDeps, 'admin' | 'config'>;

/** What somebody signs in to: who they would be, and the hash of the password; without a hash nobody gets in. */
export interface SignIn {
  hash: string | undefined;
  /** Changes with all that a session rests on: the password, the role, what the account answers for. */
  stamp: string;
}

/** A name as it is typed: no case, no spaces around it; the administrator's may be left out. */
export function accountName(typed: string): string {
  const name = typed.trim().toLowerCase();
  return name === '' ? builtInAdmin : name;
}

/** What signing in under a name needs. A name that is nobody's is like one that has no password. */
export function signInOf(deps: Deps, name: string): SignIn {
  if (name === builtInAdmin) {
    const hash = deps.admin.passwordHash();
    return { hash, stamp: stampOf([hash]) };
  }
  const account = deps.config.current().config.accounts.find(({ id }) => id === name);
  if (!account?.enabled) return { hash: undefined, stamp: '' };
  const { id, role, person, groups, queues, passwordHash } = account;
  return { hash: passwordHash, stamp: stampOf([id, role, person, groups, queues, passwordHash]) };
}

/** Who a session is now; undefined: what it was begun with holds no more. */
export function viewerAs(deps: Deps, name: string, stamp: string): Viewer | undefined {
  const now = signInOf(deps, name);
  if (now.hash === undefined || now.stamp !== stamp) return undefined;
  return viewerByName(deps, name);
}

/** Who an account is now, whoever may be signed in to it; undefined: it is gone or off. */
export function viewerByName(deps: Deps, name: string): Viewer | undefined {
  if (name === builtInAdmin)
    return { account: name, who: builtInAdmin, role: 'admin', groups: [], queues: [] };
  const account = deps.config.current().config.accounts.find(({ id }) => id === name);
  return account?.enabled ? viewerOfAccount(account) : undefined;
}

function viewerOfAccount({ id, role, person, groups, queues }: AccountConfig): Viewer {
  const leads = role === 'supervisor';
  return {
    ...{ account: id, who: `account:${id}`, role },
    ...(person === undefined ? {} : { person }),
    groups: leads ? groups : [],
    queues: leads ? queues : [],
  };
}

/** Who is signed in, for the page. */
export function signedInView(deps: Deps, { account, role, person: id }: Viewer): SignedInView {
  const person = deps.config.current().config.people.find((one) => one.id === id);
  const { extension, name } = person ?? {};
  return {
    ...{ account, role },
    ...(id === undefined || name === undefined
      ? {}
      : { person: { id, name, ...(extension === undefined ? {} : { extension }) } }),
  };
}

const viewers = new WeakMap<IncomingMessage, Viewer>();

/** Notes who asks, once the session is known. */
export function setViewer(request: IncomingMessage, viewer: Viewer): void {
  viewers.set(request, viewer);
}

/** Who asks. @throws ApiFault where nobody is signed in */
export function viewerOf(request: IncomingMessage): Viewer {
  const viewer = viewers.get(request);
  if (!viewer) throw new ApiFault('api/not-signed-in');
  return viewer;
}

function stampOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
