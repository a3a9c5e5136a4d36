import t from 'tap';
import type { ClickOrder } from '../../src/api/contract.ts';
import { ask } from './kit.ts';
import { startDepartments } from './roles-kit.ts';

t.test('an admin begins calls for anybody, others from their own telephones only (O10)', async (t) => {
  const at = await startDepartments(t);
  const orders: ClickOrder[] = [];
  at.deps.click = {
    start: (order) => {
      orders.push(order);
      return { callId: `call-${orders.length}` };
    },
  };
  const anna = await at.account('anna', 'user', { person: 'anna' });
  const vera = await at.account('vera', 'supervisor', { groups: ['sales'] });
  const click = (body: object, cookie: string) => ask(at, '/api/v1/calls', { body, cookie });
  t.match(await click({ from: 'person:boris', to: '8 812 123-45-67' }, at.admin), {
    ...{ status: 201, json: { id: 'call-1' } },
  });
  t.equal((await click({ from: 'person:anna', to: '202' }, anna)).status, 201);
  t.equal((await click({ from: 'port:1', to: '202' }, anna)).status, 201);
  for (const from of ['person:boris', 'port:2', 'device:x'])
    t.equal((await click({ from, to: '202' }, anna)).json.error.code, 'api/not-allowed', from);
  t.equal((await click({ from: 'person:anna', to: '202' }, vera)).status, 403);
  t.equal(orders.length, 3);

  const body = { name: 'CRM', scopes: ['calls:originate'], account: 'anna' };
  const { token } = (await ask(at, '/api/v1/tokens', { body, cookie: at.admin })).json;
  const program = { origin: null, headers: { Authorization: `Bearer ${token}` } };
  const own = { ...program, body: { from: 'person:anna', to: '202' } };
  t.equal((await ask(at, '/api/v1/calls', own)).status, 201);
  t.equal((await ask(at, '/api/v1/calls', { ...own, body: { from: 'port:2', to: '1' } })).status, 403);
});

t.test('why there is no call is told in words, with the field', async (t) => {
  const at = await startDepartments(t);
  const click = async (body: object) =>
    (await ask(at, '/api/v1/calls', { body, cookie: at.admin })).json.error;
  const order = { from: 'port:1', to: '202' };
  const said = { ru: 'Нельзя.', en: 'Not allowed.' };
  for (const [refusal, code, path] of [
    ['no-telephone', 'api/nothing-to-ring', '/from'],
    ['bad-number', 'api/bad-number', '/to'],
    ['not-allowed', 'api/call-refused', '/to'],
  ] as const) {
    at.deps.click = { start: () => (refusal === 'not-allowed' ? { refusal, said } : { refusal }) };
    t.match(await click(order), { code, path });
  }
  t.match(await click(order), { said });
  t.match(await click({ ...order, from: 'group:sales' }), { code: 'api/bad-request', path: '/from' });
  t.match(await click({ from: 'port:1' }), { code: 'api/bad-request', path: '/to' });
});
