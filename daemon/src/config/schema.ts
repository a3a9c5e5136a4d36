import { z } from 'zod';

const id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/);
const dialable = z.string().regex(/^[0-9*#]{1,24}$/);
const e164 = z.string().regex(/^\+[1-9][0-9]{5,14}$/);

/** Toll classes in the order of a class of service (analog-lines 5.2). Emergency is no class: it is never refused. */
export const tollClasses = [
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
] as const;

const dialing = z.object({
  /** Numbering profile: prefixes and classes as data. */
  profile: z.enum(['ru-8', 'ru-0']).default('ru-8'),
  country: z.enum(['ru', 'eu', 'us']).default('ru'),
  /** The office's area codes; the first is the one a number without a code belongs to (ruling 13). */
  areaCodes: z
    .array(z.string().regex(/^[0-9]{3,5}$/))
    .min(1)
    .default(['495', '499']),
  /** Length of a local number as dialed without area code. */
  localLength: z.number().int().min(5).max(7).default(7),
  /** Extension numbers: shortest and longest. */
  extensionLength: z
    .object({ min: z.number().int().min(2).max(5), max: z.number().int().min(2).max(5) })
    .default({ min: 2, max: 4 }),
  firstDigitMs: z.number().int().min(1000).max(60000).default(16000),
  interDigitMs: z.number().int().min(500).max(20000).default(5000),
  /** Wait when what was dialed is already a number but might go on. */
  matchMs: z.number().int().min(200).max(10000).default(3000),
});

const timeRule = z.object({
  id,
  name: z.string().min(1).max(64),
  /** Days 1 (Monday) to 7, and minutes of the day as HH:MM; `to` before `from` runs over midnight. */
  days: z.array(z.number().int().min(1).max(7)).min(1),
  from: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
  to: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/),
});

const classOfService = z.object({
  id,
  name: z.string().min(1).max(64),
  allow: z.array(z.enum(tollClasses)),
  /** Toll classes that need a PIN even on this class. */
  pinFor: z.array(z.enum(tollClasses)).default([]),
  /** Time rules within which `allow` holds; empty: always. Outside them only internal, free and special calls go. */
  when: z.array(id).default([]),
});

const fxsPort = z.object({
  number: z.number().int().min(1).max(16),
  kind: z.literal('fxs'),
  enabled: z.boolean().default(true),
  name: z.string().max(64).default(''),
  /** `telephone`: wire D. `pbx-line`: wire A, the office PBX sees us as a city line. */
  role: z.enum(['telephone', 'pbx-line']).default('telephone'),
  extension: dialable.optional(),
  classOfService: id,
  costCentre: id.optional(),
  pulseDialing: z.boolean().default(true),
  flashMinMs: z.number().int().min(40).max(1000).default(120),
  flashMaxMs: z.number().int().min(100).max(1500).default(900),
  polarityOnAnswer: z.boolean().default(true),
  currentBreakMs: z.number().int().min(0).max(2000).default(500),
  callerId: z.enum(['fsk-v23', 'fsk-bell202', 'dtmf', 'off']).default('fsk-v23'),
});

const fxoPort = z.object({
  number: z.number().int().min(1).max(16),
  kind: z.literal('fxo'),
  enabled: z.boolean().default(true),
  name: z.string().max(64).default(''),
  /** `city-line`: wire C. `pbx-extension`: wire B, an extension port of the office PBX. */
  role: z.enum(['city-line', 'pbx-extension']).default('city-line'),
  /** Proved by a test call (ruling 4): only such a line serves emergency calls and the lifeline. */
  proven: z.boolean().default(false),
  /** Digits in front of an outside number, on a wire-B port (`9`). */
  outsidePrefix: z
    .string()
    .regex(/^[0-9*#,w]{0,8}$/)
    .default(''),
  dialMethod: z.enum(['dtmf', 'pulse']).default('dtmf'),
  waitForDialToneMs: z.number().int().min(0).max(10000).default(4000),
  withoutDialTone: z.enum(['dial', 'fail']).default('fail'),
  answerByPolarity: z.boolean().default(true),
  answerTimerMs: z.number().int().min(0).max(120000).default(20000),
  releaseByPolarity: z.boolean().default(true),
  ringTimeoutMs: z.number().int().min(3000).max(15000).default(7000),
  callerIdWaitMs: z.number().int().min(0).max(6000).default(3000),
  idleGuardMs: z.number().int().min(0).max(10000).default(2000),
  maxCallMinutes: z.number().int().min(1).max(1440).default(240),
  /** Who is called when this line rings: a destination. */
  incoming: id.optional(),
});

const trunk = z.object({
  id,
  name: z.string().min(1).max(64),
  enabled: z.boolean().default(true),
  /** `register`: we register with the operator. `static`: both sides know each other's address. */
  mode: z.enum(['register', 'static']).default('register'),
  /** Host, or host:port, of the operator's server (request URI and From domain). */
  server: z.string().min(1).max(255),
  /** Where requests are really sent, if elsewhere. */
  outboundProxy: z.string().max(255).optional(),
  /** Pinned transport (ruling 16). */
  transport: z.enum(['udp', 'tcp']).default('udp'),
  user: z.string().max(64).default(''),
  /** Name for digest, if it differs from `user`. */
  authUser: z.string().max(64).optional(),
  password: z.string().max(128).default(''),
  registerSeconds: z.number().int().min(60).max(86400).default(600),
  /** OPTIONS health check; 0: none. */
  optionsSeconds: z.number().int().min(0).max(3600).default(30),
  /** Source addresses from which calls are taken besides the server's own, for static peers. */
  peers: z.array(z.string().max(64)).default([]),
  maxCalls: z.number().int().min(1).max(1000).default(30),
  /** How numbers are written toward the operator. */
  numberFormat: z.enum(['e164-plus', 'e164', 'national-8']).default('e164-plus'),
  /** Our number on this trunk, shown to the called. */
  callerNumber: e164.optional(),
  /** Forwarded calls (ruling 14): our own number, or the original caller's with Diversion. */
  forwardedCaller: z.enum(['own', 'original']).default('own'),
  /** How long to wait for any provisional answer before the next route, ms. */
  noAnswerMs: z.number().int().min(500).max(32000).default(4000),
  codecs: z
    .array(z.enum(['PCMA', 'PCMU']))
    .min(1)
    .default(['PCMA', 'PCMU']),
  ptimeMs: z.union([z.literal(10), z.literal(20), z.literal(30)]).default(20),
  /** Emergency short codes work on this trunk (ruling 6); else the long number is dialed. */
  emergencyShortCodes: z.boolean().default(false),
  emergencyNumber: e164.optional(),
  /** An operator with an access number of its own (main job 4): box dials it, waits, sends PIN and destination. */
  accessNumber: z
    .object({
      number: z.string().regex(/^\+?[0-9*#]{1,20}$/),
      /** Pause after answer, ms, before the digits. */
      waitMs: z.number().int().min(0).max(20000).default(2000),
      pin: z
        .string()
        .regex(/^[0-9*#]{0,20}$/)
        .default(''),
      afterPin: z
        .string()
        .regex(/^[0-9*#,]{0,8}$/)
        .default('#,'),
      afterNumber: z
        .string()
        .regex(/^[0-9*#]{0,4}$/)
        .default('#'),
    })
    .optional(),
});

const price = z.object({
  /** E.164 digits without +, longest match wins; '' matches all. */
  prefix: z.string().regex(/^[0-9]{0,15}$/),
  perMinute: z.number().min(0).max(100000),
  /** Billing step and first charged part, seconds. */
  stepSeconds: z.number().int().min(1).max(3600).default(60),
  firstSeconds: z.number().int().min(0).max(3600).default(60),
  connection: z.number().min(0).max(100000).default(0),
});

const route = z.object({
  id,
  name: z.string().min(1).max(64),
  enabled: z.boolean().default(true),
  /** Which calls may go this way. */
  classes: z.array(z.enum(tollClasses)).default([]),
  prefixes: z.array(z.string().regex(/^[0-9]{1,15}$/)).default([]),
  via: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('trunk'), trunk: id }),
    z.object({ kind: z.literal('line'), ports: z.array(z.number().int().min(1).max(16)).min(1) }),
  ]),
  prices: z.array(price).default([]),
  /** Smaller is tried earlier; equal priorities go by price, then by order. */
  priority: z.number().int().min(0).max(1000).default(100),
  when: z.array(id).default([]),
});

const person = z.object({
  id,
  name: z.string().min(1).max(64),
  extension: dialable.optional(),
  /** Devices rung, in order; port numbers. */
  ports: z.array(z.number().int().min(1).max(16)).default([]),
  mobile: e164.optional(),
  classOfService: id,
  costCentre: id.optional(),
  forwarding: z
    .object({
      always: z.string().max(32).optional(),
      busy: z.string().max(32).optional(),
      noAnswer: z.string().max(32).optional(),
      unreachable: z.string().max(32).optional(),
      noAnswerSeconds: z.number().int().min(3).max(120).default(20),
    })
    .default({ noAnswerSeconds: 20 }),
});

/** A stored PIN: never the digits, only their HMAC under the device key (ruling 9). */
const pin = z.object({
  id,
  name: z.string().min(1).max(64),
  hmac: z.string().regex(/^[0-9a-f]{64}$/),
  length: z.number().int().min(4).max(12),
  /** Short public number that outside callers give before the PIN (ruling 9). */
  userNumber: z
    .string()
    .regex(/^[0-9]{1,6}$/)
    .optional(),
  classOfService: id,
  costCentre: id.optional(),
  enabled: z.boolean().default(true),
  expires: z.string().date().optional(),
  /** Usable by callers from outside (trunk or city line)? */
  outside: z.boolean().default(false),
});

const accessNumber = z.object({
  id,
  name: z.string().min(1).max(64),
  enabled: z.boolean().default(true),
  /** What is dialed on our ports to reach the service. */
  code: dialable.optional(),
  /** Trunk numbers that reach it from outside. */
  trunkNumbers: z.array(z.string().max(32)).default([]),
  /** City lines that are answered by it. */
  linePorts: z.array(z.number().int().min(1).max(16)).default([]),
  /** Length of a PIN in digits; it is then complete without '#'. */
  pinLength: z.number().int().min(4).max(12).default(6),
  attempts: z.number().int().min(1).max(10).default(3),
  /** First lock-out; it doubles with each further one. */
  lockoutSeconds: z.number().int().min(1).max(86400).default(60),
  maxMinutes: z.number().int().min(1).max(600).default(60),
});

/** Where an incoming call goes. */
const destination = z.object({
  id,
  name: z.string().min(1).max(64),
  /** Tried in order; each step rings all its targets at once. */
  steps: z
    .array(
      z.object({
        /** `port:1`, `person:anna`, `number:+7916...`. */
        targets: z.array(z.string().regex(/^(port:\d{1,2}|person:[a-z0-9-]+|number:\+\d{6,15})$/)).min(1),
        seconds: z.number().int().min(1).max(180).default(20),
        /** Outside targets must press 1, so that a voicemail never swallows a call (M14). */
        pressOne: z.boolean().default(true),
      }),
    )
    .min(1),
});

const incomingNumber = z.object({
  id,
  /** Number as the operator sends it, in any writing; compared after normalising. */
  number: z.string().min(1).max(32),
  trunk: id.optional(),
  destination: id,
});

/** The whole configuration document. Every list is empty on a new box but for what the defaults say. */
export const configSchema = z.object({
  version: z.literal(1),
  site: z
    .object({
      name: z.string().max(64).default(''),
      language: z.enum(['ru', 'en']).default('ru'),
      timeZone: z.string().default('Europe/Moscow'),
      currency: z
        .string()
        .regex(/^[A-Z]{3}$/)
        .default('RUB'),
      /** The site's geographic number, shown to the emergency services (ruling 6). */
      emergencyCaller: e164.optional(),
    })
    .prefault({}),
  admin: z
    .object({
      /** scrypt hash; undefined until the box is claimed (ruling 19). */
      passwordHash: z.string().optional(),
    })
    .default({}),
  dialing: dialing.prefault({}),
  timeRules: z.array(timeRule).default([]),
  classesOfService: z
    .array(classOfService)
    .min(1)
    .default([
      { id: 'office', name: 'Office', allow: ['internal', 'local', 'free', 'special'], pinFor: [], when: [] },
    ]),
  costCentres: z.array(z.object({ id, name: z.string().min(1).max(64) })).default([]),
  ports: z.array(z.discriminatedUnion('kind', [fxsPort, fxoPort])).default([]),
  trunks: z.array(trunk).default([]),
  routes: z.array(route).default([]),
  people: z.array(person).default([]),
  pins: z.array(pin).default([]),
  accessNumbers: z.array(accessNumber).default([]),
  destinations: z.array(destination).default([]),
  incomingNumbers: z.array(incomingNumber).default([]),
  sip: z
    .object({
      /** `embedded`, or host:port of a drachtio-server. */
      engine: z.string().max(255).default('embedded'),
      engineSecret: z.string().max(128).default('cymru'),
    })
    .prefault({}),
  rtp: z
    .object({
      portMin: z.number().int().min(1024).max(65000).default(20000),
      portMax: z.number().int().min(1100).max(65535).default(24999),
      lossSeconds: z.number().int().min(5).max(300).default(30),
    })
    .prefault({}),
});

/** A valid configuration with all defaults filled in. */
export type Config = z.infer<typeof configSchema>;
export type TollClass = (typeof tollClasses)[number];
export type FxsPortConfig = Extract<Config['ports'][number], { kind: 'fxs' }>;
export type FxoPortConfig = Extract<Config['ports'][number], { kind: 'fxo' }>;
export type TrunkConfig = Config['trunks'][number];
export type RouteConfig = Config['routes'][number];
export type PriceConfig = z.infer<typeof price>;
export type PersonConfig = Config['people'][number];
export type PinConfig = Config['pins'][number];
export type AccessNumberConfig = Config['accessNumbers'][number];
export type DestinationConfig = Config['destinations'][number];
export type ClassOfServiceConfig = Config['classesOfService'][number];
export type TimeRuleConfig = Config['timeRules'][number];
