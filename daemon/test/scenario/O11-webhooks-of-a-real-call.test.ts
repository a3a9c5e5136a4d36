import t from 'tap';
import type { Contact, TokenMade, WebhookView } from '../../src/api/contract.ts';
import { pointTrunk, startBox, startOperator, until } from '../kit/box.ts';
import { receiver, secret } from '../programs/kit.ts';

t.test(
  'a program hears of each call in order, also when the daemon is killed in the middle of one',
  async (t) => {
    const operator = await startOperator(t);
    const crm = await receiver(t);
    const box = await startBox(t, {
      edit: (office) => {
        pointTrunk(office, 'alpha', operator);
        office.people[0].name = 'Анна';
        office.webhooks = [{ id: 'crm', name: 'CRM', url: crm.url, secret }];
      },
    });
    const { id: friend } = await box.api.post<Contact>('/api/v1/contacts', {
      ...{ name: 'Ольга', company: 'ООО «Ромашка»', numbers: ['8 (812) 123-45-67'] },
    });
    t.ok(friend);
    const { host, port } = box.sip;
    const call = (): Promise<string> =>
      operator.call({ to: `${host}:${port}`, number: '+74951110000', caller: '+78121234567' });
    /** What the program was told of one call, each thing once: it is told again what it was not heard to take. */
    const told = (n: number): string[] => {
      const calls = [...new Set(crm.messages.map(({ json }) => json.data.call?.id))].filter(
        (id) => id !== undefined,
      );
      const own = crm.messages.filter(({ json }) => json.data.call?.id === calls[n]);
      return [...new Map(own.map(({ headers, json }) => [headers['webhook-id'], json.type])).values()];
    };

    const first = await call();
    await until('it is told that it rings', () => told(0).length === 1 || undefined, 8000);
    t.match(crm.messages.find(({ json }) => json.type === 'call.ringing')?.json.data.call, {
      ...{ direction: 'incoming', trunk: 'alpha' },
      caller: { number: '+78121234567', name: 'Ольга, ООО «Ромашка»' },
      ringing: [{ id: 'anna', name: 'Анна', extension: '21' }],
    });
    box.telephone(1).lift();
    await until('it is told who answered', () => told(0).length === 2 || undefined, 8000);
    await operator.hangUp(first);
    await until('it is told of the end', () => told(0).length === 3 || undefined, 8000);
    t.same(told(0), ['call.ringing', 'call.answered', 'call.ended']);
    const record = await box.ended();
    t.match(record, { callerName: 'Ольга, ООО «Ромашка»', calledNumber: '+74951110000' });
    const answered = crm.messages.find(({ json }) => json.type === 'call.answered');
    t.match(answered?.json.data.call, { answeredBy: { id: 'anna' } });
    t.equal(crm.messages.at(-1)?.json.data.call?.id, record.id);
    box.telephone(1).hangup();
    await box.portsIdle();

    crm.answer = (response) => response.writeHead(500).end();
    await call();
    await until('it rings', () => told(1).includes('call.ringing') || undefined, 8000);
    box.telephone(1).lift();
    const waits = async (): Promise<true | undefined> => {
      const [view] = await box.api.get<WebhookView[]>('/api/v1/webhooks');
      return (view?.pending ?? 0) >= 2 || undefined;
    };
    await until('the answer waits behind the ring', waits, 8000);
    box.daemon.process.kill('SIGKILL');
    await box.daemon.ended;
    box.telephone(1).hangup();
    crm.answer = (response) => response.writeHead(204).end();
    await box.restart();
    await until('all of it is told', () => told(1).includes('call.ended') || undefined, 12_000);
    t.same(told(1), ['call.ringing', 'call.answered', 'call.ended']);
    const last = crm.messages.filter(({ json }) => json.type === 'call.ended').at(-1);
    t.equal(last?.json.data.call?.outcome, 'interrupted');
    for (const { body } of crm.messages) t.notMatch(body, /whsec_|pin-sales|135790|hmac/);

    const order = { name: 'CRM', scopes: ['calls:originate', 'metrics:read'] };
    const { token } = await box.api.post<TokenMade>('/api/v1/tokens', order);
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const ask = (path: string, body?: object): Promise<Response> =>
      fetch(`http://${box.http}/api/v1${path}`, {
        headers,
        ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
      });
    await box.portsIdle();
    const emergency = await ask('/calls', { from: 'person:anna', to: '112' });
    t.equal(emergency.status, 422);
    const begun = await ask('/calls', { from: 'person:anna', to: '8 812 765-43-21' });
    t.equal(begun.status, 201);
    const telephone = box.telephone(1);
    await until('the telephone rings', () => telephone.ringing || undefined, 8000);
    telephone.lift();
    const called = () =>
      operator.calls().find(({ number, state }) => number.includes('8127654321') && state === 'answered');
    await until('the number was called', called, 8000);
    const talks = async () => (await box.live()).calls.some(({ state }) => state === 'talking') || undefined;
    await until('they talk', talks, 8000);
    telephone.hangup();
    const clicked = await box.record(
      ({ calledNumber, state }) => calledNumber === '+78127654321' && state === 'ended',
      8000,
    );
    t.match(clicked, { service: 'click-to-call', calledBy: 'anna' });
    t.match(
      await (await ask('/metrics')).text(),
      /linegate_calls_total\{direction="outgoing",outcome="answered"\} 1/,
    );
  },
);
