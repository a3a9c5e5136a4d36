import type { Config } from '../config/schema.ts';
import { codeConflicts } from './code-conflicts.ts';
import { type OwnNumber, ownNumbers } from './own-numbers.ts';
import { compileDialPlan, type DialPlan } from './plan.ts';
import type { NumberingProfile } from './profile.ts';
import type { Said } from './route-plan.ts';

/** Something in the numbering that cannot be meant (error) or deserves a look (warning). */
export interface DialPlanIssue {
  /** JSON pointer: `/ports/0/extension`. */
  path: string;
  severity: 'error' | 'warning';
  said: Said;
}

/**
 * Looks for numbers that hide each other or 112, and for what makes emergency calls or routes impossible.
 * Pure; for the check of a document before it is taken.
 */
export function lintDialPlan(config: Config): DialPlanIssue[] {
  const plan = compileDialPlan(config);
  const own = ownNumbers(config);
  return [
    ...own.flatMap((number) => emergencyShadow(number, plan.area.profile)),
    ...collisions(own),
    ...codeConflicts(config, plan.area).flatMap(({ issues }) => issues),
    ...own.flatMap((number) => publicShadow(number, plan, own)),
    ...own.flatMap((number) => lengthIssue(number, config)),
    ...speedDialIssues(config, plan),
    ...hotlineIssues(config, plan),
    ...areaIssues(config),
    ...emergencyWays(config),
  ];
}

/**
 * 112 is never hidden. 101-104 may be extensions, which people outside reach and people inside do not
 * (ruling 3); a longer number behind an emergency one can never be dialed on site.
 */
function emergencyShadow(number: OwnNumber, profile: NumberingProfile): DialPlanIssue[] {
  const codes = [...profile.emergency, ...Object.keys(profile.legacyEmergency)];
  const hidden = codes.find((code) => number.digits.startsWith(code));
  const { path, digits } = number;
  if (hidden !== undefined) {
    const tolerable = hidden === digits && number.kind === 'extension' && /^10[1-4]$/.test(digits);
    return [
      tolerable
        ? {
            path,
            severity: 'warning',
            said: {
              ru: `Набрав ${digits} в офисе, человек попадёт в экстренную службу, а не на этот номер.`,
              en: `Dialed in the office, ${digits} reaches the emergency service and not this extension.`,
            },
          }
        : {
            path,
            severity: 'error',
            said: {
              ru: `${digits} нельзя набрать: ${hidden} — экстренный номер и уходит сразу.`,
              en: `${digits} can never be dialed: ${hidden} is an emergency number and goes at once.`,
            },
          },
    ];
  }
  const delayed = codes.find((code) => code.startsWith(digits));
  if (delayed === undefined) return [];
  // An access number answers at once and would swallow the last digit of 112.
  if (number.kind === 'access') {
    return [
      {
        path,
        severity: 'error',
        said: {
          ru: `${digits} не даёт набрать ${delayed}.`,
          en: `${digits} keeps ${delayed} from being dialed.`,
        },
      },
    ];
  }
  return [
    {
      path,
      severity: 'warning',
      said: {
        ru: `С ${digits} начинается экстренный номер ${delayed}: вызов будет ждать, не набирают ли его.`,
        en: `The emergency number ${delayed} begins with ${digits}: calls will wait in case it is meant.`,
      },
    },
  ];
}

function collisions(own: readonly OwnNumber[]): DialPlanIssue[] {
  return own.flatMap((number, i): DialPlanIssue[] => {
    const issues: DialPlanIssue[] = [];
    const { path, digits } = number;
    const taken = own.slice(0, i).find((other) => other.digits === digits && !sharesDesk(number, other));
    if (taken) {
      issues.push({
        path,
        severity: 'error',
        said: {
          ru: `Номер ${digits} уже занят: ${taken.owner.ru}.`,
          en: `The number ${digits} is taken already: ${taken.owner.en}.`,
        },
      });
    }
    const longer = own.find(
      (other) => other.digits.length > digits.length && other.digits.startsWith(digits),
    );
    if (longer && number.kind === 'prefix') {
      issues.push({
        path,
        severity: 'error',
        said: {
          ru: `${digits} не даёт набрать ${longer.digits} (${longer.owner.ru}).`,
          en: `${digits} keeps ${longer.digits} (${longer.owner.en}) from being dialed.`,
        },
      });
    } else if (longer) {
      const blocks = number.kind === 'access';
      issues.push({
        path,
        severity: blocks ? 'error' : 'warning',
        said: blocks
          ? {
              ru: `${digits} отвечает сразу и не даёт набрать ${longer.digits} (${longer.owner.ru}).`,
              en: `${digits} answers at once and keeps ${longer.digits} (${longer.owner.en}) from being dialed.`,
            }
          : {
              ru: `С ${digits} начинается ${longer.digits} (${longer.owner.ru}): вызовы будут ждать следующей цифры.`,
              en: `${longer.digits} (${longer.owner.en}) begins with ${digits}: calls will wait for another digit.`,
            },
      });
    }
    return issues;
  });
}

