import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { WebSocket } from 'ws';
import type {
  CallRecord,
  CallsPage,
  CertificateView,
  ConfigOutcome,
  LiveMessage,
  PinView,
  ProtectionView,
  SpendingView,
  TraceView,
} from '../../src/api/contract.ts';
import type { ApiDeps, ConfigResult, TraceFile } from '../../src/api/deps.ts';
import type { DraftEdit } from '../../src/api/draft-contract.ts';
import type { LearnView } from '../../src/api/line-contract.ts';
import { LiveStore } from '../../src/api/live-store.ts';
import { type ApiOptions, ApiServer } from '../../src/api/server.ts';
import { type SetupView, setupSteps } from '../../src/api/setup-contract.ts';
import { type Clock, systemClock } from '../../src/base/clock.ts';
import { CodedError } from '../../src/base/error.ts';
import { type Config, configSchema } from '../../src/config/schema.ts';
import { FlowDesk } from '../../src/main/flow-desk.ts';
import { ScheduleDesk } from '../../src/main/schedule-desk.ts';
import { TokenStore } from '../../src/main/token-store.ts';
import { MessageWaiting } from '../../src/service/message-waiting.ts';
import { OfficeHours } from '../../src/service/office-hours.ts';

export const labelCode = 'K7QM-4T2X';
export const goodPassword = 'correct horse battery';

/** What a test may look at and turn, behind the interfaces that the API is given. */
export interface World {
  deps: ApiDeps;
  live: LiveStore;
  config: Config;
  revision: number;
  records: CallRecord[];
  pins: PinView[];
  /** Digits given for PINs; only the test sees them. */
  pinDigits: Map<string, string>;
  button: boolean;
  onLan: boolean;
  released: string[];
  queries: unknown[];
  /** Traces of calls and trunks by id. */
  traces: Map<string, TraceView>;
  protection: ProtectionView;
  spending: SpendingView;
  log: string[];
  /** Lessons of lines, by port; those not in it do not exist. */
  learnt: Map<number, LearnView>;
  /** Pending changes by account. */
  drafts: Map<string, readonly DraftEdit[]>;
  /** Verdicts given. */
  verdicts: unknown[];
  /** How often a password was looked at, whether or not it had a hash to be like. */
  verified: number;
}

