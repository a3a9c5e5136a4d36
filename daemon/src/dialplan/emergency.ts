import type { Config, FxoPortConfig, TrunkConfig } from '../config/schema.ts';
import { lineDigits } from './line-digits.ts';
import type { Area } from './number-rules.ts';
import type { ClassifiedNumber, RouteStep, Said } from './route-plan.ts';

/** Route ids of the emergency plan, which no configuration can take away. */
export const emergencyRoutes = {
  cityLine: 'emergency-line',
  trunk: 'emergency-trunk',
  pbx: 'emergency-pbx',
} as const;

/**
 * Steps of an emergency call (rulings 3 to 5): proven city lines, then trunks on which the short code or a
 * dispatcher's long number works, then an extension port of the office PBX with its outside prefix. Classes,
 * PINs, schedules and routes have no say. Which line is free, and taking one from another call, is call
 * control's part.
 */
export function emergencySteps(
  config: Config,
  number: ClassifiedNumber,
  area: Area,
  except: readonly number[] = [],
): RouteStep[] {
  const code = number.shortCode ?? '112';
  const ports = config.ports.filter(
    (port): port is FxoPortConfig => port.kind === 'fxo' && port.enabled && !except.includes(port.number),
  );
  const asCode = { class: 'emergency', shortCode: code } as const;
  const cityLines = ports.filter((port) => port.role === 'city-line' && port.proven);
  const pbxLines = ports.filter((port) => port.role === 'pbx-extension');
  return [
    ...lineSteps(cityLines, asCode, area, emergencyRoutes.cityLine, {
      ru: 'проверенная городская линия: экстренные службы видят адрес',
      en: 'proven city line: the emergency services see the address',
    }),
    ...config.trunks.filter((trunk) => trunk.enabled).flatMap((trunk) => trunkStep(trunk, code)),
    ...lineSteps(pbxLines, asCode, area, emergencyRoutes.pbx, {
      ru: 'последняя возможность: через офисную АТС',
      en: 'last resort: through the office PBX',
    }),
  ];
}

function trunkStep(trunk: TrunkConfig, code: string): RouteStep[] {
  const number = trunk.emergencyShortCodes ? code : trunk.emergencyNumber;
  if (number === undefined) return [];
  const why: Said = trunk.emergencyShortCodes
    ? {
        ru: `«${trunk.name}»: оператор принимает короткие номера`,
        en: `"${trunk.name}": the operator takes short codes`,
      }
    : {
        ru: `«${trunk.name}»: длинный номер диспетчера`,
        en: `"${trunk.name}": the dispatcher's long number`,
      };
  return [
    {
      routeId: emergencyRoutes.trunk,
      via: { kind: 'trunk', trunk: trunk.id },
      number,
      price: undefined,
      why,
    },
  ];
}

/** One step for all ports that are dialed alike, in order of the first of each kind. */
export function lineSteps(
  ports: readonly FxoPortConfig[],
  number: Pick<ClassifiedNumber, 'class' | 'e164' | 'shortCode' | 'carrier'>,
  area: Area,
  routeId: string,
  why: Said,
  price: RouteStep['price'] = undefined,
): RouteStep[] {
  const byDigits = new Map<string, number[]>();
  for (const port of ports) {
    const digits = lineDigits(number, port, area);
    if (digits === undefined) continue;
    const same = byDigits.get(digits);
    if (same) same.push(port.number);
    else byDigits.set(digits, [port.number]);
  }
  return [...byDigits].map(([digits, numbers]) => ({
    routeId,
    via: { kind: 'line', ports: numbers },
    number: digits,
    price,
    why,
  }));
}
