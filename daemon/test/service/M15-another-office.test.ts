import t from 'tap';
import { configSchema, type OfficeConfig } from '../../src/config/schema.ts';
import { validateConfig } from '../../src/config/validate.ts';
import { lintDialPlan } from '../../src/dialplan/lint.ts';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office } from '../kit/office.ts';
import { Bench, heard } from '../kit/services.ts';

const print = `${'AB:'.repeat(31)}AB`;
const anna = office.people[0]!;

/** The office with another one in Saint Petersburg, whose extensions are 2xx. */
function bench(more: object = {}, spb: Partial<OfficeConfig> = {}): Bench {
  return new Bench({
    ...office,
    offices: [
      {
        id: 'spb',
        name: 'Петербург',
        address: '10.8.0.2',
        fingerprints: [print],
        numbers: ['2XX'],
        fallbackNumber: '+78123200000',
        ...spb,
      },
    ],
    ...more,
  });
}

async function dial(b: Bench, port: number, digits: string): Promise<void> {
  b.port(port).lift();
  await settle();
  await b.port(port).key(digits);
  // A number of the town might begin so.
  b.clock.advance(3000);
  await settle();
}

function fromOffice(b: Bench, calledNumber: string, more: object = {}): FakeLeg {
  const leg = new FakeLeg('incoming', 'office:spb');
  leg.state = 'trying';
  b.services.officeCall(leg, {
    officeId: 'spb',
    calledNumber,
    caller: { number: '205', name: 'Olga' },
    ...more,
  });
  return leg;
}

const ways = (b: Bench): string[] =>
  b.trunkCalls.map(({ request }) => `${request.trunkId} ${request.number}`);
const steps = (b: Bench): string[] =>
  b.record.events
    .map(({ what, detail }) => `${what} ${detail}`)
    .filter((step) => /^(from-)?office/.test(step));

t.test(
  'an extension of the other office is rung over the link, as an extension and for nothing',
  async (t) => {
    const b = bench();
    await dial(b, 1, '205');
    t.same(ways(b), ['office:spb 205']);
    t.match(b.trunkCalls[0]?.request.caller, { number: '21', name: 'Anna' });
    b.trunkLeg.farRings();
    await settle();
    t.equal(b.hears(1), heard.ringback);
    b.trunkLeg.farAnswers();
    await settle();
    b.clock.advance(600_000);
    b.port(1).hangUp();
    await settle();
    t.match(b.record, { direction: 'internal', calledNumber: '205', tollClass: 'extension', price: 0 });
    t.same(steps(b), ['office spb']);
  },
);

t.test('link down: the city number of that office, at its price, and the record says so', async (t) => {
  const b = bench();
  b.refusals.set('office:spb', { q850: 27, text: 'the link is down', by: 'local' });
  await dial(b, 1, '205');
  t.same(ways(b), ['alpha +78123200000']);
  b.trunkLeg.farAnswers();
  await settle();
  b.clock.advance(60_000);
  b.port(1).hangUp();
  await settle();
  t.same(steps(b), ['office spb', 'office-unreachable spb +78123200000']);
  t.match(b.record, { dialed: '205', trunkId: 'alpha', routeId: 'alpha-out', price: 1.5 });
});

t.test(
  'a link that breaks at the very call is gone round, too; an answer of that office is not',
  async (t) => {
    const b = bench();
    await dial(b, 1, '205');
    b.trunkLeg.farReleases(38);
    await settle();
    t.same(ways(b), ['office:spb 205', 'alpha +78123200000']);
    b.port(1).hangUp();
    await settle();
    await dial(b, 1, '205');
    b.trunkLeg.farReleases(17);
    await settle();
    t.same(ways(b).slice(2), ['office:spb 205'], 'busy there is busy');
    t.equal(b.hears(1), heard.busy);
  },
);

t.test('who may not call outside is not led there by a broken link', async (t) => {
  const b = bench();
  b.refusals.set('office:spb', { q850: 27, text: 'the link is down', by: 'local' });
  await dial(b, 2, '205');
  t.same(ways(b), [], 'socket 2 may call inside only (ruling 8)');
});

t.test('where a menu answers the city number, the extension is keyed into it', async (t) => {
  const b = bench({}, { fallbackExtension: true });
  b.refusals.set('office:spb', { q850: 27, text: 'the link is down', by: 'local' });
  await dial(b, 1, '205');
  b.trunkLeg.farAnswers();
  await settle();
  b.clock.advance(2000);
  await settle();
  t.same(b.trunkLeg.sent, ['205']);
  const bare = bench({}, { fallbackNumber: undefined });
  bare.refusals.set('office:spb', { q850: 27, text: 'the link is down', by: 'local' });
  await dial(bare, 1, '205');
  t.same(ways(bare), [], 'without a city number the call fails');
});

t.test('a call from the other office rings an extension here, as from a colleague', async (t) => {
  const b = bench();
  const caller = fromOffice(b, '12');
  await settle();
  t.ok(b.port(2).ringing);
  t.match(b.port(2).caller, { number: '205', name: 'Olga' });
  b.port(2).lift();
  await settle();
  t.equal(b.media.joined.get(caller.endpoint), 'line:2');
  b.port(2).hangUp();
  await settle();
  t.match(b.record, { direction: 'internal', service: 'office', callerNumber: '205', calledNumber: '12' });
  t.same(steps(b), ['from-office spb']);
});

