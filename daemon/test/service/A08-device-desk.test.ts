import t from 'tap';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench } from '../kit/services.ts';

const telephone = {
  id: 'desk',
  name: 'Desk of Ivan',
  user: 'ivan',
  password: 'long enough',
  classOfService: 'staff',
};
const pbx = {
  ...{ id: 'pbx', name: 'PBX', kind: 'pbx', mode: 'static', address: '192.0.2.7', user: 'linegate' },
  ...{ numbers: ['2X5'], lines: [7], sockets: [3], classOfService: 'staff' },
};

const document = {
  ...office,
  devices: [telephone, pbx],
  ports: [
    ...office.ports,
    { kind: 'fxo', number: 7, name: 'PBX', role: 'pbx-extension', outsidePrefix: '9', incoming: 'to-pbx' },
  ],
  people: [
    ...office.people,
    { id: 'ivan', name: 'Ivan', extension: '31', devices: ['desk'], classOfService: 'staff' },
  ],
  destinations: [
    ...office.destinations,
    { id: 'to-pbx', name: 'PBX', steps: [{ targets: ['device:pbx'], seconds: 5 }] },
  ],
};

const bench = (more: object = {}): Bench => new Bench({ ...document, ...more }, officePins);

/** A device calls; its leg. */
function calls(
  b: Bench,
  calledNumber: string,
  more: { deviceId?: string; full?: boolean; away?: true } = {},
): FakeLeg {
  const { deviceId = 'desk', full = false, away } = more;
  const leg = new FakeLeg('incoming', `device:${deviceId}`);
  leg.state = 'trying';
  b.services.deviceCall(leg, {
    deviceId,
    calledNumber,
    caller: { number: '205', name: 'Reception' },
    full,
    ...(away ? { away } : {}),
  });
  return leg;
}

t.test('beyond its calls at once a device is busy, but 112 goes all the same (ruling 5)', async (t) => {
  const b = bench();
  const second = calls(b, '12', { full: true });
  await settle();
  t.match(second.releasedWith, { q850: 17 });
  t.equal(b.records.size, 0);
  const emergency = calls(b, '112', { full: true });
  await settle();
  t.equal(emergency.releasedWith, undefined);
  t.match(b.record, {
    service: 'emergency',
    callerNumber: '31',
    legs: [{ place: 'device:desk' }, { place: 'line:5' }],
  });
});

t.test('who calls is said by us for a telephone, and by the PBX for its extensions', async (t) => {
  const b = bench();
  calls(b, '88121234567');
  await settle();
  t.match(b.trunkCalls.at(-1)?.request.caller, { number: '31', name: 'Ivan' });
  calls(b, '88121234567', { deviceId: 'pbx' });
  await settle();
  t.match(b.trunkCalls.at(-1)?.request.caller, { number: '205', name: 'Reception' });
});

t.test(
  'contacts of one preference ring at once, the next after them; one answer ends all others',
  async (t) => {
    const b = bench();
    b.devices.set('desk', [['a', 'b'], ['c']]);
    b.port(2).lift();
    await b.port(2).key('31#');
    await settle();
    t.equal(b.deviceLegs.length, 2);
    for (const leg of [...b.deviceLegs]) leg.farReleases(17);
    await settle();
    t.equal(b.deviceLegs.length, 3);
    const [, , third] = b.deviceLegs;
    t.equal(third?.number, '31');
    third!.farAnswers();
    await settle();
    t.match([...b.context.calls.active], [{ state: 'talking' }]);
  },
);

t.test(
  'a number behind the PBX: SIP first, its line if SIP does not get there, and never back (H02)',
  async (t) => {
    const b = bench();
    b.port(1).lift();
    await b.port(1).key('235#');
    await settle();
    t.same(
      b.record.legs.map((leg) => leg.place),
      ['port:1', 'line:7'],
      'no contact answers',
    );

    const c = bench();
    c.devices.set('pbx', [['sip']]);
    c.port(1).lift();
    await c.port(1).key('235#');
    await settle();
    t.match(c.deviceLegs, [{ place: 'device:pbx', number: '235' }]);
    c.deviceLegs[0]!.farReleases(17, { sip: 486 });
    await settle();
    t.equal(c.record.legs.length, 2, 'busy there is busy');

    const back = calls(c, '245', { deviceId: 'pbx' });
    await settle();
    t.match(back.releasedWith, { q850: 25 });
    c.port(3).lift();
    await c.port(3).key('245#');
    await settle();
    t.equal(c.record.q850, 25, 'by the wire neither');
    t.equal(c.deviceLegs.length, 1);

    // Somebody at the PBX dials the extension that the box sits on, and that rings the PBX.
    c.line(7).emit('ringing');
    c.line(7).emit('caller', undefined);
    await settle();
    t.match(c.record, { q850: 25, direction: 'incoming' });
    t.equal(c.deviceLegs.length, 1);
  },
);

t.test(
  'a device of ours that is elsewhere calls with its rights, and reaches no 112 (ruling 3)',
  async (t) => {
    const b = bench();
    const away = calls(b, '112', { away: true });
    await settle();
    t.match(away.releasedWith, { q850: 28 });
    t.not(b.record.service, 'emergency');
    calls(b, '88121234567', { away: true });
    await settle();
    t.match(b.record, { direction: 'outgoing', callerNumber: '31', calledNumber: '+78121234567' });
  },
);
