import type { Config, RouteConfig, TollClass } from '../config/schema.ts';
import { summary } from './candidate.ts';
import { destinations } from './destinations.ts';
import { compileDialPlan } from './plan.ts';
import type { Said } from './route-plan.ts';
import { className } from './sentence.ts';

const everywhere = destinations.map(({ code }) => code);

/** Class of service of nobody, which may call everywhere: what a route does is asked, not who may use it. */
const everybody = 'describe-routes';

/** How many classes of a route are spelt out; the rest only repeat them. */
const spelt = 2;

/** A number of each class that no office is in, as E.164 digits; local and special ones depend on the office. */
const samples: Partial<Record<TollClass, string>> = {
  national: '78121234567',
  mobile: '79161234567',
  free: '78001234567',
  cis: '375291234567',
  international: '442079460000',
  premium: '78091234567',
};

/**
 * What each route does, in a sentence made by the code that routes: for its first classes, which ways such a
 * call takes in turn, at which price, and why in this order.
 * @param now wall-clock ms, for routes with hours
 */
export function describeRoutes(config: Config, now: number): { id: string; said: Said }[] {
  const plan = compileDialPlan({
    ...config,
    // Where calls may go is the guard's affair, and not asked here.
    fraudGuard: { ...config.fraudGuard, openCountries: everywhere, nightLock: false, closedWhen: [] },
    classesOfService: [
      { id: everybody, name: '', allow: [...allClasses], pinFor: [], when: [] },
      ...config.classesOfService,
    ],
  });
  const ways = (route: RouteConfig, dialed: string): Said | undefined => {
    const found = plan.plan({
      dialed,
      origin: { kind: 'forward' },
      classOfService: everybody,
      whole: true,
      now,
    });
    if (!found.steps.some((step) => step.routeId === route.id)) return undefined;
    const said = summary(found);
    if (found.steps.some((step) => step.routeId !== route.id)) return said;
    // Alone it need not be named: the sentence stands beside its name.
    return {
      ru: said.ru.replaceAll(`«${route.name}»: `, ''),
      en: said.en.replaceAll(`"${route.name}": `, ''),
    };
  };
  return config.routes.flatMap((route) => {
    const sentences: Said[] = [];
    for (const kind of route.classes) {
      const number = sampleOf(kind, route, config);
      const said = number === undefined ? undefined : ways(route, number);
      if (!said || sentences.length === spelt) continue;
      const name = className(kind);
      sentences.push({ ru: `${name.ru}: ${said.ru}`, en: `${name.en}: ${said.en}` });
    }
    if (sentences.length === 0) return [];
    return [
      {
        id: route.id,
        said: {
          ru: `${sentences.map((s) => s.ru).join(' · ')}`,
          en: `${sentences.map((s) => s.en).join(' · ')}`,
        },
      },
    ];
  });
}

const allClasses = [
  'internal',
  'local',
  'zone',
  'national',
  'mobile',
  'free',
  'special',
  'cis',
  'international',
  'premium',
] as const satisfies readonly TollClass[];

/** A number that the route is for: of its own prefix if it has one, else of the class. */
function sampleOf(kind: TollClass, route: RouteConfig, config: Config): string | undefined {
  const prefix = route.prefixes[0];
  if (prefix !== undefined) return `+${prefix.padEnd(11, '1')}`;
  if (kind === 'local') return `+7${config.dialing.areaCodes[0]}`.padEnd(12, '2');
  const sample = samples[kind];
  return sample === undefined ? undefined : `+${sample}`;
}
