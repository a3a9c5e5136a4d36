import t from 'tap';
import { validateConfig } from '../../src/config/validate.ts';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench, heard } from '../kit/services.ts';

/** The office with changes to the settings of single ports. */
function officeWith(ports: Record<number, object>, more: object = {}): object {
  return {
    ...office,
    ports: office.ports.map((port) => ({ ...port, ...ports[port.number] })),
    ...more,
  };
}

const bench = (document: object): Bench => new Bench(document, officePins);

t.test('a hotline calls as soon as the handset is lifted, without dial tone', async (t) => {
  const b = bench(officeWith({ 1: { hotline: { number: '88121234567' } } }));
  b.port(1).lift();
  await settle();
  t.equal(b.trunkCalls[0]?.request.number, '+78121234567');
  t.notOk(
    b.media.played.some((play) => play.source.type === 'tone'),
    'no dial tone was played',
  );
  t.match(b.record, { dialed: '88121234567', tollClass: 'national', costCentre: 'sales' });
});

t.test('a warmline gives dial tone, and calls only if nothing is dialed in its time', async (t) => {
  const document = officeWith({ 1: { hotline: { number: '12', afterSeconds: 4 } } });
  const b = bench(document);
  b.port(1).lift();
  await settle();
  t.equal(b.hears(1), heard.dial);
  b.clock.advance(3999);
  await settle();
  t.notOk(b.port(2).ringing);
  b.clock.advance(1);
  await settle();
  t.ok(b.port(2).ringing);
  t.equal(b.hears(1), heard.ringback);

  const other = bench(document);
  other.port(1).lift();
  await other.port(1).key('88121234567');
  t.equal(other.trunkCalls.length, 1, 'what is dialed goes before the warmline');
  other.port(2).lift();
  await other.port(2).key('8');
  other.clock.advance(4000);
  await settle();
  t.equal(other.trunkCalls.length, 1, 'a first digit has ended its time');
});

t.test('a warmline leaves 112 to be dialed', async (t) => {
  const b = bench(officeWith({ 2: { hotline: { number: '11', afterSeconds: 3 } } }));
  b.port(2).lift();
  await b.port(2).key('112');
  await settle();
  t.equal(b.line(5).dialed, '112');
});

t.test('a hotline opens nothing that the class of its telephone keeps closed (L06)', async (t) => {
  const b = bench(officeWith({ 2: { hotline: { number: '88121234567' } } }));
  b.port(2).lift();
  await settle();
  t.equal(b.trunkCalls.length, 0);
  t.match(b.record, { state: 'ended', q850: 21 });
  t.equal(b.hears(2), heard.congestion);
});

t.test('whoever hangs up during the warm time has called nobody', async (t) => {
  const b = bench(officeWith({ 1: { hotline: { number: '12', afterSeconds: 4 } } }));
  b.port(1).lift();
  await settle();
  b.clock.advance(2000);
  b.port(1).hangUp();
  b.clock.advance(10_000);
  await settle();
  t.notOk(b.port(2).ringing);
  t.equal(b.records.size, 0);
});

const speedDials = [
  { id: 'branch', name: 'Branch', code: '*1', number: '+78121234567' },
  { id: 'neighbour', name: 'Neighbour', code: '51', number: '12' },
  { id: 'help', name: 'Help', code: '*2', number: '112' },
  { id: 'access', name: 'Access', code: '*77', number: '77' },
];

t.test('a speed dial is called under the rights of whoever dials it', async (t) => {
  const b = bench({ ...office, speedDials });
  b.port(1).lift();
  await b.port(1).key('*1');
  t.equal(b.trunkCalls[0]?.request.number, '+78121234567', 'at once: no longer code begins with it');
  t.match(b.record, { dialed: '*1', calledNumber: '+78121234567', tollClass: 'national' });

  b.port(2).lift();
  await b.port(2).key('*1');
  t.equal(b.trunkCalls.length, 1);
  t.match(b.record, { dialed: '*1', q850: 21 }, 'the class of the telephone stands');

  const inside = bench({ ...office, speedDials });
  inside.port(4).lift();
  await inside.port(4).key('51#');
  t.ok(inside.port(2).ringing, 'an extension behind a code; # ends the wait for a city number');

  const guarded = bench({ ...office, speedDials });
  guarded.port(4).lift();
  await guarded.port(4).key('*1');
  t.equal(guarded.trunkCalls.length, 0, 'a class that asks for a PIN asks for it here too');
  await guarded.port(4).key('135790');
  t.equal(guarded.trunkCalls.length, 1);

  const emergency = bench({ ...office, speedDials });
  emergency.port(2).lift();
  await emergency.port(2).key('*2');
  t.equal(emergency.line(5).dialed, '112');
});

t.test(
  'the second dial tone comes after 8, goes with the next digit, and only where it is wanted',
  async (t) => {
    const b = bench({ ...office, dialing: { ...office.dialing, secondDialTone: true } });
    b.port(1).lift();
    await b.port(1).key('8');
    t.equal(b.hears(1), heard.dial);
    await b.port(1).key('8');
    t.equal(b.hears(1), undefined);
    await b.port(1).key('121234567');
    t.equal(b.trunkCalls[0]?.request.number, '+78121234567');

    b.port(2).lift();
    await b.port(2).key('8');
    t.equal(b.hears(2), heard.dial);
    await b.port(2).key('8121234567');
    t.match(b.record, { q850: 21 }, 'the second dial tone goes round no class (L06)');

    b.port(4).lift();
    await b.port(4).key('8');
    b.clock.advance(5000);
    await settle();
    t.equal(b.hears(4), heard.sit, 'nothing more: told so, and the dial tone is gone');

    const off = bench(office);
    off.port(1).lift();
    await off.port(1).key('8');
    t.equal(off.hears(1), undefined);
  },
);

t.test('a burst that goes on behind the 8 hears no second dial tone', async (t) => {
  const b = bench({ ...office, dialing: { ...office.dialing, secondDialTone: true } });
  b.port(3).lift();
  for (const digit of '7713579088121234567') b.port(3).emit('digit', digit);
  await settle();
  await settle();
  t.equal(b.trunkCalls.length, 1);
  const dialTones = b.media.played.filter((play) => play.source.type === 'tone');
  t.equal(dialTones.length, 1, 'the first dial tone only');
});

t.test('what cannot be meant is refused, what will not work is warned of', async (t) => {
  const refused = (document: object, path: string): void => {
    const checked = validateConfig(document);
    t.notOk(checked.ok, path);
    if (!checked.ok) t.match(checked.issues, [{ path, said: { ru: /\S/, en: /\S/ } }]);
  };
  const entry = { id: 'a', name: 'A', code: '51', number: '88121234567' };
  refused({ ...office, speedDials: [{ ...entry, code: '11' }] }, '/speedDials/0/code');
  refused({ ...office, speedDials: [{ ...entry, code: '112' }] }, '/speedDials/0/code');
  refused({ ...office, speedDials: [{ ...entry, number: '8812' }] }, '/speedDials/0/number');
  refused(
    { ...office, speedDials: [entry, { ...entry, id: 'b', code: '*5', number: '51' }] },
    '/speedDials/1/number',
  );
  refused(officeWith({ 1: { hotline: { number: '999999' } } }), '/ports/0/hotline/number');
  const warned = validateConfig(officeWith({ 2: { hotline: { number: '88121234567' } } }));
  t.ok(warned.ok);
  if (warned.ok) t.ok(warned.warnings.some((warning) => warning.path === '/ports/1/hotline/number'));
});
