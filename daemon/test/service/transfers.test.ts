import t from 'tap';
import type { ReleaseCause, ReplacedDialog, TransferOrder } from '../../src/call/leg.ts';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench, heard } from '../kit/services.ts';

const document = {
  ...office,
  devices: [
    {
      id: 'desk',
      name: 'Desk',
      user: 'desk',
      password: 'secret-of-desk',
      extension: '31',
      classOfService: 'staff',
      costCentre: 'sales',
    },
    {
      id: 'hall',
      name: 'Hall',
      user: 'hall',
      password: 'secret-of-hall',
      extension: '32',
      classOfService: 'inside',
    },
  ],
};

/** An order as a REFER makes one, and what its transferor was told. */
class Order implements TransferOrder {
  readonly told: string[] = [];
  readonly to: string;
  readonly replaces?: ReplacedDialog;

  constructor(to: string, replaces?: FakeLeg) {
    this.to = to;
    if (replaces)
      this.replaces = { callId: replaces.callId, localTag: 'l', remoteTag: 'r', earlyOnly: false };
  }

  refuse = (cause: ReleaseCause): void => void this.told.push(`refused ${cause.sip ?? cause.q850}`);
  accept = (): void => void this.told.push('accepted');
  ringing = (): void => void this.told.push('ringing');
  done = (): void => void this.told.push('done');
  failed = (cause: ReleaseCause): void => void this.told.push(`failed ${cause.q850}`);
}

/** A device talks to a caller on a trunk. */
async function talking(device = 'desk'): Promise<{ b: Bench; a: FakeLeg; caller: FakeLeg }> {
  const b = new Bench(document, officePins);
  const caller = new FakeLeg('incoming', 'trunk:alpha');
  const a = new FakeLeg('outgoing', `device:${device}`);
  await join(b, caller, a, '+79031112233');
  return { b, a, caller };
}

async function join(b: Bench, caller: FakeLeg, called: FakeLeg, number: string): Promise<void> {
  caller.state = 'answered';
  const call = b.context.calls.open(caller, {
    direction: 'incoming',
    service: 'incoming',
    callerNumber: number,
  });
  call.whenDone((released) => caller.release(released));
  const { LegAttempt } = await import('../../src/call/attempt.ts');
  call.place(new LegAttempt(() => called));
  called.farAnswers();
  await settle();
}

t.test('blind to an extension: accepted, ringing, done; the transferor is out', async (t) => {
  const { b, a, caller } = await talking();
  const order = new Order('12');
  a.emit('transferAsked', order);
  await settle();
  t.same(order.told, ['accepted', 'ringing']);
  t.ok(b.port(2).ringing);
  t.same(b.port(2).caller, { number: '+79031112233' }, 'the display shows who is put through');
  t.equal(b.media.toneAt(caller.endpoint), heard.ringback);
  b.port(2).lift();
  await settle();
  t.same(order.told, ['accepted', 'ringing', 'done']);
  t.equal(b.media.joined.get(caller.endpoint), 'line:2');
  t.equal(a.state, 'released');
  t.equal(caller.state, 'answered');
  t.match([...b.records.values()].at(-1), {
    service: 'transfer',
    transferredBy: 'device:desk',
    costCentre: 'sales',
  });
  caller.farReleases(16);
  await settle();
  t.equal(b.context.calls.size, 0);
});

t.test(
  'blind out of the house: rights and cost of the transferor, who shows as diverting (ruling 8)',
  async (t) => {
    const { b, a, caller } = await talking();
    const order = new Order('88121234567');
    a.emit('transferAsked', order);
    await settle();
    t.match(b.trunkCalls[0]?.request, {
      trunkId: 'alpha',
      number: '+78121234567',
      caller: { number: '+79031112233' },
      divertedFrom: '31',
    });
    b.trunkLeg.farAnswers();
    await settle();
    t.equal(b.media.joined.get(caller.endpoint), b.trunkLeg.endpoint);
    t.match([...b.records.values()].at(-1), { tollClass: 'national', costCentre: 'sales' });
    b.clock.advance(60 * 60_000);
    b.clock.advance(20_000);
    await settle();
    t.equal(caller.state, 'released', 'two outside parties are not forgotten');
  },
);

