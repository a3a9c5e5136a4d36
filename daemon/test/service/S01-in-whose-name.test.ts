import t from 'tap';
import type { PlaySource } from '../../src/media/api.ts';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office } from '../kit/office.ts';
import { Bench, heard } from '../kit/services.ts';

const desk = {
  id: 'desk',
  name: 'Desk',
  user: 'desk',
  password: 'secret-enough',
  extension: '31',
  classOfService: 'staff',
};

/** Two firms in one office. */
const firms = {
  ...office,
  devices: [desk],
  destinations: [
    {
      id: 'reception',
      name: 'R',
      classOfService: 'staff',
      steps: [
        { targets: ['port:1', 'device:desk'], seconds: 15 },
        { targets: ['number:+79160000001'], seconds: 60 },
      ],
    },
  ],
  incomingNumbers: [
    { id: 'one', number: '+74951110000', destination: 'reception', label: 'Camomile' },
    { id: 'two', number: '+74951110001', destination: 'reception' },
  ],
};

/** Something spoken that lasts until the test says so. */
const spoken = (): PlaySource => ({
  type: 'tone',
  tone: { frequencies: [300], levelDbm0: -10, cadence: [] },
});

function trunkCall(b: Bench, calledNumber: string, caller: object = { number: '+79031112233' }): FakeLeg {
  const leg = new FakeLeg('incoming', 'trunk:alpha');
  leg.state = 'trying';
  b.services.trunkCall(leg, { trunkId: 'alpha', calledNumber, caller });
  return leg;
}

t.test(
  'telephones show which firm is called, the operator of a mobile is told nothing of it (S01)',
  async (t) => {
    const b = new Bench(firms);
    b.devices.set('desk', [['here']]);
    trunkCall(b, '+74951110000');
    await settle();
    t.same(b.port(1).caller, { number: '+79031112233', name: 'Camomile' });
    t.same(b.deviceCalls[0]?.caller, { number: '+79031112233', name: 'Camomile' });
    b.clock.advance(15_000);
    await settle();
    t.same(b.trunkCalls[0]?.request.caller, { number: '+79031112233' });
    t.equal(b.record.callerName, undefined, 'the record keeps who called');
    const named = new Bench(firms);
    trunkCall(named, '+74951110000', { number: '+79031112233', name: 'Ivanov' });
    await settle();
    t.match(named.port(1).caller, { name: 'Camomile: Ivanov' });
    const other = new Bench(firms);
    trunkCall(other, '+74951110001');
    await settle();
    t.same(other.port(1).caller, { number: '+79031112233' });
  },
);

t.test('whoever answers hears the firm first, the caller hears ringback until then (S01)', async (t) => {
  const b = new Bench(firms);
  const said: string[] = [];
  b.context.speech = async (text) => {
    said.push(text);
    return spoken();
  };
  b.line(5).emit('ringing');
  const caller = trunkCall(b, '+74951110000');
  await settle();
  b.port(1).lift();
  await settle();
  t.same(said, ['Camomile']);
  t.equal(b.hears(1), '300/');
  t.not(caller.state, 'answered', 'the caller hears nothing of it, and does not pay yet');
  await b.media.stop('line:1');
  await settle();
  t.equal(caller.state, 'answered');
  t.equal(b.media.joined.get(caller.endpoint), 'line:1');
});

t.test(
  'on a mobile the whisper comes before "press 1"; a caller who gives up meanwhile frees all',
  async (t) => {
    const b = new Bench(firms);
    b.context.speech = async () => spoken();
    const caller = trunkCall(b, '+74951110000');
    b.clock.advance(15_000);
    await settle();
    b.trunkLeg.farAnswers();
    await settle();
    t.equal(b.media.toneAt(b.trunkLeg.endpoint), '300/');
    b.clock.advance(10_000);
    await settle();
    t.equal(b.media.toneAt(b.trunkLeg.endpoint), undefined, 'it ends in any case');
    b.trunkLeg.emit('digit', '1');
    await settle();
    t.equal(caller.state, 'answered');

    const hasty = trunkCall(b, '+74951110000');
    await settle();
    b.port(1).lift();
    await settle();
    hasty.farReleases(16);
    await settle();
    t.equal(b.hears(1), heard.busy);
    t.equal([...b.context.calls.active].length, 1);
  },
);