function sharesDesk(a: OwnNumber, b: OwnNumber): boolean {
  return a.kind === 'extension' && b.kind === 'extension' && a.ports.some((port) => b.ports.includes(port));
}

/** Numbers that are also the beginning of an outside number: the call waits, or the outside number is lost. */
function publicShadow(number: OwnNumber, plan: DialPlan, own: readonly OwnNumber[]): DialPlanIssue[] {
  const { digits, path } = number;
  if (/[*#]/.test(digits)) return [];
  const read = plan.classify(digits);
  if (number.kind === 'access') {
    const { national, international } = plan.area.profile;
    const prefix = [...international, ...national].find((code) => code.startsWith(digits) || digits === code);
    if (!prefix) return [];
    return [
      {
        path,
        severity: 'error',
        said: {
          ru: `${digits} не даёт набирать междугородные номера.`,
          en: `${digits} keeps long-distance numbers from being dialed.`,
        },
      },
    ];
  }
  const inside = own.some((other) => other.digits.length > digits.length && other.digits.startsWith(digits));
  const shadowed = number.kind === 'extension' && read.class !== 'extension';
  if (shadowed || read.completeness !== 'may-continue' || inside) return [];
  return [
    {
      path,
      severity: 'warning',
      said: {
        ru: `С ${digits} может начинаться городской номер: вызовы будут ждать следующей цифры.`,
        en: `An outside number may begin with ${digits}: calls will wait for another digit.`,
      },
    },
  ];
}

function lengthIssue(number: OwnNumber, config: Config): DialPlanIssue[] {
  const { min, max } = config.dialing.extensionLength;
  const { digits, path } = number;
  if (number.kind !== 'extension' || !/^\d+$/.test(digits) || (digits.length >= min && digits.length <= max))
    return [];
  return [
    {
      path,
      severity: 'warning',
      said: {
        ru: `Внутренние номера здесь от ${min} до ${max} цифр, а ${digits} — нет.`,
        en: `Extensions have ${min} to ${max} digits here, and ${digits} has not.`,
      },
    },
  ];
}

/** What a speed dial stands for must be a number; another speed dial is none. */
function speedDialIssues(config: Config, plan: DialPlan): DialPlanIssue[] {
  const codes = new Set(config.speedDials.map((entry) => entry.code));
  return config.speedDials.flatMap(({ number }, i) =>
    codes.has(number) || plan.classify(number, { whole: true }).class === 'invalid'
      ? [noSuchNumber(`/speedDials/${i}/number`, number)]
      : [],
  );
}

/** A hotline must lead somewhere, and its telephone ought to have the right to call there. */
function hotlineIssues(config: Config, plan: DialPlan): DialPlanIssue[] {
  return config.ports.flatMap((port, i): DialPlanIssue[] => {
    if (port.kind !== 'fxs' || !port.hotline) return [];
    const path = `/ports/${i}/hotline/number`;
    const dialed = port.hotline.number;
    const origin = { kind: 'on-site', port: port.number } as const;
    const { number, refusal } = plan.plan({
      dialed,
      origin,
      classOfService: port.classOfService,
      whole: true,
      now: 0,
    });
    if (number.class === 'invalid') return [noSuchNumber(path, dialed)];
    if (refusal?.reason !== 'class' && refusal?.reason !== 'blocked') return [];
    return [{ path, severity: 'warning', said: refusal.said }];
  });
}

function noSuchNumber(path: string, number: string): DialPlanIssue {
  return {
    path,
    severity: 'error',
    said: { ru: `${number}: такого номера нет.`, en: `${number}: there is no such number.` },
  };
}

/** Area code and local number together are the ten digits of the national plan. */
function areaIssues(config: Config): DialPlanIssue[] {
  const { areaCodes, localLength } = config.dialing;
  return areaCodes.flatMap((code, i): DialPlanIssue[] =>
    code.length + localLength === 10
      ? []
      : [
          {
            path: `/dialing/areaCodes/${i}`,
            severity: 'error',
            said: {
              ru: `Код ${code} и номер из ${localLength} цифр вместе должны давать 10 цифр.`,
              en: `Area code ${code} and a number of ${localLength} digits must make 10 digits together.`,
            },
          },
        ],
  );
}

function emergencyWays(config: Config): DialPlanIssue[] {
  const telephones =
    config.ports.some((port) => port.kind === 'fxs' && port.enabled) ||
    config.devices.some((device) => device.enabled);
  if (
    !telephones ||
    compileDialPlan(config).plan({ dialed: '112', origin: { kind: 'on-site' }, now: 0 }).steps.length > 0
  )
    return [];
  return [
    {
      path: '/ports',
      severity: 'warning',
      said: {
        ru: '112 набрать нельзя: нет ни проверенной городской линии, ни оператора, который принимает экстренные вызовы.',
        en: '112 cannot be called: there is neither a proven city line nor a trunk that takes emergency calls.',
      },
    },
  ];
}