t.test(
  'rulings 3 and 6: the other office is not on site here: no 112, no 101, no 03, no long way round',
  async (t) => {
    const b = bench({}, { classOfService: 'abroad' });
    for (const dialed of ['112', '101', '102', '103', '104', '03', '01']) {
      const leg = fromOffice(b, dialed);
      await settle();
      t.equal(leg.state, 'released', dialed);
      t.not(b.record.service, 'emergency', dialed);
    }
    t.same(ways(b), []);
    t.notOk(
      [...b.fxo.values()].some((line) => !line.idle),
      'no city line was touched',
    );
    t.same([...b.alarms], []);
  },
);

t.test(
  'numbers outside as far as its class goes, charged to its cost centre; without one none',
  async (t) => {
    const none = bench();
    t.equal(fromOffice(none, '+78121234567').state, 'released');
    const b = bench({}, { classOfService: 'staff', costCentre: 'works' });
    fromOffice(b, '+78121234567');
    await settle();
    t.same(ways(b), ['alpha +78121234567']);
    b.trunkLeg.farAnswers();
    await settle();
    t.match(b.record, { direction: 'transit', costCentre: 'works', service: 'office' });
    const abroad = fromOffice(b, '+442071234567');
    await settle();
    t.equal(abroad.state, 'released', 'the class does not go abroad');
    t.equal(ways(b).length, 1);
  },
);

t.test('access numbers, codes and rooms of PINs are not for other offices', async (t) => {
  const b = bench({
    dialing: { ...office.dialing, hideCode: '*31*' },
    accessNumbers: [{ id: 'door', name: 'Door', code: '77', trunkNumbers: [], linePorts: [] }],
  });
  for (const dialed of ['77', '*31*']) {
    const leg = fromOffice(b, dialed);
    await settle();
    t.equal(leg.state, 'released', dialed);
  }
});

t.test('no hairpin: what another office dials goes on to none, neither back nor to a third', async (t) => {
  const b = bench({
    offices: [
      { id: 'spb', name: 'P', address: '10.8.0.2', fingerprints: [print], numbers: ['2XX'] },
      {
        id: 'kzn',
        name: 'K',
        address: '10.8.0.3',
        fingerprints: [print.replace('AB', 'CD')],
        numbers: ['3XX'],
      },
    ],
  });
  for (const dialed of ['205', '305']) {
    const leg = fromOffice(b, dialed);
    await settle();
    t.match(leg.releasedWith, { q850: 25 }, dialed);
  }
  t.same(ways(b), []);
});

t.test('who forwards to another office is followed there, and circles over offices end', async (t) => {
  const forwarding = { always: [{ to: '205', seconds: 20 }] };
  const b = bench({ people: [{ ...anna, forwarding }] });
  fromOffice(b, '21', { caller: { number: '206' } });
  await settle();
  t.same(ways(b), ['office:spb 205']);
  t.match(
    b.trunkCalls[0]?.request,
    { caller: { number: '206' }, diversionReason: 'unconditional' },
    'counted: the call says that it was diverted',
  );
  t.ok('divertedFrom' in b.trunkCalls[0]!.request);
  const round = fromOffice(b, '21', { diversions: [{ reason: 'unconditional', times: 5 }] });
  await settle();
  t.equal(ways(b).length, 1, 'five times are enough, wherever they were');
  t.equal(round.state, 'released');
});

t.test('a group has members in several offices (M16)', async (t) => {
  const b = bench({
    groups: [
      {
        id: 'sales',
        name: 'Sales',
        extension: '50',
        classOfService: 'staff',
        strategy: 'all',
        members: [{ target: 'port:2' }, { target: 'office:spb/205' }],
      },
    ],
  });
  await dial(b, 1, '50');
  b.clock.advance(3000);
  await settle();
  t.ok(b.port(2).ringing);
  t.same(ways(b), ['office:spb 205']);
  b.trunkLeg.farAnswers();
  await settle();
  t.notOk(b.port(2).ringing, 'who answers first has the call');
});

t.test(
  'one numbering: what is a number here, of a third office or of the emergency services is refused',
  async (t) => {
    const faults = (numbers: string[], more: object = {}): string[] => {
      const other = {
        id: 'kzn',
        name: 'K',
        address: 'k.test',
        fingerprints: [print.replace('AB', 'CD')],
        numbers: ['3XX'],
      };
      const mine = { id: 'spb', name: 'P', address: 'p.test', fingerprints: [print], numbers, ...more };
      const result = validateConfig({ ...office, offices: [other, mine] });
      return result.ok ? [] : result.issues.map(({ path, said }) => `${path}: ${said.en}`);
    };
    t.same(faults(['2XX']), []);
    t.match(faults(['1X']), [/numbers\/0: 1X overlaps the number 11 .*Desk/]);
    t.match(faults(['X1']), [/X1 covers the emergency number 01/, /X1 overlaps the number 11/]);
    t.match(faults(['30X']), [/30X overlaps 3XX of the office "K"/]);
    t.match(faults(['1XX']), [/1XX covers the emergency number 112/]);
    t.match(faults(['112X']), [/112X covers the emergency number 112/]);
    t.match(faults(['2XX'], { fingerprints: [print.replace('AB', 'CD')] }), [/has this fingerprint already/]);
    t.match(faults(['2XX'], { classOfService: 'nobody' }), [/nobody does not exist/]);
    t.equal(faults(['2XX'], { fallbackNumber: '112' }).length, 1, '112 is no city number of anybody');
    t.same(
      lintDialPlan(configSchema.parse(office)).filter(({ path }) => path.startsWith('/offices')),
      [],
    );
  },
);
