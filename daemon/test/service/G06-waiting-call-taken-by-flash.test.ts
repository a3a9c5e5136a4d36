import t from 'tap';
import type { FakeLeg } from '../kit/fake-leg.ts';
import { FakeLeg as Leg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench, heard } from '../kit/services.ts';

const [anna, boris, vera] = ['+79030000001', '+79030000002', '+79030000003'];

function calls(b: Bench, number: string): FakeLeg {
  const leg = new Leg('incoming', 'trunk:alpha');
  leg.state = 'trying';
  b.services.trunkCall(leg, { trunkId: 'alpha', calledNumber: '+74951110000', caller: { number } });
  return leg;
}

async function flash(b: Bench): Promise<void> {
  b.port(1).emit('flashed');
  await settle();
}

/** Whom the telephone hears and speaks to. */
const talksTo = (b: Bench): string | undefined => b.media.joined.get('line:1');

/** Port 1 talks to Anna, and Boris waits; Anna called, or was called. */
async function waiting(how: 'called' | 'calls' = 'called') {
  const b = new Bench(office, officePins);
  const phone = b.port(1);
  phone.callWaitingOn = true;
  let first: FakeLeg;
  if (how === 'called') {
    first = calls(b, anna);
    phone.lift();
  } else {
    phone.lift();
    await phone.key('88121234567');
    first = b.trunkLeg;
    first.farAnswers();
  }
  await settle();
  const second = calls(b, boris);
  await settle();
  t.equal(phone.signals.at(-1), `waiting ${boris}`);
  return { b, phone, first, second };
}

for (const how of ['called', 'calls'] as const)
  t.test(`a flash takes the call that waits, the next changes over; whoever ${how}`, async (t) => {
    const { b, phone, first, second } = await waiting(how);
    await flash(b);
    t.equal(second.state, 'answered');
    t.equal(talksTo(b), second.endpoint);
    t.equal(phone.signals.at(-1), 'waiting over');
    t.ok(first.onHold, 'the first one is held');
    t.equal(b.media.toneAt(first.endpoint), heard.hold);
    t.equal(b.hears(1), undefined, 'no dial tone: nobody is to be dialed');

    await flash(b);
    t.equal(talksTo(b), first.endpoint);
    t.same([first.onHold, second.onHold], [false, true]);
    await flash(b);
    t.equal(talksTo(b), second.endpoint);
    t.same([first.onHold, second.onHold], [true, false]);
    const third = calls(b, vera);
    await settle();
    t.notOk(third.alerted, 'two are enough: a third hears busy, or goes on');
    t.same(
      [...b.context.calls.active]
        .map(({ state }) => state)
        .filter((s) => s === 'held' || s === 'talking')
        .sort(),
      ['held', 'talking'],
    );
  });

for (const how of ['called', 'calls'] as const)
  t.test(
    `hanging up rings for the party that is held, and lifting goes on with it; whoever ${how}`,
    async (t) => {
      const { b, phone, first, second } = await waiting(how);
      await flash(b);
      phone.hangUp();
      await settle();
      t.equal(second.state, 'released', 'the one that was talked to');
      t.equal(first.state, 'answered', 'nobody is lost');
      t.ok(phone.ringing);
      t.equal(phone.ringsAs, 'recall');
      t.match(phone.caller, { number: how === 'called' ? anna : '+78121234567' });
      t.ok(first.onHold);
      phone.lift();
      await settle();
      t.equal(talksTo(b), first.endpoint);
      t.notOk(first.onHold);
      t.equal(b.context.calls.size, 1);
      phone.hangUp();
      await settle();
      t.equal(first.state, 'released');
      t.notOk(phone.ringing);
      t.equal(b.context.calls.size, 0);
      t.ok([...b.records.values()].every((record) => record.state === 'ended'));
      phone.lift();
      await settle();
      t.equal(b.hears(1), heard.dial, 'the telephone is as ever');
    },
  );

