import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { LegAttempt } from '../../src/call/attempt.ts';
import type { Call } from '../../src/call/call.ts';
import { CallRegistry } from '../../src/call/registry.ts';
import type { ToneSet } from '../../src/call/tones.ts';
import type { PriceConfig } from '../../src/config/schema.ts';
import type { CallRecord } from '../../src/records/call-record.ts';
import { FakeLeg } from '../kit/fake-leg.ts';
import { FakeMedia } from '../kit/fake-media.ts';
import { settle } from '../kit/fake-ports.ts';

const tone = (hz: number) => [{ frequencies: [hz], levelDbm0: -10, cadence: [] }];
const tones: ToneSet = {
  dial: tone(1),
  ringback: tone(2),
  busy: tone(3),
  congestion: tone(4),
  sit: tone(5),
  stutter: tone(6),
  callWaiting: tone(7),
  confirmation: tone(8),
};
const [ringback, holdTone] = ['2/', '7/'];

/** Calls over nothing, and the records they leave. */
class Bench {
  readonly clock = new FakeClock();
  readonly media = new FakeMedia();
  readonly records = new Map<string, CallRecord>();
  readonly calls: CallRegistry;
  /** What owners of callers' legs were told, as `leg: text`. */
  readonly done: string[] = [];

  constructor() {
    const keep = (record: CallRecord): void => void this.records.set(record.id, structuredClone(record));
    this.calls = new CallRegistry({
      clock: this.clock,
      media: this.media,
      tones,
      recorder: { begin: keep, update: keep, end: keep, saveDialog() {}, forgetDialog() {} },
      priceOf: (_price, talkMs) => talkMs / 1000,
    });
  }

  leg(place: string): FakeLeg {
    return new FakeLeg('incoming', place);
  }

  /** A call from `caller` that `called` may answer; its owner releases the leg when told. */
  open(caller: FakeLeg, called: FakeLeg, price = false): Call {
    if (caller.state === 'idle') caller.state = 'answered';
    const call = this.calls.open(caller, { direction: 'internal', service: 'plain' });
    call.whenDone((released) => {
      this.done.push(`${caller.place}: ${released.text}`);
      caller.release(released);
    });
    call.place(new LegAttempt(() => called, price ? { price: {} as PriceConfig } : {}));
    return call;
  }

  async talk(caller: FakeLeg, called: FakeLeg, price = false): Promise<Call> {
    const call = this.open(caller, called, price);
    called.farAnswers();
    await settle();
    return call;
  }

  joined(a: FakeLeg, b: FakeLeg): boolean {
    return (
      this.media.joined.get(a.endpoint) === b.endpoint && this.media.joined.get(b.endpoint) === a.endpoint
    );
  }
}

t.test(
  'attended: the held party and the consulted one talk; the transferor is out of both calls',
  async (t) => {
    const b = new Bench();
    const [a, held, consulted] = [b.leg('device:a'), b.leg('trunk:x'), b.leg('device:c')];
    const first = await b.talk(held, a);
    await first.hold(true, a);
    const a2 = b.leg('device:a');
    const second = await b.talk(a2, consulted);
    a2.emit('held', true);
    await settle();
    t.ok(held.onHold && consulted.onHold, 'both wait');
    t.equal(b.media.toneAt(held.endpoint), holdTone);
    first.transfer(a, second, a2);
    await settle();
    t.ok(b.joined(held, consulted));
    t.equal(b.media.toneAt(held.endpoint), undefined);
    t.equal(b.media.toneAt(consulted.endpoint), undefined);
    t.notOk(held.onHold || consulted.onHold, 'both are told');
    t.equal(a.state, 'released');
    t.equal(a2.state, 'released');
    t.equal(held.state, 'answered');
    t.same([...b.calls.active], [second]);
    t.equal(second.state, 'talking');
    t.match(b.records.get(first.id), { state: 'ended', transferredTo: second.id, causeText: 'transferred' });
    t.match(b.records.get(second.id), { transferredFrom: first.id, transferredBy: 'device:a' });
    t.equal(b.calls.ofLeg(held.id), second, 'the page finds the party in the call it went to');
    t.notOk(
      b.done.some((told) => told.startsWith('trunk:x')),
      'the owner of the held party still waits',
    );
    consulted.farReleases(16);
    t.equal(held.state, 'released', 'the owner of the held party releases it at the end');
    t.match(b.done.at(-1), /^trunk:x/);
    t.equal(b.calls.size, 0);
  },
);

