import { builtInAdmin } from '../config/account-references.ts';
import type { AccountConfig } from '../config/schema.ts';
import type { ApiDeps, ConfigResult } from './deps.ts';
import { ApiFault } from './errors.ts';

const shortestPassword = 8;
/** scrypt would take longer texts too; nobody types them. */
export const longestPassword = 256;

/** Somebody else's change may come between reading and writing; then it is done again on the new document. */
const attempts = 5;

/** The code on the label without dashes, spaces and case. */
export function plainCode(text: string): string {
  return text.replace(/[\s-]/g, '').toUpperCase();
}

/** @throws ApiFault for a password that is too short, or is the code on the label */
export function checkPassword(password: string, code: string | undefined): void {
  const good = password.length >= shortestPassword && password.length <= longestPassword;
  if (!good || (code !== undefined && plainCode(password) === plainCode(code))) {
    throw new ApiFault('api/weak-password', { path: '/password' });
  }
}

/** Changes the list of accounts, whatever else is changed meanwhile. */
export async function changeAccounts(
  { config }: Pick<ApiDeps, 'config'>,
  change: (accounts: readonly AccountConfig[]) => AccountConfig[],
  by: string,
): Promise<ConfigResult> {
  for (let attempt = 1; ; attempt++) {
    const { revision, config: document } = config.current();
    const accounts = change(document.accounts);
    const result = await config.apply({ ...document, accounts }, { expected: revision, by });
    if (result.ok || result.reason !== 'conflict' || attempt === attempts) return result;
  }
}

/** Stores the hash of a new password of an account that is there. */
export async function storePassword(
  deps: Pick<ApiDeps, 'admin' | 'config'>,
  name: string,
  passwordHash: string,
  by: string,
): Promise<void> {
  if (name === builtInAdmin) return await deps.admin.setPasswordHash(passwordHash);
  const result = await changeAccounts(
    deps,
    (accounts) => accounts.map((account) => (account.id === name ? { ...account, passwordHash } : account)),
    by,
  );
  if (!result.ok) throw new ApiFault('config/conflict');
}
