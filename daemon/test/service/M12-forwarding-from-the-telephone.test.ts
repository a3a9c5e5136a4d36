import t from 'tap';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench } from '../kit/services.ts';

/** Tones by what `FakeMedia.toneAt` says. */
const yes = '425/100-100';
const no = '950/330';
const busy = '425/350-350';

const desk = {
  ...{ id: 'desk', name: 'Desk', user: 'ivan', password: 'long enough', extension: '31' },
  classOfService: 'staff',
};

const bench = (more: object = {}): Bench => new Bench({ ...office, ...more }, officePins);

/** Lifts, dials, and leaves the handset lifted. */
async function dials(b: Bench, keys: string, port = 1): Promise<string | undefined> {
  if (b.port(port).offHook) b.port(port).hangUp();
  await settle();
  b.port(port).lift();
  await settle();
  await b.port(port).key(keys);
  await settle();
  return b.hears(port);
}

const anna = (b: Bench) => b.config.people.find(({ id }) => id === 'anna')!;

t.test('*21*number# sends calls there from the next one on, #21# brings them back (M12)', async (t) => {
  const b = bench();
  t.equal(await dials(b, '*21*89161112233#'), yes, 'the tone of confirmation');
  t.match(anna(b).forwarding.always, [{ to: '+79161112233' }], 'as the page shows it');
  t.same(b.changedBy, ['code from port 1']);
  b.port(1).hangUp();
  await dials(b, '21', 2);
  b.clock.advance(3000);
  await settle();
  t.notOk(b.port(1).ringing);
  t.equal(b.trunkCalls[0]?.request.number, '+79161112233', 'the next call goes to the trunk');
  b.port(2).hangUp();
  await settle();

  t.equal(await dials(b, '*#21#'), yes, 'the state: on');
  t.equal(await dials(b, '#21#'), yes);
  t.same(anna(b).forwarding.always, []);
  t.equal(await dials(b, '*#21#'), busy, 'the state: off');
  b.port(1).hangUp();
  await dials(b, '21', 2);
  b.clock.advance(3000);
  await settle();
  t.ok(b.port(1).ringing, 'and the telephone rings again');
});

t.test('each kind has its own codes, a pause ends a number, and #002# takes all off', async (t) => {
  const b = bench();
  t.equal(await dials(b, '*67*12#'), yes);
  t.equal(await dials(b, '*61*89161112233*35#'), yes);
  t.not(await dials(b, '*62*89161112244'), yes);
  b.clock.advance(3000);
  await settle();
  t.equal(b.hears(1), yes, 'ended by a pause');
  const { busy: atBusy, noAnswer, noAnswerSeconds, unreachable } = anna(b).forwarding;
  t.match(
    [atBusy[0], noAnswer[0], unreachable[0]].map((step) => step?.to),
    ['12', '+79161112233', '+79161112244'],
  );
  t.equal(noAnswerSeconds, 35, 'the time behind the number');
  t.equal(await dials(b, '#002#'), yes);
  const { always, ...none } = anna(b).forwarding;
  t.same([always, none.busy, none.noAnswer, none.unreachable], [[], [], [], []]);
});

t.test('what is not allowed is refused by a tone and changes nothing', async (t) => {
  const b = bench();
  const before = structuredClone(b.config);
  for (const [keys, why] of [
    ['*21*8104420794600#', 'the class of the owner does not go abroad (ruling 8)'],
    ['*21*112#', 'an emergency number is nobody to be forwarded to (ruling 3)'],
    ['*21*21#', 'to oneself'],
    ['*21*11#', "to one's own telephone"],
    ['*21*999#', 'no such number'],
    ['*61*12*2#', 'no such time'],
    ['*21**8#', 'a code is no number'],
  ] as const)
    t.equal(await dials(b, keys), no, why);
  t.equal(await dials(b, '*21*12#', 2), no, 'a telephone that belongs to nobody');
  t.same(b.config, before);
  t.same(b.changedBy, []);
});

t.test('a setting that cannot be stored is not confirmed', async (t) => {
  const b = bench();
  b.context.change = () => Promise.reject(new Error('the disk is full'));
  t.equal(await dials(b, '*21*12#'), no);
});

t.test('do not disturb: calls go where they go when busy, and the code says how it stands', async (t) => {
  const b = bench();
  t.equal(await dials(b, '*#26#'), busy);
  t.equal(await dials(b, '*26#'), yes);
  t.ok(anna(b).doNotDisturb);
  t.equal(await dials(b, '*#26#'), yes);
  b.port(1).hangUp();
  await dials(b, '21', 2);
  b.clock.advance(3000);
  await settle();
  t.notOk(b.port(1).ringing);
  t.equal(b.trunkCalls.length, 1, 'to the mobile, as when busy');
  b.port(2).hangUp();
  t.equal(await dials(b, '#26#'), yes);
  t.notOk(anna(b).doNotDisturb);
  t.same(b.changedBy, ['code from port 1', 'code from port 1']);
});

