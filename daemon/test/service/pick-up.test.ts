import t from 'tap';
import { LegAttempt } from '../../src/call/attempt.ts';
import type { ReplacedDialog, TransferOrder } from '../../src/call/leg.ts';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench } from '../kit/services.ts';

const document = {
  ...office,
  devices: ['desk', 'hall'].map((id, i) => ({
    id,
    name: id,
    user: id,
    password: `secret-of-${id}`,
    extension: `3${i + 1}`,
    classOfService: 'staff',
  })),
};

const named = (leg: FakeLeg): ReplacedDialog => ({
  callId: leg.callId,
  localTag: 'l',
  remoteTag: 'r',
  earlyOnly: true,
});

/** A caller on a trunk for whom `rung` is rung. */
async function ringing(rung: FakeLeg, service = 'incoming') {
  const b = new Bench(document, officePins);
  const caller = new FakeLeg('incoming', 'trunk:alpha');
  caller.state = 'trying';
  const call = b.context.calls.open(caller, {
    direction: 'incoming',
    service,
    callerNumber: '+79031112233',
  });
  call.whenDone((released) => caller.release(released));
  call.place(new LegAttempt(() => rung, { number: '31' }));
  rung.farRings();
  await settle();
  const take = (dialog: ReplacedDialog): FakeLeg => {
    const leg = new FakeLeg('incoming', 'device:hall');
    b.services.deviceCall(leg, {
      deviceId: 'hall',
      calledNumber: '31',
      caller: {},
      full: false,
      replaces: dialog,
    });
    return leg;
  };
  return { b, caller, call, take };
}

t.test('RFC 3891 3: a telephone picks up what rings at another', async (t) => {
  const rung = new FakeLeg('outgoing', 'device:desk');
  const { b, caller, call, take } = await ringing(rung);
  const next = take(named(rung));
  await settle();
  t.equal(next.state, 'answered');
  t.equal(rung.state, 'released', 'nobody is rung any more');
  t.equal(caller.state, 'answered');
  t.equal(b.media.joined.get(caller.endpoint), next.endpoint);
  t.match(call.record.events.at(-2), { what: 'picked-up', detail: 'device:hall' });
  next.farReleases(16);
  await settle();
  t.equal(caller.state, 'released');
  t.match([...b.records.values()].at(-1), { releasedBy: 'called', answerSource: 'sip' });
  t.equal(b.context.calls.size, 0);
});

t.test(
  'what rings at an operator, and an emergency call, nobody picks up; what is over is 481',
  async (t) => {
    for (const [place, service, sip] of [
      ['trunk:beta', 'incoming', 403],
      ['device:desk', 'emergency', 403],
    ] as const) {
      const rung = new FakeLeg('outgoing', place);
      const { take } = await ringing(rung, service);
      const next = take(named(rung));
      await settle();
      t.equal(next.releasedWith?.sip, sip, place);
      t.equal(rung.state, 'alerting');
    }
    const rung = new FakeLeg('outgoing', 'device:desk');
    const { take, caller } = await ringing(rung);
    t.equal(take(named(caller)).releasedWith?.sip, 481, 'a dialog that the other side has begun');
    caller.farReleases(16);
    await settle();
    const late = take(named(rung));
    await settle();
    t.equal(late.releasedWith?.sip, 481);
  },
);

t.test('picked up in the moment in which it is answered: one of the two has it', async (t) => {
  const rung = new FakeLeg('outgoing', 'device:desk');
  const { b, caller, take } = await ringing(rung);
  const next = take(named(rung));
  rung.farAnswers();
  await settle();
  t.equal(b.media.joined.get(caller.endpoint), rung.endpoint);
  t.equal(next.state, 'released');
});

t.test('a call that was transferred while it rang comes back where nobody takes it', async (t) => {
  const b = new Bench(document, officePins);
  const caller = new FakeLeg('incoming', 'trunk:alpha');
  const a = new FakeLeg('outgoing', 'port:1');
  caller.state = 'answered';
  const first = b.context.calls.open(caller, { direction: 'incoming', service: 'incoming' });
  first.whenDone((released) => caller.release(released));
  first.place(new LegAttempt(() => a));
  a.farAnswers();
  await settle();
  const a2 = new FakeLeg('incoming', 'port:1');
  a2.state = 'trying';
  const second = b.context.calls.open(a2, { direction: 'internal', service: 'plain', callerNumber: '11' });
  second.whenDone((released) => a2.release(released));
  const rung = new FakeLeg('outgoing', 'trunk:beta');
  second.place(new LegAttempt(() => rung, { number: '+78121234567' }));
  rung.farRings();
  await settle();
  const told: string[] = [];
  const order: TransferOrder = {
    to: '',
    replaces: named(a2),
    refuse: () => told.push('refused'),
    accept: () => told.push('accepted'),
    ringing: () => told.push('ringing'),
    done: () => told.push('done'),
    failed: () => told.push('failed'),
  };
  a.emit('transferAsked', order);
  await settle();
  t.same(told, ['accepted']);
  rung.farReleases(17);
  await settle();
  t.equal(caller.state, 'answered', 'the caller is not lost');
  t.ok(b.port(1).ringing, 'the transferor is rung');
  b.port(1).lift();
  await settle();
  t.equal(b.media.joined.get(caller.endpoint), 'line:1');
  t.ok(second.record.events.some(({ what }) => what === 'recalled'));
  caller.farReleases(16);
  await settle();
  t.equal(b.context.calls.size, 0);
});

t.test('RFC 4916: whom a transfer has put together are told of each other', async (t) => {
  const b = new Bench(document, officePins);
  const caller = new FakeLeg('incoming', 'trunk:alpha');
  const desk = new FakeLeg('outgoing', 'device:desk');
  const join = async (from: FakeLeg, to: FakeLeg, callerNumber: string, number: string) => {
    from.state = 'answered';
    const call = b.context.calls.open(from, { direction: 'incoming', service: 'incoming', callerNumber });
    call.place(new LegAttempt(() => to, { number }));
    to.farAnswers();
    await settle();
    return call;
  };
  const one = await join(caller, desk, '+79031112233', '31');
  const desk2 = new FakeLeg('incoming', 'device:desk');
  const hall = new FakeLeg('outgoing', 'device:hall');
  const two = await join(desk2, hall, '31', '32');
  one.transfer(desk, two, desk2);
  await settle();
  t.same(hall.shown, [{ number: '+79031112233' }]);
  t.same(caller.shown, [{ number: '32' }]);
});

t.test('RFC 4916: who is really spoken to stands in the record, where he was not called', async (t) => {
  const b = new Bench(document, officePins);
  const desk = new FakeLeg('incoming', 'device:desk');
  const far = new FakeLeg('outgoing', 'trunk:alpha');
  desk.state = 'answered';
  const call = b.context.calls.open(desk, { direction: 'outgoing', service: 'plain', callerNumber: '31' });
  call.place(new LegAttempt(() => far, { number: '+78121234567' }));
  far.farAnswers();
  await settle();
  far.emit('connected', { number: '+78121234567' });
  t.same(desk.shown, [], 'who was called is no news');
  far.emit('connected', { number: '+78127654321', name: 'Warehouse' });
  t.same(desk.shown, [{ number: '+78127654321', name: 'Warehouse' }]);
  t.match(call.record, { connectedNumber: '+78127654321', connectedName: 'Warehouse' });
});
