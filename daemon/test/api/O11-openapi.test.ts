import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import t from 'tap';
import { openapiTypes } from '../../../scripts/lib/openapi-types.ts';
import { openapiDocument } from '../../src/api/openapi/document.ts';
import { operations } from '../../src/api/openapi/operations.ts';
import { routeAccess } from '../../src/api/route-access.ts';
import { tokenScopes } from '../../src/api/token-contract.ts';
import { FakeClock } from '../../src/base/clock.ts';
import { type Answer, ask } from './kit.ts';
import { startDepartments } from './roles-kit.ts';

interface Described {
  operationId: string;
  summary: string;
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Record<string, unknown> };
  responses: Record<string, { content: Record<string, { schema: object }> }>;
  'x-roles'?: string[];
  'x-scope'?: string;
}
interface Document {
  paths: Record<string, Record<string, Described>>;
  components: { schemas: Record<string, object> };
}

const document = openapiDocument('0.1.0') as unknown as Document;

/** Every request of the document, with an address that can be asked. */
const requests = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, described]) => ({
    ...{ method: method.toUpperCase(), path: `/api/v1${path.replaceAll(/\{\w+\}/g, 'x1')}`, described },
    route: `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
  })),
);

t.test('every route is described: summary, answer and errors; and nothing else is', async (t) => {
  const wanted = Object.keys(routeAccess).sort();
  const told = Object.keys(operations).sort();
  t.same(
    wanted.filter((route) => !told.includes(route)),
    [],
    'a new route gets its lines in api/openapi/operations-*.ts',
  );
  t.same(
    told.filter((route) => !wanted.includes(route)),
    [],
  );
  t.equal(new Set(requests.map(({ described }) => described.operationId)).size, requests.length);
  for (const { route, described } of requests) t.match(described.summary, /^[A-Z].{5,}[^.]$/, route);
});

t.test('the types in the document are those of the contract', async (t) => {
  const file = resolve(import.meta.dirname, '../../src/api/openapi/types.json');
  const same = JSON.stringify(openapiTypes()) === JSON.stringify(JSON.parse(readFileSync(file, 'utf8')));
  t.ok(same, 'made anew by: npx tsx scripts/lib/openapi-types.ts');
});

t.test('the document is valid OpenAPI 3.1, and every reference in it leads somewhere', async (t) => {
  const validator = new Validator();
  const result = await validator.validate(JSON.parse(JSON.stringify(document)));
  t.equal(validator.version, '3.1');
  t.ok(result.valid, JSON.stringify(result.errors)?.slice(0, 2000));
  const known = new Set(Object.keys(document.components.schemas));
  for (const [, name = ''] of JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g))
    t.ok(known.has(name), name);
});

/** Checks answers against the document: nothing may be in them that it does not tell of. */
function checker(): (request: (typeof requests)[number], answer: Answer) => string | undefined {
  const ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: false });
  const strict = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(strict);
    if (typeof value !== 'object' || value === null) return value;
    const made = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, strict(one)]));
    return 'properties' in made && !('additionalProperties' in made)
      ? { ...made, additionalProperties: false }
      : made;
  };
  ajv.addSchema({ $id: 'box', components: strict(document.components) as object });
  const made = new Map<string, ReturnType<typeof ajv.compile>>();
  return ({ route, described }, { status, headers, json }) => {
    const content = described.responses[status]?.content;
    if (!content) return `${status} is not described`;
    const type = headers['content-type']?.split(';')[0] ?? '';
    if (type !== 'application/json') return type in content ? undefined : `${type} is not described`;
    const key = `${route} ${status}`;
    const schema = JSON.parse(
      JSON.stringify(strict(content[type]?.schema)).replaceAll('"#/components', '"box#/components'),
    );
    const validate = made.get(key) ?? ajv.compile(schema);
    made.set(key, validate);
    return validate(json) ? undefined : JSON.stringify(validate.errors);
  };
}

t.test('role x route x scope: tokens get what both allow, and answers are as described (M25)', async (t) => {
  const clock = new FakeClock();
  const at = await startDepartments(t, { clock });
  const check = checker();
  const roles = {
    admin: undefined,
    installer: await at.account('petr', 'installer').then(() => 'petr'),
    supervisor: await at
      .account('vera', 'supervisor', { groups: ['sales'], queues: ['orders'] })
      .then(() => 'vera'),
    user: await at.account('anna', 'user', { person: 'anna' }).then(() => 'anna'),
  };
  const token = async (scopes: readonly string[], account?: string): Promise<string> => {
    const body = { name: 'x', scopes, ...(account === undefined ? {} : { account }) };
    return (await ask(at, '/api/v1/tokens', { body, cookie: at.admin })).json.token;
  };
  const whole: Record<string, string> = {};
  for (const [role, account] of Object.entries(roles)) whole[role] = await token(tokenScopes, account);
  const only: Record<string, string> = {};
  const allBut: Record<string, string> = {};
  for (const scope of tokenScopes) {
    only[scope] = await token([scope]);
    allBut[scope] = await token(tokenScopes.filter((one) => one !== scope));
  }
  for (const request of requests) {
    const { method, path, route, described } = request;
    const { 'x-roles': allowed, 'x-scope': scope } = described;
    if (!allowed) continue;
    // The programs' allowance is no subject here.
    clock.advance(1000);
    const json = 'application/json' in (described.requestBody?.content ?? { 'application/json': {} });
    const type = json
      ? 'application/json'
      : Object.keys(described.requestBody!.content)[0]!.replace('*', 'wav');
    const program = (bearer: string | undefined) =>
      ask(at, path, {
        ...{ method, origin: null },
        headers: {
          Authorization: `Bearer ${bearer}`,
          ...(method === 'GET' || method === 'DELETE' ? {} : { 'Content-Type': type }),
        },
        ...(method === 'GET' || method === 'DELETE' ? {} : { body: json ? {} : 'x' }),
      });
    const refused = async (bearer: string | undefined, code: string, why: string): Promise<void> => {
      const answer = await program(bearer);
      t.equal(answer.json?.error?.code, code, `${route}: ${why}`);
      t.equal(check(request, answer), undefined, `${route}: ${why}, as described`);
    };
    for (const [role, bearer] of Object.entries(whole)) {
      // What is outside of the guard wants a session.
      if (route === 'POST /password') await refused(bearer, 'api/not-signed-in', role);
      else if (!allowed.includes(role)) await refused(bearer, 'api/not-allowed', role);
      else if (!scope) await refused(bearer, 'api/scope-missing', `${role}, and no token is enough`);
      else {
        const answer = await program(bearer);
        t.notMatch(
          answer.json?.error?.code,
          /^api\/(not-allowed|scope-missing|wrong-token|not-signed-in)$/,
          `${route}: ${role}`,
        );
        t.equal(check(request, answer), undefined, `${route}: ${role}, ${answer.status} as described`);
      }
    }
    if (!scope) continue;
    await refused(allBut[scope], 'api/scope-missing', `all but ${scope}`);
    const answer = await program(only[scope]);
    t.notMatch(answer.json?.error?.code, /^api\/(not-allowed|scope-missing)$/, `${route}: ${scope} alone`);
  }
});

t.test('what people at the page are answered is as described, too', async (t) => {
  const at = await startDepartments(t);
  const check = checker();
  for (const request of requests) {
    const { method, path, route } = request;
    // This office has no authority of its own to show.
    if (method !== 'GET' || route.startsWith('GET /certificate/authority')) continue;
    const answer = await ask(at, path, { cookie: at.admin });
    t.equal(check(request, answer), undefined, `${route}: ${answer.status}`);
  }
});

t.test('the document is served as it is made, to whoever is signed in', async (t) => {
  const at = await startDepartments(t);
  t.equal((await ask(at, '/api/v1/openapi.json')).status, 401);
  const { json } = await ask(at, '/api/v1/openapi.json', { cookie: at.admin });
  t.same(json, JSON.parse(JSON.stringify(document)));
});