/** In-memory collaborators of the API; authentication, sessions and guards are the real ones. */
export function makeWorld(options: { clock?: Clock; config?: unknown } = {}): World {
  const clock = options.clock ?? systemClock({ unref: true });
  const world: World = {
    live: new LiveStore({
      box: {
        name: '',
        version: '0.1.0',
        language: 'ru',
        timeZone: 'Europe/Moscow',
        currency: 'RUB',
        startedAt: clock.wall(),
      },
      card: { up: true, since: clock.wall(), board: 'Linegate 4', firmware: '1.0.0', audio: 'linear' },
      health: { ok: true, probes: [] },
    }),
    config: configSchema.parse(options.config ?? { version: 1 }),
    revision: 1,
    records: [],
    pins: [],
    pinDigits: new Map(),
    button: false,
    onLan: true,
    released: [],
    queries: [],
    traces: new Map(),
    spending: {
      currency: 'RUB',
      budgets: [],
      guard: { lockedUntil: 1, said: { ru: 'много', en: 'many' } },
    },
    protection: {
      available: true,
      bans: [],
      leanings: [],
      load: 'calm',
      figures: { shed: 0, dropped: 0, malformed: 0, strangers: 0 },
    },
    log: [],
    learnt: new Map(),
    drafts: new Map(),
    verdicts: [],
    verified: 0,
    deps: undefined as unknown as ApiDeps,
  };
  const history: { before: Config; entry: ReturnType<ApiDeps['config']['history']>[number] }[] = [];
  const check = (document: unknown): { ok: true; config: Config } | Extract<ConfigResult, { ok: false }> => {
    const parsed = configSchema.safeParse(document);
    if (parsed.success) return { ok: true, config: parsed.data };
    const issues = parsed.error.issues.map((issue) => ({
      path: `/${issue.path.join('/')}`,
      said: { ru: `Неверное значение: ${issue.message}`, en: `Wrong value: ${issue.message}` },
    }));
    return { ok: false, reason: 'invalid', issues };
  };
  const outcome = (): ConfigOutcome => ({
    revision: world.revision,
    changes: [{ path: '/', scope: 'next-call' }],
  });
  world.deps = {
    clock,
    box: {
      version: '0.1.0',
      name: () => world.config.site.name,
      language: () => world.config.site.language,
      sipPort: () => 5060,
      sipTlsPort: () => 5061,
    },
    admin: {
      passwordHash: () => world.config.admin.passwordHash,
      async setPasswordHash(hash, language) {
        world.config.admin.passwordHash = hash;
        if (language) world.config.site.language = language;
      },
    },
    password: {
      async hash(password) {
        const salt = randomBytes(16);
        return `${salt.toString('hex')}.${scryptSync(password, salt, 32, { N: 1024 }).toString('hex')}`;
      },
      async verify(password, hash) {
        world.verified++;
        const [salt = '', key = ''] = (hash ?? '.').split('.');
        const mine = scryptSync(password, Buffer.from(salt, 'hex'), 32, { N: 1024 });
        return hash !== undefined && timingSafeEqual(mine, Buffer.from(key, 'hex'));
      },
    },
    tokens: new TokenStore(clock, { read: () => undefined, write: async () => {} }, () => {}),
    events: { page: () => ({ events: [], last: 0 }), follow: () => () => {} },
    phonebook: {
      ...{ list: () => [], size: 0, get: () => undefined, byNumber: () => undefined },
      create: (order) => ({ ...order, id: 'new', changedAt: 0 }),
      replace: () => undefined,
      remove: () => false,
      import: async () => ({ rows: 0, added: 0, changed: 0, removed: 0, bad: [], applied: true }),
      workbook: async () => new Uint8Array(),
    },
    metrics: { text: async () => '' },
    click: { start: () => ({ refusal: 'no-telephone' }) },
    webhooks: {
      list: () => [],
      test: async () => undefined,
      deliveries: () => undefined,
      replay: () => undefined,
    },
    claim: { code: () => labelCode, buttonPressed: () => world.button },
    config: {
      current: () => ({ revision: world.revision, config: world.config }),
      validate(document) {
        const checked = check(document);
        return checked.ok ? { ok: true, outcome: outcome() } : checked;
      },
      async apply(document, { expected, by }) {
        if (expected !== world.revision) return { ok: false, reason: 'conflict', revision: world.revision };
        const checked = check(document);
        if (!checked.ok) return checked;
        const before = world.config;
        world.config = checked.config;
        world.revision++;
        const said = { ru: `Изменение ${world.revision}`, en: `Change ${world.revision}` };
        const entry = { revision: world.revision, at: clock.wall(), by, said, undoable: true };
        history.unshift({ before, entry });
        world.live.put({ what: 'config', id: String(world.revision), value: null });
        return { ok: true, outcome: outcome() };
      },
      history: () => history.map((h) => h.entry),
      async undo(revision) {
        const index = revision === undefined ? 0 : history.findIndex((h) => h.entry.revision === revision);
        const found = history[index];
        // Accounts are nobody's to bring back: so does the real store.
        const same = JSON.stringify(found?.before.accounts) === JSON.stringify(world.config.accounts);
        if (!found || index !== 0 || !same) return { ok: false, reason: 'not-undoable' };
        world.config = found.before;
        world.revision++;
        history.shift();
        world.live.put({ what: 'config', id: String(world.revision), value: null });
        return { ok: true, outcome: outcome() };
      },
      form: () => ({ sections: [] }),
    },
    drafts: {
      of: (who) => world.drafts.get(who) ?? [],
      all: () => [...world.drafts].map(([who, edits]) => ({ who, edits })),
      keep: async (who, edits) => void world.drafts.set(who, edits),
      sealed: (document) => ({ document, issues: [] }),
    },
    trial: {
      ...{ view: () => undefined, started: () => undefined, cuts: () => [] },
      confirm: async () => 'wrong',
      revert: async () => false,
    },
    network: { view: () => ({ managed: false, name: 'box', addresses: [], gateways: [] }) },
    pins: {
      list: () => world.pins,
      async create({ pin = '', id = `pin-${world.pins.length + 1}`, ...rest }) {
        const view: PinView = { id, length: pin.length, ...rest };
        world.pins.push(view);
        world.pinDigits.set(id, pin);
        return { ok: true, pin: view };
      },
      async replace(id, { pin, ...rest }) {
        const index = world.pins.findIndex((p) => p.id === id);
        const old = world.pins[index];
        if (!old) return { ok: false, reason: 'not-found' };
        const view: PinView = { ...rest, id, length: pin?.length ?? old.length };
        world.pins[index] = view;
        if (pin !== undefined) world.pinDigits.set(id, pin);
        return { ok: true, pin: view };
      },
      async remove(id) {
        const index = world.pins.findIndex((p) => p.id === id);
        if (index >= 0) world.pins.splice(index, 1);
        return index >= 0;
      },
      unlock(id) {
        const pin = world.pins.find((p) => p.id === id);
        if (pin) delete pin.lockedUntil;
        return pin !== undefined;
      },
    },
    records: {
      list: (query) => listRecords(world, query),
      get: (id) => world.records.find((r) => r.id === id),
      after: ({ startedAt }) => String(startedAt),
    },
    voicemail: {
      boxes: () => [],
      list: () => undefined,
      find: () => undefined,
      greeting: () => undefined,
      mark: async () => undefined,
      remove: () => false,
      removeGreeting: () => false,
    },
    mail: {
      view: () => ({ ready: false, waiting: 0 }),
      test: async () => undefined,
      note: async () => undefined,
    },
    lineCraft: {
      learn: async (port, order) => {
        const view: LearnView = {
          ...{ port, kind: order.kind, state: 'running', steps: ['on-hook'], startedAt: clock.wall() },
          ...{ found: {}, proposals: [] },
        };
        world.learnt.set(port, view);
        return view;
      },
      learnt: (port) => world.learnt.get(port),
      stopLearning: (port) => world.learnt.delete(port),
      judge: (id, request) => {
        const record = world.records.find((one) => one.id === id);
        const leg = record?.legs.find((one) => one.id === request.leg);
        const account = request.about === 'answer' ? leg?.lineAnswer : leg?.lineRelease;
        if (!record || !account) return undefined;
        account.verdict = request.verdict;
        world.verdicts.push(request);
        const wrong = request.verdict === 'wrong';
        return {
          record,
          proposals: wrong
            ? [
                {
                  ...{ path: '/ports/5/releaseByTones', value: false, now: true },
                  why: { ru: 'За гудок принято другое.', en: 'Something else was taken for a tone.' },
                },
              ]
            : [],
        };
      },
    },
    offices: { view: () => ({ offices: [] }) },
    queues: {
      view: () => ({ queues: [], agents: [] }),
      setMode: () => undefined,
      move: () => 'not-waiting',
      cancel: () => false,
    },
    rates: {
      list: () => [],
      text: () => undefined,
      put: async (id, bytes) => ({ id, rows: bytes.length > 3 ? 1 : 0, bad: [] }),
      remove: () => false,
    },
    spending: {
      view: () => world.spending,
      lift: () => {
        const locked = world.spending.guard.lockedUntil !== undefined;
        world.spending.guard = {};
        return locked;
      },
    },
    schedules: new ScheduleDesk({
      clock,
      config: () => world.config,
      alarms: { set: () => {} },
      normalise: (number) => number.replace(/[\s()-]/g, ''),
      store: { read: () => [], write: async () => {} },
    }),
    flows: new FlowDesk({
      clock,
      config: () => world.config,
      alarms: { set: () => {} },
      hours: new OfficeHours({
        clock,
        config: () => world.config,
        store: { read: () => [], write: async () => {} },
      }),
      normalise: (number) => number.replace(/[\s()-]/g, ''),
      callbacks: () => undefined,
      log: () => {},
    }),
    protection: {
      view: async () => world.protection,
      async lift(source) {
        const before = world.protection.bans.length;
        world.protection.bans = world.protection.bans.filter((ban) => ban.source !== source);
        return world.protection.bans.length < before;
      },
    },
    prompts: {
      list: () => [],
      file: () => undefined,
      replace: async () => ({ bytes: 0, seconds: 0, at: 0 }),
      remove: async () => false,
    },
    promptRecorder: { running: undefined, begin: () => undefined },
    music: { own: undefined, replace: async () => {}, restore: () => {} },
    observations: { begin: () => 'no-call', end: () => false },
    recordings: { begin: () => false, end: () => false, find: () => undefined, remove: () => false },
    audit: { note: () => {}, list: () => ({ entries: [] }) },
    traces: {
      call: async (id) => world.traces.get(id),
      callPcap: async (id) => file(world.traces.get(id), id),
      peer: async (_kind, id) => world.traces.get(id),
      peerPcap: async (_kind, id) => file(world.traces.get(id), id),
    },
    live: world.live,
    dialCheck: {
      check: ({ number }) => ({
        class: 'national',
        e164: `+7${number.replace(/\D/g, '').slice(-10)}`,
        steps: [],
        explanation: [{ ru: 'Междугородный номер.', en: 'A long-distance number.' }],
      }),
    },
    lines: {
      releaseCall(id) {
        world.released.push(id);
        return world.live.snapshot().calls.some((c) => c.id === id);
      },
      test: async (port) =>
        port === 1 ? { ok: true, said: { ru: 'Звонит 3 секунды.', en: 'Rings for 3 seconds.' } } : undefined,
      levels: async (port) => (port === 1 ? { fromDbm0: -18.4, toDbm0: -24.2 } : port < 7 ? {} : undefined),
    },
    messages: new MessageWaiting(),
    help: quietHelp(),
    ...quietSetup(),
    onLink: () => world.onLan,
    log: (level, message) => world.log.push(`${level} ${message}`),
  };
  return world;
}