t.test('nobody lifts for the held party: after half a minute it is let go', async (t) => {
  const { b, phone, first } = await waiting();
  await flash(b);
  phone.hangUp();
  await settle();
  b.clock.advance(29_000);
  await settle();
  t.ok(phone.ringing);
  b.clock.advance(2000);
  await settle();
  t.notOk(phone.ringing);
  t.equal(first.state, 'released');
  t.equal(b.context.calls.size, 0);
});

t.test('the held party gives up while the telephone rings for it', async (t) => {
  const { b, phone, first } = await waiting('calls');
  await flash(b);
  phone.hangUp();
  await settle();
  first.farReleases(16);
  await settle();
  t.notOk(phone.ringing);
  phone.lift();
  await settle();
  t.equal(b.hears(1), heard.dial);
});

for (const how of ['called', 'calls'] as const)
  t.test(`the party that is talked to hangs up: the held one is there again; whoever ${how}`, async (t) => {
    const { b, phone, first, second } = await waiting(how);
    await flash(b);
    second.farReleases(16);
    await settle();
    t.equal(talksTo(b), first.endpoint);
    t.notOk(first.onHold);
    t.notMatch(phone.signals.join(), 'break', 'the handset is in a conversation');
    t.equal(b.hears(1), undefined);
    await flash(b);
    t.equal(b.hears(1), heard.stutter, 'a flash is a consultation again');
  });

for (const how of ['called', 'calls'] as const)
  t.test(`the held party hangs up: the conversation is not touched; whoever ${how}`, async (t) => {
    const { b, phone, first, second } = await waiting(how);
    await flash(b);
    first.farReleases(16);
    await settle();
    t.equal(talksTo(b), second.endpoint);
    t.equal(b.hears(1), undefined, 'no busy tone in the conversation');
    t.notMatch(phone.signals.join(), 'break');
    await phone.key('5');
    second.farReleases(16);
    await settle();
    t.equal(b.hears(1), heard.busy, 'now both are gone');
    phone.hangUp();
    await settle();
    t.notOk(phone.ringing);
    phone.lift();
    await settle();
    t.equal(b.hears(1), heard.dial);
    t.equal(b.context.calls.size, 0);
  });

t.test('keys are those of the conversation, and of no other', async (t) => {
  const { b, phone, first, second } = await waiting();
  const told: string[] = [];
  for (const call of b.context.calls.active) {
    for (const leg of [call.caller, ...call.rung, ...(call.called ? [call.called] : [])])
      if (leg.kind === 'fxs')
        leg.on('digit', (key) => told.push(`${call.caller === first ? 'first' : 'second'} ${key}`));
  }
  await phone.key('1');
  await flash(b);
  await phone.key('2');
  await flash(b);
  await phone.key('3');
  t.same(told, ['first 1', 'second 2', 'first 3']);
  t.ok(second.onHold);
});

t.test('who waited is gone in the moment of the flash: a consultation as ever', async (t) => {
  const { b, first, second } = await waiting();
  second.farReleases(16);
  await settle();
  await flash(b);
  t.ok(first.onHold);
  t.equal(b.hears(1), heard.stutter);
});

t.test(
  'a call over the access number goes on with its next number only when the other call is over',
  async (t) => {
    const b = new Bench(office, officePins);
    const phone = b.port(1);
    phone.callWaitingOn = true;
    phone.lift();
    await phone.key('7713579088121234567');
    const first = b.trunkLeg;
    first.farAnswers();
    await settle();
    const second = calls(b, boris);
    await settle();
    await flash(b);
    t.equal(talksTo(b), second.endpoint);
    first.farReleases(16);
    await settle();
    b.clock.advance(30_000);
    await settle();
    t.equal(talksTo(b), second.endpoint, 'nothing is asked into the conversation');
    await phone.key('##');
    t.equal(talksTo(b), second.endpoint);
    second.farReleases(16);
    await settle();
    await phone.key('##');
    t.equal(b.hears(1), heard.dial, 'now ## asks for the next number');
  },
);
