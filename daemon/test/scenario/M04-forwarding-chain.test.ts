import t from 'tap';
import type { CallReport } from '../../../scripts/lib/operator.ts';
import type { CallRecord } from '../../src/records/call-record.ts';
import { pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';

const person = (id: string, ports: number[], forwarding: object, more: object = {}): object => ({
  id,
  name: id,
  ports,
  classOfService: 'staff',
  costCentre: 'works',
  forwarding: { noAnswerSeconds: 3, ...forwarding },
  ...more,
});

t.test('forwardings of people: busy, no answer, always, unreachable (M04, O09)', async (t) => {
  const operator = await startOperator(t);
  const box = await startBox(t, {
    edit: (office) => {
      pointTrunk(office, 'alpha', operator, { callerNumber: '+74951110000' });
      pointTrunk(office, 'beta', operator, {
        callerNumber: '+74952220000',
        forwardedCaller: 'original',
      });
      // Mobiles of 916 go out over the first trunk, those of 917 over the second.
      office.routes[0].prefixes = ['7916'];
      office.routes[1].prefixes = ['7917'];
      office.ports.push({ kind: 'fxs', number: 9, extension: '19', classOfService: 'inside' });
      office.people = [
        person('anna', [1], { busy: 'mobile', noAnswer: 'mobile' }, { mobile: '+79161234567' }),
        person('boris', [], { always: '+79171234567' }),
        person('vera', [9], { unreachable: 'mobile' }, { mobile: '+79161112233' }),
        person('gleb', [2], { always: '+78091234567' }),
        person('dina', [1], { busy: '41' }, { extension: '40' }),
        person('egor', [1], { busy: '+79171112233' }, { extension: '41' }),
      ];
      const steps: Record<string, string[]> = {
        anna: ['person:anna', 'port:2'],
        boris: ['person:boris'],
        vera: ['person:vera'],
        gleb: ['person:gleb'],
        dina: ['person:dina'],
      };
      office.destinations = Object.entries(steps).map(([id, targets]) => ({
        id,
        name: id,
        steps: targets.map((target) => ({ targets: [target], seconds: 30, pressOne: false })),
      }));
      delete office.ports.find((port: { number: number }) => port.number === 5).incoming;
      office.incomingNumbers = Object.keys(steps).map((id, i) => ({
        id,
        number: `+7495111000${i}`,
        destination: id,
      }));
    },
  });
  const numbers = { anna: 0, boris: 1, vera: 2, gleb: 3, dina: 4 };
  let calls = 0;
  /** Calls somebody; every call has a caller of its own. */
  const callIn = async (to: keyof typeof numbers): Promise<{ id: string; caller: string }> => {
    const caller = `+7812000000${++calls}`;
    const number = `+7495111000${numbers[to]}`;
    return {
      id: await operator.call({ to: `${box.sip.host}:${box.sip.port}`, number, caller }),
      caller,
    };
  };
  const report = (id: string): CallReport => operator.calls().find((call) => call.id === id)!;
  const outside = (number: string, state: CallReport['state']): Promise<CallReport> =>
    until(
      `the call to ${number} is ${state}`,
      () => operator.calls().findLast((call) => call.number === number && call.state === state),
      6000,
    );
  const recordOf = (caller: string): Promise<CallRecord> =>
    box.record((record) => record.callerNumber === caller && record.state === 'ended');
  const anna = box.telephone(1);

  await t.test('busy: her mobile rings, and is shown our number and not a stranger', async (t) => {
    anna.lift();
    await anna.waitForTone(425, -20, 3000);
    const { id, caller } = await callIn('anna');
    const mobile = await outside('+79161234567', 'answered');
    await until('the caller is through', () => report(id).state === 'answered', 3000);
    t.match(operator.header(mobile.id, 'from'), /<sip:\+74951110000@/, 'ruling 14: From is our own');
    t.match(operator.header(mobile.id, 'p-asserted-identity'), /\+74951110000/);
    t.equal(operator.header(mobile.id, 'diversion'), '');
    operator.play(id, { type: 'tone', frequency: 1000, dbm0: -10 });
    await toneAtOperator(operator, mobile.id, 1000);
    operator.play(mobile.id, { type: 'tone', frequency: 1400, dbm0: -10 });
    await toneAtOperator(operator, id, 1400);
    await operator.hangUp(id);
    t.match(
      await recordOf(caller),
      { trunkId: 'alpha', costCentre: 'works', price: 1.5, releasedBy: 'caller' },
      'whoever forwards pays (ruling 8)',
    );
  });

  await t.test('busy, and the mobile is busy too: the call goes on to the store', async (t) => {
    operator.usual = { status: 486, ringMs: 0, q850: 17 };
    const { id, caller } = await callIn('anna');
    const store = box.telephone(2);
    await until('the store rings', () => store.ringing, 5000);
    t.equal(report(id).state, 'ringing', 'the caller hears no busy tone');
    store.lift();
    await until('the caller is through', () => report(id).state === 'answered', 3000);
    store.hangup();
    const record = await recordOf(caller);
    t.same(
      record.events.filter((event) => event.what === 'tried').map((event) => event.detail),
      ['trunk:alpha alpha-out', 'port:2'],
    );
    t.match(record.legs[1], { number: '+79161234567', sipStatus: 486, q850: 17 });
    operator.usual = { status: 200, ringMs: 300 };
  });

  await t.test('busy, forwarded to a colleague who is busy and forwards in turn', async (t) => {
    const { id } = await callIn('dina');
    const mobile = await outside('+79171112233', 'answered');
    t.match(operator.header(mobile.id, 'diversion'), /<sip:\+74951110004@[^>]*>;reason=user-busy/);
    await until('the caller is through', () => report(id).state === 'answered', 3000);
    await operator.hangUp(mobile.id);
    await until('the caller gets the BYE', () => report(id).state === 'ended', 3000);
    anna.hangup();
  });

  await t.test('no answer: after her time the mobile rings, the desk no more', async (t) => {
    await box.portsIdle();
    const { id, caller } = await callIn('anna');
    await until('the desk rings', () => anna.ringing, 4000);
    await outside('+79161234567', 'answered');
    t.equal(anna.state().bell, false);
    await until('the caller is through', () => report(id).state === 'answered', 3000);
    await operator.hangUp(id);
    t.match((await recordOf(caller)).legs[1], { place: 'port:1', q850: 19 });
  });

  await t.test('always, over a trunk that may show the original caller, with Diversion', async (t) => {
    const { id, caller } = await callIn('boris');
    const mobile = await outside('+79171234567', 'answered');
    t.ok(operator.header(mobile.id, 'from').includes(`<sip:${caller}@`), 'From is the original caller');
    t.match(
      operator.header(mobile.id, 'diversion'),
      /<sip:\+74951110001@[^>]*>;reason=unconditional;counter=1/,
      'the number that was called',
    );
    t.match(operator.header(mobile.id, 'p-asserted-identity'), /\+74952220000/);
    await operator.hangUp(id);
    t.match(await recordOf(caller), { trunkId: 'beta', price: 3 });
  });

  await t.test('unreachable: the socket is not there, the mobile rings at once', async (t) => {
    const { id, caller } = await callIn('vera');
    await outside('+79161112233', 'answered');
    await operator.hangUp(id);
    t.match(await recordOf(caller), { trunkId: 'alpha', costCentre: 'works' });
  });

  await t.test("a forwarding to a paid service is refused by the owner's class", async (t) => {
    const { id, caller } = await callIn('gleb');
    await until('the caller is refused', () => report(id).state === 'ended', 3000);
    t.equal(report(id).status, 403);
    t.notOk(
      operator.calls().some((call) => call.number.includes('809')),
      'nothing went out',
    );
    t.match(await recordOf(caller), { q850: 21, releasedBy: 'box', causeText: /premium/i });
  });
});
