import type { ConfigEdit, ConfigView } from '../../daemon/src/api/contract.ts';
import { office } from '../../daemon/test/kit/office.ts';
import { OFFICE } from '../lib/network.ts';
import { type Lab, OPERATOR_PORT, PASSWORD } from './lab.ts';

/** Claims a new box and gives it the office of the other tests, with its trunk led to the lab's operator, as the page would. */
export async function furnish(lab: Lab, code: string): Promise<void> {
  await lab.api.claim(code, PASSWORD);
  const { trunks, routes, ...rest } = structuredClone(office);
  const mine = {
    ...{ dialing: rest.dialing, site: rest.site, classesOfService: rest.classesOfService },
    ...{ costCentres: rest.costCentres, ports: rest.ports, destinations: rest.destinations },
    trunks: [{ ...trunks[0], server: `${OFFICE}:${OPERATOR_PORT}`, optionsSeconds: 0 }],
    routes: routes.filter(({ id }) => id !== 'beta-out'),
  };
  Object.assign(mine.dialing, { interDigitMs: 1500, matchMs: 800 });
  const { revision } = await lab.api.get<ConfigView>('/api/v1/config');
  const edits = Object.entries(mine).map(
    ([name, value]): ConfigEdit => ({ op: 'put', path: `/${name}`, value }),
  );
  await lab.api.patch('/api/v1/config', { revision, edits });
}