t.test('attended, and the consulted party had called: its owner is told at the very end too', async (t) => {
  const b = new Bench();
  const [x, y] = [b.leg('trunk:x'), b.leg('trunk:y')];
  const [a1, a2] = [b.leg('device:a'), b.leg('device:a')];
  const first = await b.talk(x, a1);
  const second = await b.talk(y, a2);
  first.transfer(a1, second, a2);
  await settle();
  t.ok(b.joined(x, y));
  t.same([second.caller, second.called], [y, x]);
  t.same(b.done, []);
  x.farReleases(16);
  t.same(b.done.length, 2);
  t.equal(y.state, 'released');
});

t.test(
  'attended while the consulted party still rings: the other one hears ringback and then the answer',
  async (t) => {
    const b = new Bench();
    const [a, held, consulted] = [b.leg('device:a'), b.leg('trunk:x'), b.leg('device:c')];
    const first = await b.talk(held, a);
    await first.hold(true, a);
    const a2 = b.leg('device:a');
    const second = b.open(a2, consulted);
    consulted.farRings();
    await settle();
    t.equal(b.media.toneAt(a2.endpoint), ringback);
    first.transfer(a, second, a2);
    await settle();
    t.equal(b.media.toneAt(held.endpoint), ringback);
    consulted.farAnswers();
    await settle();
    t.equal(b.media.toneAt(held.endpoint), undefined);
    t.ok(b.joined(held, consulted));
  },
);

t.test('blind: a search in the name of the party; done when it is answered', async (t) => {
  const b = new Bench();
  const [a, party, target] = [b.leg('device:a'), b.leg('trunk:x'), b.leg('device:c')];
  const first = await b.talk(party, a);
  const second = b.calls.open(party, { direction: 'internal', service: 'transfer' });
  first.leaveTo(a, second);
  second.place(new LegAttempt(() => target));
  target.farRings();
  await settle();
  t.equal(b.media.toneAt(party.endpoint), ringback);
  target.farAnswers();
  await settle();
  first.transfer(a, second);
  t.ok(b.joined(party, target));
  t.equal(a.state, 'released');
  t.same([...b.calls.active], [second]);
  party.farReleases(16);
  t.equal(target.state, 'released');
  t.equal(b.done.length, 1, 'the owner of the party is told once');
});

t.test('blind, and the target does not answer: the transferor has the call as it was', async (t) => {
  const b = new Bench();
  const [a, party, target] = [b.leg('device:a'), b.leg('trunk:x'), b.leg('device:c')];
  const first = await b.talk(party, a);
  await first.hold(true, a);
  const second = b.calls.open(party, { direction: 'internal', service: 'transfer' });
  first.leaveTo(a, second);
  second.place(new LegAttempt(() => target));
  target.farRings();
  await settle();
  t.equal(b.media.toneAt(party.endpoint), ringback);
  target.farReleases(17);
  first.leaveTo(a, undefined);
  await settle();
  t.equal(party.state, 'answered');
  t.equal(first.state, 'held');
  t.equal(b.media.toneAt(party.endpoint), holdTone);
  await first.hold(false, a);
  t.ok(b.joined(a, party));
});

t.test('blind, and the transferor hangs up at once: the party goes on in the search', async (t) => {
  const b = new Bench();
  const [a, party, target] = [b.leg('device:a'), b.leg('trunk:x'), b.leg('device:c')];
  const first = await b.talk(party, a);
  await first.hold(true, a);
  const second = b.calls.open(party, { direction: 'internal', service: 'transfer' });
  first.leaveTo(a, second);
  second.place(new LegAttempt(() => target));
  target.farRings();
  await settle();
  a.farReleases(16);
  await settle();
  t.equal(party.state, 'answered');
  t.equal(first.state, 'ended');
  t.equal(b.media.toneAt(party.endpoint), ringback, 'ringback goes on');
  target.farAnswers();
  await settle();
  t.ok(b.joined(party, target));
});