t.test('what the transferor may not call is refused, and nothing happens to the call', async (t) => {
  for (const [device, to, told] of [
    ['hall', '88121234567', 'refused 403'],
    ['desk', '112', 'refused 403'],
    ['desk', '77', 'refused 403'],
    ['desk', '999', 'refused'],
  ] as const) {
    const { b, a, caller } = await talking(device);
    const order = new Order(to);
    a.emit('transferAsked', order);
    await settle();
    t.match(order.told.join(), told, to);
    t.equal(b.media.joined.get(caller.endpoint), a.endpoint);
    t.equal(b.trunkCalls.length, 0);
    t.notOk(b.line(5).dialed);
  }
});

t.test('blind and busy there: the transferor has its call back', async (t) => {
  const { b, a, caller } = await talking();
  a.emit('held', true);
  await settle();
  b.port(2).offHook = true;
  const order = new Order('12');
  a.emit('transferAsked', order);
  await settle();
  t.same(order.told, ['accepted', 'failed 17']);
  t.equal(b.media.toneAt(caller.endpoint), heard.hold);
  a.emit('held', false);
  await settle();
  t.equal(b.media.joined.get(caller.endpoint), a.endpoint);
});

t.test('a transferor that held nobody talks on when it comes to nothing', async (t) => {
  const { b, a, caller } = await talking();
  a.emit('transferAsked', new Order('88121234567'));
  await settle();
  b.trunkLeg.farRings();
  await settle();
  t.equal(b.media.joined.get(caller.endpoint), undefined, 'meanwhile the other party hears ringing');
  b.trunkLeg.farReleases(17);
  await settle();
  t.equal(b.media.joined.get(caller.endpoint), a.endpoint);
  t.equal(b.media.toneAt(caller.endpoint), undefined);
});

t.test('blind, the transferor hung up, and nobody answers: it is rung again', async (t) => {
  const b = new Bench({ ...document, ports: document.ports }, officePins);
  // The transferor is a telephone on a port here, since a bench has no devices to ring.
  const caller = new FakeLeg('incoming', 'trunk:alpha');
  const a = new FakeLeg('outgoing', 'port:1');
  await join(b, caller, a, '+79031112233');
  const order = new Order('14');
  a.emit('transferAsked', order);
  await settle();
  t.ok(b.port(4).ringing);
  t.equal(b.port(4).ringsAs, 'external', 'as the one who is put through');
  a.farReleases(16);
  await settle();
  t.equal(caller.state, 'answered');
  b.port(4).lift();
  await settle();
  t.equal(b.media.joined.get(caller.endpoint), 'line:4');

  const again = new FakeLeg('incoming', 'trunk:alpha');
  const a2 = new FakeLeg('outgoing', 'port:1');
  await join(b, again, a2, '+79031112233');
  b.port(2).offHook = true;
  a2.emit('transferAsked', new Order('88121234567'));
  await settle();
  b.trunkLeg.farRings();
  a2.farReleases(16);
  await settle();
  b.trunkLeg.farReleases(17);
  await settle();
  t.ok(b.port(1).ringing, 'the call comes back');
  t.equal(b.port(1).ringsAs, 'recall');
  b.port(1).lift();
  await settle();
  t.equal(b.media.joined.get(again.endpoint), 'line:1');
});

t.test('attended: the two that the transferor talks to talk to each other', async (t) => {
  const { b, a, caller } = await talking();
  a.emit('held', true);
  const a2 = new FakeLeg('incoming', 'device:desk');
  const other = new FakeLeg('outgoing', 'trunk:beta');
  await join(b, a2, other, '31');
  const order = new Order('anything', a2);
  a.emit('transferAsked', order);
  await settle();
  t.same(order.told, ['accepted', 'done']);
  t.equal(b.media.joined.get(caller.endpoint), other.endpoint);
  t.notOk(caller.onHold);
  t.equal(a.state, 'released');
  t.equal(a2.state, 'released');
});

