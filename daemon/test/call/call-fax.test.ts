import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { CallFax } from '../../src/call/call-fax.ts';
import type { FaxCarrier } from '../../src/call/leg.ts';
import type { FaxRecord } from '../../src/records/call-record.ts';
import { FakeLeg } from '../kit/fake-leg.ts';
import { FakeMedia } from '../kit/fake-media.ts';

/** A leg on a trunk that goes over to T.38 when asked, or refuses. */
class TrunkLeg extends FakeLeg {
  readonly asked: boolean[] = [];
  back = 0;
  readonly faxable = true;
  readonly takes: boolean;

  constructor(takes: boolean) {
    super('outgoing', 'trunk:acme');
    this.takes = takes;
    this.state = 'answered';
  }

  async toFax(near: boolean): Promise<FaxCarrier> {
    this.asked.push(near);
    if (this.takes) this.emit('fax', 't38');
    return this.takes ? 't38' : 'audio';
  }

  async toAudio(): Promise<void> {
    this.back++;
    this.emit('fax', 'audio');
  }
}

/** A telephone socket's leg, as far as a fax minds it. */
function socket(modem?: 'fax' | 'data'): FakeLeg {
  const leg = new FakeLeg('incoming', 'port:1');
  return Object.assign(Object.create(leg) as FakeLeg, {
    kind: 'fxs',
    endpoint: 'line:1',
    modem,
    on: leg.on.bind(leg),
  });
}

function setUp(modem?: 'fax' | 'data', takes = true) {
  const media = new FakeMedia();
  const clock = new FakeClock();
  const caller = socket(modem);
  const called = new TrunkLeg(takes);
  const told: FaxRecord[] = [];
  const fax = new CallFax(media, clock, { caller, called }, (record) => told.push(record));
  fax.begin();
  return { media, clock, caller, called, told, fax, rtp: called.endpoint };
}

t.test('an ordinary call is listened to, and otherwise left alone', async (t) => {
  const { media, fax, rtp, told } = setUp();
  t.same(media.cares.get('line:1'), { flags: true, clear: false, withholdV8: true });
  t.same(media.cares.get(rtp), { flags: true, clear: false, withholdV8: true });
  fax.end();
  t.same(media.cares.get('line:1'), {}, 'the port is as before');
  media.emit('faxFlags', rtp);
  t.same(told, []);
});

t.test('flags from the far side: sound is left as it is, and its leg waits for the peer', async (t) => {
  const { media, called, told, rtp } = setUp();
  media.emit('faxFlags', rtp);
  t.equal(media.cares.get('line:1')?.clear, true);
  t.equal(media.cares.get(rtp)?.clear, true);
  t.same(called.asked, [false]);
  media.emit('faxFlags', 'line:1');
  t.equal(called.asked.length, 1, 'the other fax speaks, too: nothing new');
  t.match(told.at(-1), { by: 't38', pages: 0 });
});

t.test('flags from our side: the offer is ours', async (t) => {
  const { media, called } = setUp();
  media.emit('faxFlags', 'line:1');
  t.same(called.asked, [true]);
});

t.test('refused: the fax goes as sound, and the record says so', async (t) => {
  const { media, told, fax, rtp } = setUp(undefined, false);
  media.emit('faxFlags', 'line:1');
  fax.end();
  t.same(told, [{ by: 'g711' }]);
  t.equal(media.cares.get(rtp)?.clear, true);
});

t.test('pages, speed and end; audio again when the call goes on', async (t) => {
  const { media, clock, called, told, rtp, fax } = setUp();
  media.emit('faxFlags', rtp);
  const so = { pages: 0, complete: false, over: false, bitRate: 9600, errorCorrection: true };
  media.emit('faxProgress', rtp, so);
  media.emit('faxProgress', rtp, { ...so, pages: 2, complete: true });
  t.same(told.at(-1), { by: 't38', pages: 2, result: 'ok', bitRate: 9600, errorCorrection: true });
  media.emit('faxProgress', rtp, { ...so, pages: 2, complete: true, over: true });
  clock.advance(4900);
  t.equal(called.back, 0);
  clock.advance(200);
  t.equal(called.back, 1);
  t.equal(media.cares.get('line:1')?.clear, false, 'people speak again');
  media.emit('faxFlags', rtp);
  t.equal(called.asked.length, 2, 'another fax in the same call');
  fax.end();
});

t.test('a fax that breaks off', async (t) => {
  for (const [pages, result] of [
    [0, 'failed'],
    [2, 'partial'],
  ] as const) {
    const { media, told, rtp, fax } = setUp();
    media.emit('faxFlags', rtp);
    media.emit('faxProgress', rtp, { pages, complete: false, over: false });
    fax.end();
    t.match(told.at(-1), { by: 't38', pages, result });
  }
});

t.test(
  'a socket for a fax is left as it is from the beginning; one for a modem never goes to T.38',
  async (t) => {
    const fax = setUp('fax');
    t.same(fax.media.cares.get('line:1'), { flags: true, clear: true, withholdV8: true });
    const modem = setUp('data');
    t.same(modem.media.cares.get('line:1'), { flags: false, clear: true, withholdV8: false });
    t.same(modem.media.cares.get(modem.rtp), { flags: false, clear: true, withholdV8: false });
    modem.media.emit('faxFlags', 'line:1');
    t.same(modem.called.asked, []);
  },
);

t.test('between two trunks nothing is listened for; where one goes over the other is asked', async (t) => {
  const media = new FakeMedia();
  const [a, b] = [new TrunkLeg(true), new TrunkLeg(true)];
  const fax = new CallFax(media, new FakeClock(), { caller: a, called: b }, () => {});
  fax.begin();
  t.equal(media.cares.get(a.endpoint)?.flags, false);
  a.emit('fax', 't38');
  t.same(b.asked, [true]);
  t.same(a.asked, []);
});