t.test('a party that costs goes on costing on its own record, and both prices show', async (t) => {
  const b = new Bench();
  const [a, paid, other] = [b.leg('port:1'), b.leg('trunk:x'), b.leg('trunk:y')];
  const first = await b.talk(a, paid, true);
  b.clock.advance(60_000);
  const second = await b.talk(b.leg('port:1'), other, true);
  first.transfer(a, second, second.caller);
  t.equal(b.records.get(first.id)?.state, 'active', 'its record stays open');
  b.clock.advance(60_000);
  t.equal(second.priceSoFar, 180);
  paid.farReleases(16);
  await settle();
  t.match(b.records.get(first.id), { state: 'ended', price: 120, talkMs: 120_000, releasedBy: 'called' });
  t.match(b.records.get(second.id), { state: 'ended', price: 60 });
});

t.test('a new leg takes the place of another', async (t) => {
  const b = new Bench();
  const [a, c, next] = [b.leg('device:a'), b.leg('device:c'), b.leg('device:d')];
  next.state = 'answered';
  const call = await b.talk(a, c);
  let told = '';
  call.replace(c, next, (released) => {
    told = released.text;
  });
  await settle();
  t.ok(b.joined(a, next));
  t.equal(c.state, 'released');
  t.equal(call.called, next);
  a.farReleases(16);
  t.equal(told, 'cause 16');
});

t.test('both hold each other: each hears the hold tone only while it does not hold itself', async (t) => {
  const b = new Bench();
  const [a, c] = [b.leg('device:a'), b.leg('device:c')];
  const call = await b.talk(a, c);
  a.emit('held', true);
  await settle();
  t.equal(call.state, 'held');
  t.equal(call.holder, a);
  t.equal(b.media.toneAt(c.endpoint), holdTone);
  c.emit('held', true);
  await settle();
  t.equal(b.media.toneAt(c.endpoint), undefined);
  t.ok(a.onHold && c.onHold);
  a.emit('held', false);
  await settle();
  t.equal(call.state, 'held');
  t.equal(b.media.toneAt(a.endpoint), holdTone);
  c.emit('held', false);
  await settle();
  t.equal(call.state, 'talking');
  t.ok(b.joined(a, c));
  t.notOk(a.onHold || c.onHold);
});

t.test('a holder that sends music is heard, and the other party is told nothing', async (t) => {
  const b = new Bench();
  const [a, c] = [b.leg('device:a'), b.leg('trunk:x')];
  const call = await b.talk(a, c);
  c.emit('held', true, true);
  await settle();
  t.equal(call.state, 'held');
  t.ok(b.joined(a, c));
  t.notOk(a.onHold);
  t.equal(b.media.toneAt(a.endpoint), undefined);
});

t.test('an emergency call is neither held nor transferred', async (t) => {
  const b = new Bench();
  const [a, c] = [b.leg('device:a'), b.leg('trunk:x')];
  a.state = 'answered';
  const call = b.calls.open(a, { direction: 'outgoing', service: 'emergency' });
  call.place(new LegAttempt(() => c));
  c.farAnswers();
  await settle();
  a.emit('held', true);
  await settle();
  t.equal(call.state, 'talking');
  t.notOk(call.transferable(a));
});

t.test('nobody is transferred into a call that has ended', async (t) => {
  const b = new Bench();
  const [a, c] = [b.leg('device:a'), b.leg('device:c')];
  const first = await b.talk(a, c);
  const second = await b.talk(b.leg('device:a'), b.leg('device:d'));
  second.called?.release({ q850: 16, text: '', by: 'local' });
  t.throws(() => first.transfer(a, second, second.caller), { code: 'call/not-transferable' });
  t.equal(first.state, 'talking');
});
