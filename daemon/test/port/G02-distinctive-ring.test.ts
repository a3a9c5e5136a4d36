import t from 'tap';
import { port as portSchema } from '../../src/config/schema/port.ts';
import type { Config } from '../../src/config/schema.ts';
import type { LineCard } from '../../src/line/card.ts';
import { portOptions } from '../../src/main/port-options.ts';
import type { RingClass } from '../../src/port/port.ts';
import { russia } from '../media/support/engine.ts';
import { simulatedOffice } from './simulated-office.ts';

/** What the ports of a document are to be, in Russia. */
const options = (...ports: object[]) =>
  portOptions({ ports: ports.map((p) => portSchema.parse(p)) } as unknown as Config, russia);
const telephone = (number: number, settings: object = {}) => ({
  kind: 'fxs',
  number,
  classOfService: 'all',
  ...settings,
});

/** The next bursts and pauses of a telephone by the card's own clock, ms. */
function bell(card: LineCard, port: number, count: number): Promise<number[]> {
  return new Promise((resolve) => {
    const times: number[] = [];
    const off = card.on('indication', (told) => {
      if (told.port !== port || told.type !== 'ring-phase') return;
      times.push(told.at / 8);
      if (times.length <= count) return;
      off();
      resolve(times.slice(1).map((at, i) => Math.round(at - times[i]!)));
    });
  });
}

t.test('where a call comes from decides the cadence, port by port', async (t) => {
  const cadences = (settings: object) => {
    const [made] = options(telephone(1, settings));
    return made?.kind === 'fxs' ? made.distinctiveRing : undefined;
  };
  t.strictSame(
    cadences({}),
    { internal: [400, 200, 400, 4000], recall: [300, 200, 300, 200, 300, 4000] },
    'as shipped',
  );
  t.strictSame(cadences({ distinctiveRing: 'off' }), undefined);
  t.strictSame(cadences({ distinctiveRing: 'groups' })?.group, [1500, 3500]);
});

t.test('the bell of the telephone, measured by the ring phases that the card tells', async (t) => {
  t.jobs = 4;
  const office = await simulatedOffice(
    t,
    { sockets: [1, 2, 3, 4].map((port) => ({ port, kind: 'fxs' as const, device: 'telephone' as const })) },
    options(
      telephone(1),
      telephone(2),
      telephone(3, { distinctiveRing: 'groups' }),
      telephone(4, { distinctiveRing: 'off' }),
    ),
  );
  const expected: [number, RingClass, number[]][] = [
    [1, 'internal', [400, 200, 400, 4000]],
    [2, 'recall', [300, 200, 300, 200, 300, 4000]],
    [3, 'group', [1500, 3500]],
    [4, 'internal', [1000, 4000]],
  ];
  await Promise.all(
    expected.map(([port, as, cadence]) =>
      t.test(`${as} on port ${port}`, { buffered: true }, async (t) => {
        const measured = bell(office.card, port, cadence.length);
        const shown = office.simulator.telephone(port).next('caller-id', 8000);
        office.fxs(port).ring({ number: '101' }, as);
        t.strictSame(await measured, cadence);
        t.match(await shown, { number: '101' }, 'caller ID finds its place in the long silence');
        office.fxs(port).stopRinging();
      }),
    ),
  );
});
