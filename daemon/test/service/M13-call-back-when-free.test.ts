import t from 'tap';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench, heard } from '../kit/services.ts';

const yes = '425/100-100';
const no = '950/330';
const off = '425/350-350';

async function dials(b: Bench, port: number, keys: string): Promise<string | undefined> {
  if (b.port(port).offHook) b.port(port).hangUp();
  await settle();
  b.port(port).lift();
  await settle();
  await b.port(port).key(keys);
  await settle();
  return b.hears(port);
}

/** Dials an extension, which waits for more digits, and hangs up. */
async function calls(b: Bench, port: number, extension: string): Promise<void> {
  await dials(b, port, extension);
  b.clock.advance(3000);
  await settle();
}

async function waits(b: Bench, ms: number): Promise<void> {
  b.clock.advance(ms);
  await settle();
}

/** Port 2 talks outside (by lifting alone), port 1 has called it in vain and wants to be called back. */
async function asked(): Promise<Bench> {
  const b = new Bench(office, officePins);
  b.port(2).lift();
  await settle();
  await calls(b, 1, '12');
  t.equal(b.hears(1), heard.busy);
  t.equal(await dials(b, 1, '*37#'), yes);
  b.port(1).hangUp();
  await settle();
  return b;
}

t.test(
  'after busy: as soon as the other hangs up the telephone rings, and lifting it rings the other',
  async (t) => {
    const b = await asked();
    await waits(b, 60_000);
    t.notOk(b.port(1).ringing, 'the other is still busy');
    b.port(2).hangUp();
    await waits(b, 5000);
    t.ok(b.port(1).ringing);
    t.equal(b.port(1).ringsAs, 'recall');
    t.match(b.port(1).caller, { number: '12' });
    t.notOk(b.port(2).ringing);
    b.port(1).lift();
    await settle();
    t.ok(b.port(2).ringing);
    b.port(2).lift();
    await settle();
    t.equal(b.media.joined.get('line:1'), 'line:2');
    t.match(b.record, { service: 'call-back', callerNumber: '21', dialed: '12' });
    b.port(2).hangUp();
    b.port(1).hangUp();
    await waits(b, 60_000);
    t.notOk(b.port(1).ringing, 'once');
    t.equal(b.context.calls.size, 0);
  },
);

t.test('after no answer: only once the other has used the telephone again', async (t) => {
  const b = new Bench(office, officePins);
  await calls(b, 1, '12');
  t.ok(b.port(2).ringing);
  t.equal(await dials(b, 1, '*37#'), yes, 'whoever gives up waiting may ask for it');
  b.port(1).hangUp();
  await waits(b, 600_000);
  t.notOk(b.port(1).ringing, 'nobody has been there');
  b.port(2).lift();
  await settle();
  b.port(2).hangUp();
  await waits(b, 5000);
  t.ok(b.port(1).ringing);
});

t.test('the one who asked is busy: it waits for both', async (t) => {
  const b = await asked();
  b.port(1).lift();
  await settle();
  b.port(2).hangUp();
  await waits(b, 20_000);
  t.notOk(b.port(2).ringing);
  b.port(1).hangUp();
  await waits(b, 5000);
  t.ok(b.port(1).ringing);
});

t.test('it is cancelled, expires, and ends where the one who asked does not lift', async (t) => {
  const b = await asked();
  t.equal(await dials(b, 1, '*#37#'), yes, 'the state');
  t.equal(await dials(b, 1, '#37#'), yes);
  t.equal(await dials(b, 1, '*#37#'), off);
  t.equal(await dials(b, 1, '#37#'), no, 'nothing is left to cancel');
  b.port(1).hangUp();
  b.port(2).hangUp();
  await waits(b, 10_000);
  t.notOk(b.port(1).ringing);

  const old = await asked();
  await waits(old, 45 * 60_000);
  old.port(2).hangUp();
  await waits(old, 10_000);
  t.notOk(old.port(1).ringing, 'after 45 minutes');

  const away = await asked();
  away.port(2).hangUp();
  await waits(away, 5000);
  t.ok(away.port(1).ringing);
  await waits(away, 20_000);
  t.notOk(away.port(1).ringing);
  await waits(away, 60_000);
  t.notOk(away.port(1).ringing, 'not again');
  t.equal(away.context.calls.size, 0);
});