t.test('call waiting is turned on and off at the telephone that it is about', async (t) => {
  const b = bench();
  const on = (): unknown => b.config.ports.find(({ number }) => number === 2);
  t.equal(await dials(b, '*43#', 2), yes);
  t.match(on(), { callWaiting: true });
  t.equal(await dials(b, '*#43#', 2), yes);
  t.equal(await dials(b, '#43#', 2), yes);
  t.match(on(), { callWaiting: false });
  t.equal(await dials(b, '*#43#', 2), busy);
});

t.test(
  'own abbreviated numbers: stored, dialed, heard and cleared, with the rights of the telephone',
  async (t) => {
    const b = bench();
    t.equal(await dials(b, '*51*3*88121234567#'), yes);
    t.same(anna(b).ownNumbers, [{ key: '3', number: '88121234567' }]);
    t.equal(await dials(b, '*#51*3#'), yes);
    t.equal(await dials(b, '*#51*4#'), busy);
    b.port(1).hangUp();
    await dials(b, '*73');
    t.equal(b.trunkCalls[0]?.request.number, '+78121234567', 'at once behind the digit');
    t.match(b.record, { calledNumber: '+78121234567', tollClass: 'national' });
    b.port(1).hangUp();
    await settle();
    t.equal(await dials(b, '*74'), no, 'nothing is stored there');
    t.equal(await dials(b, '#51*3#'), yes);
    t.same(anna(b).ownNumbers, []);
    t.equal(await dials(b, '*51*3**21*12#'), no, 'a code is no number');
    // The store's telephone has no right to call long distance, with or without abbreviation.
    b.config.people[0]!.ports = [2];
    t.equal(await dials(b, '*51*1*88121234567#', 2), yes);
    b.trunkCalls.length = 0;
    await dials(b, '*71', 2);
    t.equal(b.trunkCalls.length, 0);
    t.match(b.record, { q850: 21 });
  },
);

t.test('an IP telephone dials the same codes, and is answered for their tones', async (t) => {
  const b = bench({
    devices: [desk],
    people: office.people.map((person) => ({ ...person, ports: [1], devices: ['desk'] })),
  });
  const leg = new FakeLeg('incoming', 'device:desk');
  leg.state = 'trying';
  b.services.deviceCall(leg, { deviceId: 'desk', calledNumber: '*21*89161112233#', caller: {}, full: false });
  await settle();
  t.equal(leg.state, 'answered');
  t.equal(b.media.toneAt(leg.endpoint), yes);
  t.match(anna(b).forwarding.always, [{ to: '+79161112233' }]);
  t.same(b.changedBy, ['code from device desk']);
  b.clock.advance(1500);
  await settle();
  t.match(leg.releasedWith, { q850: 16 });
  const redialed = new FakeLeg('incoming', 'device:desk');
  redialed.state = 'trying';
  b.services.deviceCall(redialed, { deviceId: 'desk', calledNumber: '*43#', caller: {}, full: false });
  await settle();
  t.equal(b.media.toneAt(redialed.endpoint), no, 'call waiting is its own affair');
});

t.test('where the box can speak, words follow the tone, in the language of the box', async (t) => {
  const b = bench({ site: { ...office.site, language: 'ru' } });
  const said: string[] = [];
  b.context.speech = async (text) => {
    said.push(text);
    return { type: 'pcm', samples: new Int16Array(8) };
  };
  await dials(b, '*21*89161112233#');
  t.same(said, [], 'the tone first');
  b.clock.advance(1500);
  await settle();
  t.same(said, ['Переадресация включена на номер 8, 916, 111, 22, 33.']);
});

t.test('a code that the office has turned off is no code', async (t) => {
  const codes = { forwardAlways: '', doNotDisturb: '*55' };
  const b = bench({ dialing: { ...office.dialing, codes } });
  await dials(b, '*21*12#');
  t.same(anna(b).forwarding.always, []);
  t.equal(await dials(b, '*55'), yes, 'and one that it has changed is');
});

t.test('behind a flash codes work too, and the held party is there again', async (t) => {
  const b = bench();
  await dials(b, '88121234567');
  b.trunkLeg.farAnswers();
  await settle();
  b.port(1).emit('flashed');
  await settle();
  await b.port(1).key('*26#');
  await settle();
  t.ok(anna(b).doNotDisturb);
  t.equal(b.hears(1), yes);
  b.clock.advance(1500);
  await settle();
  t.equal(b.media.joined.get('line:1'), b.trunkLeg.endpoint);
});
