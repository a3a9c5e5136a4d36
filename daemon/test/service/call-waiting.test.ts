import t from 'tap';
import { MessageLamps } from '../../src/service/message-lamps.ts';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench } from '../kit/services.ts';

const caller = { number: '+79031112233' };

function trunkCall(b: Bench, number = '+79031112233'): FakeLeg {
  const leg = new FakeLeg('incoming', 'trunk:alpha');
  leg.state = 'trying';
  b.services.trunkCall(leg, { trunkId: 'alpha', calledNumber: '+74951110000', caller: { number } });
  return leg;
}

/** Port 1 talks with whoever called first. */
async function talking(callWaiting: boolean) {
  const b = new Bench(office, officePins);
  const phone = b.port(1);
  phone.callWaitingOn = callWaiting;
  const first = trunkCall(b, '+79030000001');
  phone.lift();
  await settle();
  t.equal(first.state, 'answered');
  phone.signals.length = 0;
  return { b, phone, first };
}

t.test('a call to a telephone that talks waits behind it, and rings when it is free', async (t) => {
  const { b, phone, first } = await talking(true);
  const second = trunkCall(b);
  t.same(phone.signals, [`waiting ${caller.number}`]);
  t.ok(second.alerted, 'for the caller it rings');
  t.notOk(phone.ringing);
  const third = trunkCall(b, '+79030000003');
  await settle();
  t.notOk(third.alerted, 'one waits, not two');
  phone.hangUp();
  await settle();
  t.equal(first.state, 'released');
  t.ok(phone.ringing);
  t.same(phone.caller, caller);
  phone.lift();
  await settle();
  t.equal(second.state, 'answered');
  t.equal(b.media.joined.get(second.endpoint), 'line:1');
});

t.test('the caller who waits gives up: the call that goes on is left alone', async (t) => {
  const { b, phone, first } = await talking(true);
  const second = trunkCall(b);
  second.farReleases(16);
  await settle();
  t.same(phone.signals, [`waiting ${caller.number}`, 'waiting over']);
  t.equal(first.state, 'answered');
  t.equal(b.media.joined.get(first.endpoint), 'line:1');
  phone.hangUp();
  await settle();
  t.notOk(phone.ringing);
});

t.test(
  'a port that is not set up for it is busy; so is one that still dials, or helps in an emergency',
  async (t) => {
    const { b, phone } = await talking(false);
    trunkCall(b);
    await settle();
    t.notMatch(phone.signals.join(), 'waiting');

    const dials = new Bench(office, officePins);
    dials.port(1).callWaitingOn = true;
    dials.port(1).lift();
    trunkCall(dials);
    await settle();
    t.same(dials.port(1).signals, []);

    const helps = new Bench(office, officePins);
    helps.port(1).callWaitingOn = true;
    helps.port(1).lift();
    await helps.port(1).key('112');
    await settle();
    helps.line(5).emit('answered', 'polarity');
    await settle();
    trunkCall(helps);
    await settle();
    t.notMatch(helps.port(1).signals.join(), 'waiting');
  },
);

t.test('lamps follow the messages of whoever sits at the port (A12)', async (t) => {
  const b = new Bench(office, officePins);
  const person = b.config.people.find(({ ports }) => ports.length > 0)!;
  const port = b.port(person.ports[0]!);
  const lamps = new MessageLamps({
    config: () => b.config,
    messages: b.messages,
    fxs: (number) => b.fxs.get(number),
  });
  b.messages.set(person.id, { fresh: 2, old: 1 });
  b.messages.set(person.id, { fresh: 2, old: 4 });
  t.same(port.signals, ['lamp 2'], 'heard messages light nothing');
  b.messages.set(person.id, { fresh: 0, old: 4 });
  t.same(port.signals, ['lamp 2', 'lamp off']);
  b.messages.set(person.id, { fresh: 1, old: 0 });
  b.reconfigure({ ...office, people: [] });
  lamps.apply();
  t.equal(port.signals.at(-1), 'lamp off', 'nobody sits there any more');
  lamps.close();
  b.messages.set(person.id, { fresh: 5, old: 0 });
  t.equal(port.signals.length, 4);
});
