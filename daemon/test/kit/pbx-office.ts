import type { Layout } from '../../../hw/simulator/office/layout.ts';
import type { Operator } from '../../../scripts/lib/operator.ts';
import { type Box, type BoxOptions, pointTrunk, startBox } from './box.ts';

/** Access number, PIN and destination, 70 ms on and 70 ms off, 300 ms after seizing (features P04). */
export const burst = { digits: '7713579088121234567', delayMs: 300, onMs: 70, offMs: 70 };

/** Ports on which the office PBX takes us for city lines (wire A). */
export const pbxPorts = [2, 3, 4, 5] as const;

const layout: Layout = {
  sockets: [
    { port: 1, kind: 'fxs', device: 'telephone' },
    ...pbxPorts.map((port) => ({ port, kind: 'fxs', device: 'pbx-trunk' }) as const),
  ],
};

/** A box with one telephone and four lines to an old PBX, its trunk at `operator`, and no lines of its own. */
export function startPbxBox(
  t: Parameters<typeof startBox>[0],
  operator: Operator,
  options: Omit<BoxOptions, 'layout' | 'edit'> = {},
): Promise<Box> {
  return startBox(t, {
    ...options,
    layout,
    edit: (office) => {
      office.ports = [
        { kind: 'fxs', number: 1, extension: '11', classOfService: 'staff' },
        ...pbxPorts.map((number) => ({ kind: 'fxs', number, role: 'pbx-line', classOfService: 'inside' })),
      ];
      office.routes = office.routes.filter((route: { via: { kind: string } }) => route.via.kind !== 'line');
      office.destinations = [];
      office.incomingNumbers = [];
      office.people = [];
      // All its lines dial with one PIN.
      for (const pin of office.pins) pin.calls = pbxPorts.length;
      pointTrunk(office, 'alpha', operator);
    },
  });
}