/** A wizard that forgets, and nothing to be backed up. */
function quietSetup(): Pick<ApiDeps, 'setup' | 'backup'> {
  const gone = async (): Promise<never> => {
    throw new CodedError('backup/gone', 'there is none');
  };
  const left = setupSteps.map((step) => [step, 'left' as const]);
  const view = { state: 'put-off', at: 'place', steps: Object.fromEntries(left), drafts: {} } as SetupView;
  return {
    setup: {
      view: () => view,
      change: async () => view,
      testCall: () => ({ refusal: 'no-telephone' }),
      prove: async () => 'no-line',
    },
    backup: { make: gone, check: gone, restore: gone },
  };
}

/** Nothing is locked, wrong or made. */
function quietHelp(): ApiDeps['help'] {
  const view: CertificateView = {
    ...{ kind: 'box', fingerprint: 'AA:BB', names: ['linegate.local'], issuer: 'Linegate' },
    ...{ notBefore: 0, notAfter: 1, authority: { fingerprint: 'CC:DD', notAfter: 1, file: '' } },
    httpsOnly: false,
  };
  return {
    lockouts: { list: async () => [], lift: async () => false },
    certificate: {
      view: () => view,
      ownNames: [],
      authority: () => '',
      use: async () => {},
      restore: async () => false,
    },
    diagnosis: { view: async () => ({ findings: [] }), run: () => true },
    support: {
      view: () => ({ contents: [], state: 'none', steps: [] }),
      make: () => true,
      file: () => undefined,
      remove: () => false,
    },
  };
}

