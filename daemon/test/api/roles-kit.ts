import type { AuditEntry, CallRecord } from '../../src/api/contract.ts';
import { ask, claimed, cookieOf, type Running, startApi } from './kit.ts';

export const accountPassword = 'a password of its own';

/** Two departments with a group and a queue each: Anna and Ivan sell, Boris repairs, Olga is the director. */
export const departments = {
  version: 1,
  ports: [1, 2, 3, 4].map((number) => ({
    ...{ number, kind: 'fxs', name: `Port ${number}`, extension: `10${number}`, classOfService: 'office' },
  })),
  people: [
    { id: 'anna', name: 'Anna', extension: '201', ports: [1], classOfService: 'office' },
    { id: 'boris', name: 'Boris', extension: '202', ports: [2], classOfService: 'office' },
    { id: 'olga', name: 'Olga', extension: '203', ports: [3], classOfService: 'office' },
    { id: 'ivan', name: 'Ivan', extension: '204', ports: [4], classOfService: 'office' },
  ],
  groups: [
    { id: 'sales', name: 'Sales', members: [{ target: 'person:anna' }, { target: 'person:ivan' }] },
    { id: 'repairs', name: 'Repairs', members: [{ target: 'person:boris' }] },
  ],
  queues: [
    { id: 'orders', name: 'Orders', members: [{ person: 'anna' }] },
    { id: 'faults', name: 'Faults', members: [{ person: 'boris' }] },
  ],
};

export interface Departments extends Running {
  admin: string;
  lines: Omit<AuditEntry, 'at'>[];
  /** Makes an account by the API, and signs in with it. */
  account(id: string, role: string, rest?: object): Promise<string>;
  signIn(account: string, password?: string): Promise<string>;
}

/** The office's API with an admin signed in, and an audit log that a test can read. */
export async function startDepartments(
  t: { teardown(fn: () => unknown): void },
  options: Parameters<typeof startApi>[0] = {},
): Promise<Departments> {
  const at = await startApi({ config: departments, ...options });
  t.teardown(() => at.server.close());
  const lines: Departments['lines'] = [];
  at.deps.audit = { note: (entry) => void lines.push(entry), list: () => ({ entries: [] }) };
  const admin = await claimed(at);
  const signIn = async (account: string, password = accountPassword): Promise<string> => {
    const answer = await ask(at, '/api/v1/login', { body: { account, password } });
    if (answer.status !== 200) throw new Error(`${account}: ${answer.text}`);
    return cookieOf(answer);
  };
  return Object.assign(at, {
    ...{ admin, lines, signIn },
    async account(id: string, role: string, rest: object = {}): Promise<string> {
      const body = { role, enabled: true, password: accountPassword, ...rest };
      const made = await ask(at, `/api/v1/accounts/${id}`, { method: 'PUT', body, cookie: admin });
      if (made.status >= 300) throw new Error(`${id}: ${made.text}`);
      return signIn(id);
    },
  });
}

/** A call from outside, answered by a person at a port. */
export function answered(
  id: string,
  person: string,
  port: number,
  events: string[],
  rest: Partial<CallRecord> = {},
): CallRecord {
  const startedAt = rest.startedAt ?? 1000;
  return {
    ...{ id, state: 'ended', direction: 'incoming', service: 'incoming', startedAt },
    ...{ callerNumber: '+74951234567', answeredAt: startedAt + 500, answeredBy: person, pinId: 'secret-pin' },
    legs: [
      {
        ...{ id: `${id}-a`, kind: 'sip', place: 'trunk:acme', direction: 'incoming' },
        ...{ startedAt, answeredAt: startedAt + 500 },
      },
      {
        ...{ id: `${id}-b`, kind: 'fxs', place: `port:${port}`, direction: 'outgoing' },
        ...{ startedAt, answeredAt: startedAt + 500 },
      },
    ],
    events: events.map((text) => {
      const [what = '', ...detail] = text.split(' ');
      return { at: startedAt, what, detail: detail.join(' ') };
    }),
    recordings: [{ file: `${id}.wav`, at: startedAt, seconds: 3, bytes: 100 }],
    ...rest,
  };
}
