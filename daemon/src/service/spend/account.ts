import type { Config, Limits } from '../../config/schema.ts';
import type { CallPrice } from '../../dialplan/price.ts';
import type { NumberClass, Said } from '../../dialplan/route-plan.ts';

/** Whose budget a call counts against: `office`, `person:anna`, `cost-centre:sales`, `pin:guest`. */
export type Account = string;

/** The account of all calls. */
export const office: Account = 'office';

/** Who pays for a call. */
export interface Payer {
  person?: string;
  costCentre?: string;
  pinId?: string;
}

/** What is charged when a leg answers. */
export interface Charge {
  /** The budgets it counts against, the office's not named. */
  accounts: readonly Account[];
  tollClass: NumberClass;
  /** E.164 with +, or a short code. */
  number: string;
  routeId: string;
  price?: CallPrice;
  /** Set where the call is made for somebody who has another one: it does not count as a second one of a PIN. */
  diverted: boolean;
}

/** Who pays for what is done with these rights. */
export function payerOf({ person, costCentre, pinId }: Payer): Payer {
  return {
    ...(person === undefined ? {} : { person }),
    ...(costCentre === undefined ? {} : { costCentre }),
    ...(pinId === undefined ? {} : { pinId }),
  };
}

/** The budgets of whoever pays, the office's not named. */
export function accountsOf({ person, costCentre, pinId }: Payer): Account[] {
  return [
    ...(person === undefined ? [] : [`person:${person}`]),
    ...(costCentre === undefined ? [] : [`cost-centre:${costCentre}`]),
    ...(pinId === undefined ? [] : [`pin:${pinId}`]),
  ];
}

/** What may be spent on an account; undefined: no limit. */
export function limitsOf(config: Config, account: Account): Limits | undefined {
  if (account === office) return config.spending.limits;
  return entryOf(config, account)?.limits;
}

/** Every account that has a limit. */
export function limitedAccounts(config: Config): Account[] {
  const all = [
    office,
    ...config.costCentres.map(({ id }) => `cost-centre:${id}`),
    ...config.people.map(({ id }) => `person:${id}`),
    ...config.pins.map(({ id }) => `pin:${id}`),
  ];
  return all.filter((account) => Object.values(limitsOf(config, account) ?? {}).some((l) => l !== undefined));
}

/** Whose account it is, for people. */
export function accountName(config: Config, account: Account): Said {
  if (account === office) return { ru: 'весь офис', en: 'the whole office' };
  const kind = account.slice(0, account.indexOf(':'));
  const name = entryOf(config, account)?.name ?? account.slice(account.indexOf(':') + 1);
  if (kind === 'cost-centre') return { ru: `отдел «${name}»`, en: `department "${name}"` };
  return kind === 'pin' ? { ru: `ПИН-код «${name}»`, en: `PIN "${name}"` } : { ru: name, en: name };
}

function entryOf(
  config: Config,
  account: Account,
): { name: string; limits?: Limits | undefined } | undefined {
  const at = account.indexOf(':');
  const id = account.slice(at + 1);
  switch (account.slice(0, at)) {
    case 'cost-centre':
      return config.costCentres.find((entry) => entry.id === id);
    case 'person':
      return config.people.find((entry) => entry.id === id);
    case 'pin':
      return config.pins.find((entry) => entry.id === id);
    default:
      return undefined;
  }
}