const file = (view: TraceView | undefined, id: string): TraceFile | undefined =>
  view && { name: `linegate-${id}.pcap`, data: Buffer.from([0xd4, 0xc3, 0xb2, 0xa1]) };

function listRecords(world: World, query: Parameters<ApiDeps['records']['list']>[0]): CallsPage {
  world.queries.push(query);
  const text = query.search?.toLowerCase();
  const hit = (r: CallRecord): boolean => {
    const numbers = [r.callerNumber, r.calledNumber, r.dialed].map((n) => (n ?? '').replace(/\D/g, ''));
    if (query.digits) return numbers.some((n) => n.includes(query.digits ?? ''));
    return text === undefined || (r.callerName ?? '').toLowerCase().includes(text);
  };
  const outcome = (r: CallRecord): string =>
    r.state === 'active'
      ? 'active'
      : r.answeredAt
        ? 'answered'
        : r.direction === 'incoming'
          ? 'missed'
          : 'failed';
  const found = world.records
    .filter((r) => hit(r) && (!query.direction || r.direction === query.direction))
    .filter((r) => !query.outcome || outcome(r) === query.outcome)
    .filter((r) => !query.before || r.startedAt < Number(query.before))
    .sort((a, b) => b.startedAt - a.startedAt);
  const calls = found.slice(0, query.limit);
  const last = calls.at(-1);
  return { calls, ...(found.length > calls.length && last && { next: String(last.startedAt) }) };
}

