import t from 'tap';
import { planCall } from '../../src/dialplan/plan.ts';
import { makeConfig, noon } from './make-config.ts';

const config = makeConfig();
type Over = Parameters<typeof makeConfig>[0];

function emergency(dialed: string, over: Over = {}, port = 1) {
  return planCall({
    dialed,
    origin: { kind: 'on-site', port },
    classOfService: undefined,
    now: noon,
    config: makeConfig(over),
  });
}

t.test('people dial as ever, and the box picks the way', async (t) => {
  const to = (dialed: string) => {
    const [step] = planCall({
      dialed,
      origin: { kind: 'on-site', port: 1 },
      classOfService: 'all',
      now: noon,
      config,
    }).steps;
    return [step?.via.kind, step?.number];
  };
  t.same(to('88121234567'), ['trunk', '+78121234567']);
  t.same(to('2345678'), ['line', '2345678']);
  t.same(to('84992345678'), ['line', '84992345678'], 'the other code of the town is dialed in full');
  t.same(to('112'), ['line', '112']);
});

t.test('112 takes proven city lines, then trunks that can, then the PBX', async (t) => {
  const trunks = [
    { id: 'acme', name: 'Acme', server: 'a.example', user: 'a' },
    { id: 'beta', name: 'Beta', server: 'b.example', user: 'b', emergencyShortCodes: true },
    { id: 'gamma', name: 'Gamma', server: 'g.example', user: 'g', emergencyNumber: '+74951120000' },
    { id: 'off', name: 'Off', server: 'o.example', user: 'o', emergencyShortCodes: true, enabled: false },
  ];
  const plan = emergency('112', { trunks, routes: [] });
  t.same(
    plan.steps.map((step) => [step.via, step.number]),
    [
      [{ kind: 'line', ports: [5] }, '112'],
      [{ kind: 'trunk', trunk: 'beta' }, '112'],
      [{ kind: 'trunk', trunk: 'gamma' }, '+74951120000'],
      [{ kind: 'line', ports: [7] }, '9,112'],
    ],
  );
  t.equal(plan.refusal, undefined);
});

t.test('the old short codes reach the same services', async (t) => {
  for (const [dialed, code] of [
    ['01', '101'],
    ['02', '102'],
    ['03', '103'],
    ['04', '104'],
    ['103', '103'],
  ] as const) {
    t.equal(emergency(dialed).steps[0]?.number, code);
  }
});

t.test('neither class nor schedule nor a missing route keeps anybody from 112', async (t) => {
  t.equal(
    emergency('112', {
      routes: [],
      classesOfService: [
        { id: 'office', name: 'None', allow: [] },
        { id: 'ld', name: 'None', allow: [] },
      ],
    }).steps[0]?.number,
    '112',
  );
});

t.test('without any way the refusal says so', async (t) => {
  const plan = emergency('112', { ports: [{ kind: 'fxs', number: 1, classOfService: 'office' }] });
  t.match(plan.refusal, { reason: 'no-route', q850: 3 });
});

t.test('outsiders and forwarding never take the emergency way', async (t) => {
  for (const kind of ['outside', 'forward'] as const) {
    for (const dialed of ['112', '101', '102', '103', '104', '01', '02', '03', '04']) {
      const plan = planCall({
        dialed,
        origin: { kind },
        classOfService: 'all',
        pinGranted: { pinId: 'x', classOfService: 'all' },
        now: noon,
        config,
      });
      t.not(plan.number.class, 'emergency', `${kind} ${dialed}`);
      t.same(plan.steps, [], `${kind} ${dialed}`);
    }
  }
});
