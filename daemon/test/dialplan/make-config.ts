import { type Config, configSchema } from '../../src/config/schema.ts';
import { destinations } from '../../src/dialplan/destinations.ts';

/**
 * An office in Moscow: telephones on 1 and 2, the PBX on 3, city lines on 5 and 6, an extension of the PBX
 * on 7; two operators.
 */
export function makeConfig(over: Record<string, unknown> = {}): Config {
  return configSchema.parse({
    version: 1,
    fraudGuard: { openCountries: destinations.map(({ code }) => code), nightLock: false },
    timeRules: [
      { id: 'work', name: 'Work', days: [1, 2, 3, 4, 5], from: '09:00', to: '18:00' },
      { id: 'night', name: 'Night', days: [5], from: '22:00', to: '06:00' },
    ],
    classesOfService: [
      { id: 'office', name: 'Office', allow: ['internal', 'local', 'zone', 'free', 'special'] },
      {
        id: 'ld',
        name: 'Long distance',
        allow: ['internal', 'local', 'zone', 'national', 'mobile', 'free', 'special'],
        pinFor: ['international', 'cis'],
      },
      { id: 'hours', name: 'In hours', allow: ['internal', 'national', 'free', 'special'], when: ['work'] },
      {
        id: 'all',
        name: 'Everything',
        allow: ['internal', 'local', 'zone', 'national', 'mobile', 'free', 'special', 'cis', 'international'],
      },
      { id: 'premium', name: 'Premium too', allow: ['premium'] },
    ],
    ports: [
      { kind: 'fxs', number: 1, name: 'Anna', classOfService: 'office', extension: '201' },
      { kind: 'fxs', number: 2, classOfService: 'ld', extension: '202' },
      { kind: 'fxs', number: 3, role: 'pbx-line', classOfService: 'ld' },
      { kind: 'fxo', number: 5, proven: true },
      { kind: 'fxo', number: 6 },
      { kind: 'fxo', number: 7, role: 'pbx-extension', outsidePrefix: '9,' },
    ],
    trunks: [
      { id: 'acme', name: 'Acme', server: 'sip.acme.example', user: 'a' },
      { id: 'beta', name: 'Beta', server: 'sip.beta.example', user: 'b' },
    ],
    routes: [
      {
        id: 'acme',
        name: 'Acme',
        via: { kind: 'trunk', trunk: 'acme' },
        classes: ['national', 'mobile', 'cis', 'international', 'free'],
        prices: [
          { prefix: '7', perMinute: 1.2 },
          { prefix: '7812', perMinute: 0.9 },
          { prefix: '79', perMinute: 2 },
          { prefix: '77', perMinute: 9 },
          { prefix: '44', perMinute: 5 },
        ],
      },
      {
        id: 'beta',
        name: 'Beta',
        via: { kind: 'trunk', trunk: 'beta' },
        classes: ['national', 'mobile', 'international', 'cis'],
        prices: [
          { prefix: '7', perMinute: 1 },
          { prefix: '79', perMinute: 2.5 },
          { prefix: '44', perMinute: 4 },
        ],
      },
      {
        id: 'city',
        name: 'City line',
        via: { kind: 'line', ports: [5, 6] },
        classes: ['local', 'zone', 'national', 'free', 'special'],
        priority: 200,
      },
    ],
    ...over,
  });
}

/** A Thursday at noon in Moscow. */
export const noon = Date.UTC(2026, 0, 15, 9, 0, 0);