export interface Running extends World {
  server: ApiServer;
  port: number;
  origin: string;
}

/** A world with its server, listening on a free port of 127.0.0.1. */
export async function startApi(
  options: Partial<Omit<ApiOptions, 'deps'>> & { clock?: Clock; config?: unknown } = {},
): Promise<Running> {
  const { clock, config, ...rest } = options;
  const world = makeWorld({ ...(clock && { clock }), ...(config !== undefined && { config }) });
  const server = new ApiServer({ webRoot: '/nonexistent', ...rest, deps: world.deps });
  const { port } = await server.listen('127.0.0.1', 0);
  return Object.assign(world, { server, port, origin: `http://127.0.0.1:${port}` });
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the answer holds
  json: any;
}

export interface Ask {
  method?: string;
  body?: unknown;
  cookie?: string;
  /** null: no Origin header. */
  origin?: string | null;
  headers?: Record<string, string>;
}

/** One request as a browser of our own page would send it, unless told otherwise. */
export function ask(at: { port: number; origin: string }, path: string, options: Ask = {}): Promise<Answer> {
  const { body, cookie, origin = at.origin } = options;
  const method = options.method ?? (body === undefined ? 'GET' : 'POST');
  const payload = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  const headers: Record<string, string> = {
    ...(payload !== undefined && { 'Content-Type': 'application/json' }),
    ...(origin !== null && method !== 'GET' && { Origin: origin }),
    ...(cookie !== undefined && { Cookie: cookie }),
    ...options.headers,
  };
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port: at.port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const isJson = response.headers['content-type']?.includes('json');
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          json: isJson && text !== '' ? JSON.parse(text) : undefined,
        });
      });
    });
    request.on('error', reject);
    request.end(payload);
  });
}

/** The cookie of an answer, as it goes back. */
export function cookieOf(answer: Answer): string {
  return answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
}

/** Claims the box and returns the session cookie. */
export async function claimed(at: Running): Promise<string> {
  return cookieOf(await ask(at, '/api/v1/claim', { body: { code: labelCode, password: goodPassword } }));
}

/** A page's live socket that keeps what it hears. */
export class LivePage {
  readonly messages: LiveMessage[] = [];
  readonly socket: WebSocket;
  closed: number | undefined;
  #waiters: (() => void)[] = [];

  constructor(at: Running, options: { cookie?: string; origin?: string; query?: string } = {}) {
    const { cookie, origin = at.origin, query = '' } = options;
    this.socket = new WebSocket(`ws://127.0.0.1:${at.port}/api/v1/live${query}`, {
      headers: { ...(origin !== '' && { Origin: origin }), ...(cookie && { Cookie: cookie }) },
    });
    this.socket.on('message', (data) => {
      this.messages.push(JSON.parse(String(data)));
      for (const wake of this.#waiters.splice(0)) wake();
    });
    this.socket.on('close', (code) => {
      this.closed = code;
      for (const wake of this.#waiters.splice(0)) wake();
    });
    this.socket.on('error', () => {});
  }

  /** Resolves with what `look` finds, now or after a further message or the close. */
  async until<T>(look: (page: LivePage) => T | undefined | false, ms = 5000): Promise<T> {
    const end = Date.now() + ms;
    for (;;) {
      const found = look(this);
      if (found !== undefined && found !== false) return found;
      const left = end - Date.now();
      if (left <= 0)
        throw new Error(`not seen within ${ms} ms; heard ${JSON.stringify(this.messages).slice(0, 500)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#waiters.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Status of the refusal, if the socket was not let in. */
  static refusal(at: Running, options: { cookie?: string; origin?: string; path?: string }): Promise<number> {
    const { cookie, origin = at.origin, path = '/api/v1/live' } = options;
    return new Promise((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${at.port}${path}`, {
        headers: { ...(origin !== '' && { Origin: origin }), ...(cookie && { Cookie: cookie }) },
      });
      socket.on('open', () => {
        socket.terminate();
        resolve(101);
      });
      socket.on('unexpected-response', (_request, response) => {
        resolve(response.statusCode ?? 0);
        response.destroy();
      });
      socket.on('error', () => {});
    });
  }
}