t.test('somebody was faster: the request stands until the other is free again', async (t) => {
  const b = await asked();
  b.port(2).hangUp();
  await waits(b, 5000);
  b.port(2).lift();
  b.port(1).lift();
  await settle();
  t.equal(b.hears(1), heard.busy);
  b.port(1).hangUp();
  await waits(b, 30_000);
  t.notOk(b.port(1).ringing);
  b.port(2).hangUp();
  await waits(b, 5000);
  t.ok(b.port(1).ringing);
});

t.test('several wait for one: first come, first served, one at a time', async (t) => {
  const b = await asked();
  await calls(b, 4, '12');
  t.equal(await dials(b, 4, '*37#'), yes);
  b.port(4).hangUp();
  b.port(2).hangUp();
  await waits(b, 5000);
  t.ok(b.port(1).ringing);
  t.notOk(b.port(4).ringing);
  b.port(1).lift();
  await settle();
  b.port(2).lift();
  await settle();
  await waits(b, 10_000);
  t.notOk(b.port(4).ringing);
  b.port(1).hangUp();
  b.port(2).hangUp();
  await waits(b, 5000);
  t.ok(b.port(4).ringing);
});

t.test('only inside, and only after a call that reached nobody', async (t) => {
  const b = new Bench(office, officePins);
  t.equal(await dials(b, 1, '*37#'), no, 'nothing was dialed');
  await dials(b, 1, '88121234567');
  b.trunkLeg.farReleases(17);
  await settle();
  t.equal(await dials(b, 1, '*37#'), no, 'outside');
  await calls(b, 1, '12');
  b.port(2).lift();
  await settle();
  b.port(2).hangUp();
  await settle();
  t.equal(await dials(b, 1, '*37#'), no, 'they have talked');
});

t.test('redial and the last caller', async (t) => {
  const b = new Bench(office, officePins);
  t.equal(await dials(b, 1, '*0'), no);
  t.equal(await dials(b, 1, '*69'), no);
  await dials(b, 1, '88121234567');
  b.port(1).hangUp();
  await settle();
  await dials(b, 1, '*0');
  t.equal(b.trunkCalls.length, 2);
  t.equal(b.trunkCalls[1]?.request.number, '+78121234567');
  t.match(b.record, { dialed: '88121234567', calledNumber: '+78121234567' });
  b.port(1).hangUp();
  await dials(b, 1, '112');
  b.port(1).hangUp();
  await settle();
  await dials(b, 1, '*0');
  t.equal(b.trunkCalls[2]?.request.number, '+78121234567', 'an emergency call is never repeated by a slip');
  b.port(1).hangUp();
  await settle();

  b.line(6).emit('ringing');
  await calls(b, 2, '11');
  b.port(2).hangUp();
  await settle();
  await dials(b, 1, '*69');
  t.ok(b.port(2).ringing, 'missed inside');
  b.port(1).hangUp();
  await settle();
  b.line(5).emit('ringing');
  b.line(5).emit('caller', { number: '+78127654321' });
  await settle();
  b.line(5).emit('ringingStopped');
  await settle();
  b.clock.advance(10_000);
  await settle();
  await dials(b, 1, '*69');
  t.equal(b.trunkCalls.at(-1)?.request.number, '+78127654321', 'missed from outside');
});

t.test('after a restart the records tell what was dialed last', async (t) => {
  const b = new Bench(office, officePins);
  await dials(b, 1, '88121234567');
  b.trunkLeg.farAnswers();
  await settle();
  b.port(1).hangUp();
  await settle();
  const later = new Bench(office, officePins, [...b.records.values()].reverse());
  await dials(later, 1, '*0');
  t.equal(later.trunkCalls[0]?.request.number, '+78121234567');
});
