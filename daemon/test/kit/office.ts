/** The office of most tests: Moscow, three telephones, a PBX line, two city lines, two trunks. */
export const office = {
  version: 1,
  dialing: { areaCodes: ['495', '499'], firstDigitMs: 16_000, interDigitMs: 5000, matchMs: 3000 },
  site: { emergencyCaller: '+74951234500' },
  fraudGuard: { openCountries: ['44', '49', '375', '77'], nightLock: false },
  classesOfService: [
    {
      id: 'staff',
      name: 'Staff',
      allow: ['internal', 'local', 'zone', 'national', 'mobile', 'free', 'special'],
      pinFor: [],
    },
    { id: 'guarded', name: 'Guarded', allow: ['internal', 'local', 'national'], pinFor: ['national'] },
    { id: 'inside', name: 'Inside only', allow: ['internal'] },
    {
      id: 'abroad',
      name: 'Abroad',
      allow: ['internal', 'local', 'zone', 'national', 'mobile', 'free', 'special', 'cis', 'international'],
    },
  ],
  costCentres: [
    { id: 'sales', name: 'Sales' },
    { id: 'works', name: 'Works' },
  ],
  ports: [
    { kind: 'fxs', number: 1, name: 'Desk', extension: '11', classOfService: 'staff', costCentre: 'sales' },
    { kind: 'fxs', number: 2, name: 'Store', extension: '12', classOfService: 'inside' },
    { kind: 'fxs', number: 3, name: 'PBX', role: 'pbx-line', classOfService: 'inside' },
    { kind: 'fxs', number: 4, name: 'Hall', extension: '14', classOfService: 'guarded' },
    { kind: 'fxo', number: 5, name: 'City 1', proven: true, incoming: 'reception' },
    { kind: 'fxo', number: 6, name: 'City 2', proven: true },
  ],
  trunks: [
    { id: 'alpha', name: 'Alpha', mode: 'static', server: '127.0.0.1:6001' },
    { id: 'beta', name: 'Beta', mode: 'static', server: '127.0.0.1:6002' },
  ],
  routes: [
    {
      id: 'alpha-out',
      name: 'Alpha',
      classes: ['zone', 'national', 'mobile', 'cis', 'international'],
      via: { kind: 'trunk', trunk: 'alpha' },
      prices: [{ prefix: '', perMinute: 1.5 }],
    },
    {
      id: 'beta-out',
      name: 'Beta',
      classes: ['zone', 'national', 'mobile', 'cis', 'international'],
      via: { kind: 'trunk', trunk: 'beta' },
      prices: [{ prefix: '', perMinute: 3 }],
    },
    {
      id: 'city',
      name: 'City lines',
      classes: ['local', 'special', 'free'],
      via: { kind: 'line', ports: [5, 6] },
    },
  ],
  people: [
    {
      id: 'anna',
      name: 'Anna',
      extension: '21',
      ports: [1],
      mobile: '+79161234567',
      classOfService: 'staff',
      costCentre: 'works',
      forwarding: { busy: 'mobile', noAnswer: 'mobile', noAnswerSeconds: 20 },
    },
  ],
  pins: [
    {
      id: 'pin-sales',
      name: 'Sales',
      hmac: '0'.repeat(64),
      length: 6,
      classOfService: 'abroad',
      costCentre: 'works',
      outside: true,
      userNumber: '17',
    },
  ],
  accessNumbers: [
    {
      id: 'access',
      name: 'Access',
      code: '77',
      trunkNumbers: ['+74951112233'],
      pinLength: 6,
      attempts: 3,
      lockoutSeconds: 60,
    },
  ],
  destinations: [
    {
      id: 'reception',
      name: 'Reception',
      classOfService: 'staff',
      steps: [
        { targets: ['port:1'], seconds: 15 },
        { targets: ['number:+79160000001'], seconds: 30 },
      ],
    },
  ],
  incomingNumbers: [{ id: 'main', number: '8 (495) 111-00-00', trunk: 'alpha', destination: 'reception' }],
};

/** Digits of the PINs of {@link office}. */
export const officePins = { 'pin-sales': '135790', 'pin-long': '24681357' };