t.test('attended with a dialog that is not its own, or none: 481', async (t) => {
  const { b, a, caller } = await talking();
  const theirs = new FakeLeg('incoming', 'device:hall');
  await join(b, theirs, new FakeLeg('outgoing', 'trunk:beta'), '32');
  for (const target of [theirs, new FakeLeg('incoming', 'device:desk')]) {
    const order = new Order('', target);
    a.emit('transferAsked', order);
    await settle();
    t.same(order.told, ['refused 481']);
  }
  t.equal(b.media.joined.get(caller.endpoint), a.endpoint);
});

t.test('an operator may transfer only where the trunk says so, with the rights it gives', async (t) => {
  const { a, caller } = await talking();
  const order = new Order('12');
  caller.emit('transferAsked', order);
  await settle();
  t.same(order.told, ['refused 603']);
  t.equal(a.state, 'answered');

  const trunks = document.trunks.map((trunk) => ({ ...trunk, transferClass: 'inside' }));
  const b = new Bench({ ...document, trunks }, officePins);
  const [from, desk] = [new FakeLeg('incoming', 'trunk:alpha'), new FakeLeg('outgoing', 'device:desk')];
  await join(b, from, desk, '+79031112233');
  const outside = new Order('88121234567');
  from.emit('transferAsked', outside);
  await settle();
  t.same(outside.told, ['refused 403']);
  const inside = new Order('12');
  from.emit('transferAsked', inside);
  await settle();
  b.port(2).lift();
  await settle();
  t.same(inside.told, ['accepted', 'ringing', 'done']);
  t.equal(b.media.joined.get(desk.endpoint), 'line:2');
});

t.test("a device takes the place of another in its call; an operator's place it does not get", async (t) => {
  const { b, a, caller } = await talking();
  const next = new FakeLeg('incoming', 'device:hall');
  const replaces = (leg: FakeLeg, earlyOnly = false): ReplacedDialog => ({
    callId: leg.callId,
    localTag: 'l',
    remoteTag: 'r',
    earlyOnly,
  });
  const take = (leg: FakeLeg, dialog: ReplacedDialog): void =>
    b.services.deviceCall(leg, {
      deviceId: 'hall',
      calledNumber: '31',
      caller: {},
      full: false,
      replaces: dialog,
    });
  for (const [dialog, sip] of [
    [replaces(caller), 403],
    [replaces(a, true), 486],
    [{ ...replaces(a), callId: 'nobody' }, 481],
  ] as const) {
    const leg = new FakeLeg('incoming', 'device:hall');
    take(leg, dialog);
    await settle();
    t.equal(leg.releasedWith?.sip, sip);
  }
  take(next, replaces(a));
  await settle();
  t.equal(next.state, 'answered');
  t.equal(a.state, 'released');
  t.equal(b.media.joined.get(caller.endpoint), next.endpoint);
  caller.farReleases(16);
  await settle();
  t.equal(next.state, 'released');
  t.equal(b.context.calls.size, 0);
});

t.test(
  'a device parks its party by referring it to a slot, and any telephone takes it from there',
  async (t) => {
    const { b, a, caller } = await talking();
    const order = new Order('*463');
    a.emit('transferAsked', order);
    await settle();
    t.same(order.told, ['accepted', 'done']);
    t.equal(a.state, 'released');
    t.equal(caller.state, 'answered');
    t.equal(b.media.toneAt(caller.endpoint), heard.hold);

    const other = new FakeLeg('outgoing', 'device:hall');
    const second = new FakeLeg('incoming', 'trunk:alpha');
    await join(b, second, other, '+79031112244');
    const taken = new Order('*463');
    other.emit('transferAsked', taken);
    await settle();
    t.same(taken.told, ['refused 486'], 'the slot is taken');
    t.equal(other.state, 'answered', 'and the call is as it was');

    b.port(2).lift();
    await settle();
    await b.port(2).key('*463');
    await settle();
    t.equal(b.media.joined.get('line:2'), caller.endpoint);
    t.notOk(caller.onHold);
  },
);
