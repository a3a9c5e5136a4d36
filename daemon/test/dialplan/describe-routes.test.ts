import t from 'tap';
import { configSchema } from '../../src/config/schema.ts';
import { describeRoutes } from '../../src/dialplan/describe-routes.ts';
import { office } from '../kit/office.ts';

t.test('each route is described by what routing would really do with it', async (t) => {
  const described = describeRoutes(configSchema.parse(office), Date.UTC(2026, 0, 15, 9));
  const of = (id: string): string => described.find((d) => d.id === id)?.said.en ?? '';
  t.match(of('alpha-out'), /long distance: "Alpha": 1\.50 RUB\/min, cheaper than the next; then "Beta"/);
  t.match(of('beta-out'), /"Alpha".*then "Beta"/, 'and of the second it is said that it is the second');
  t.match(of('city'), /^local: no price given/, 'alone it is not named once more');
  t.match(described.find((d) => d.id === 'city')?.said.ru, /^городской: цена не задана/);

  const changed = structuredClone(office) as typeof office;
  changed.routes[0]!.prices = [{ prefix: '', perMinute: 9 }];
  const dearer = describeRoutes(configSchema.parse(changed), Date.UTC(2026, 0, 15, 9));
  t.match(
    dearer.find((d) => d.id === 'alpha-out')?.said.en,
    /"Beta".*cheaper.*then "Alpha"/,
    'prices decide',
  );

  const off = structuredClone(office) as object as { routes: { enabled?: boolean }[] };
  off.routes[0]!.enabled = false;
  t.notOk(
    describeRoutes(configSchema.parse(off), 0).some((d) => d.id === 'alpha-out'),
    'a route turned off does nothing',
  );
});
