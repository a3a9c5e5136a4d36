import t from 'tap';
import type { RtpParameters } from '../../src/media/api.ts';
import { DtmfDetector } from '../../src/media/dsp/dtmf-detector.ts';
import { DtmfGenerator } from '../../src/media/dsp/dtmf-generator.ts';
import { engine, toward } from './support/engine.ts';
import { silence } from './support/line-double.ts';
import { RtpPeer } from './support/rtp-peer.ts';

const EVENTS = { telephoneEventPayloadType: 101 };

async function joined(
  t: { teardown: (fn: () => unknown) => void },
  changesA: Partial<RtpParameters>,
  changesB: Partial<RtpParameters>,
) {
  const media = engine(t as never);
  const a = await new RtpPeer().open();
  const b = await new RtpPeer().open();
  t.teardown(() => a.close());
  t.teardown(() => b.close());
  const ea = await media.openRtp('127.0.0.1');
  const eb = await media.openRtp('127.0.0.1');
  a.remotePort = ea.port;
  b.remotePort = eb.port;
  await media.setRtp(ea.endpoint, toward(a, changesA));
  await media.setRtp(eb.endpoint, toward(b, changesB));
  await media.detect(ea.endpoint, { dtmf: true });
  const told: string[] = [];
  media.on('digit', (endpoint, digit, _ms, source) =>
    told.push(`${endpoint === ea.endpoint} ${digit} ${source}`),
  );
  await media.connect(ea.endpoint, eb.endpoint);
  b.talk(silence);
  return { media, a, b, ea: ea.endpoint, eb: eb.endpoint, told };
}

/** Keys pressed at `a`, as events of 100 ms and silence between them. */
async function press(a: RtpPeer, digits: string, payloadType: number): Promise<void> {
  for (const digit of digits) {
    const begin = a.timestamp;
    for (let k = 1; k <= 7; k++) {
      const payload = a.event(Number(digit), Math.min(k, 5) * 160, k >= 5);
      a.raw(a.packet(payloadType, payload, { timestamp: begin, marker: k === 1 }));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    a.timestamp = begin + 7 * 160;
    for (let k = 0; k < 4; k++) {
      a.raw(a.audio(silence, 20, 0));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

function events(peer: RtpPeer): string {
  const seen = new Map<number, number>();
  for (const p of peer.seen) if (p.payloadType === 101) seen.set(p.timestamp, p.payload[0]!);
  return [...seen.values()].join('');
}

function tones(peer: RtpPeer): string {
  let digits = '';
  const detector = new DtmfDetector((e) => {
    if (e.kind === 'start') digits += e.digit;
  });
  detector.process(peer.samples());
  return digits;
}

t.test('events pass through a relayed call under the far side own payload type', async (t) => {
  const { a, b, told } = await joined(t, { telephoneEventPayloadType: 96 }, EVENTS);
  a.talk(silence);
  await b.more(5);
  a.hush();
  await press(a, '159', 96);
  await b.more(2);
  t.equal(events(b), '159');
  t.same(told, ['true 1 rfc4733', 'true 5 rfc4733', 'true 9 rfc4733'], 'and are told, without a decoder');
  t.notOk(
    b.seen.some((p) => p.payloadType === 96),
    'never under the sender own number',
  );
});

t.test('events become events where codecs differ', async (t) => {
  const { media, a, b, ea, told } = await joined(t, EVENTS, EVENTS);
  // A tone detector on A's audio keeps the call from being relayed.
  await media.detect(ea, { dtmf: true, tones: 'after-answer' });
  a.talk(silence);
  await b.more(5);
  a.hush();
  await press(a, '2468', 101);
  await b.more(15);
  t.equal(events(b), '2468');
  t.equal(told.length, 4);
});

t.test('events become tones where the far side has no telephone-event', async (t) => {
  const { a, b, told } = await joined(t, EVENTS, {});
  a.talk(silence);
  await b.more(5);
  a.hush();
  await press(a, '370', 101);
  await b.more(15);
  t.equal(tones(b), '370');
  t.equal(told.length, 3);
});

t.test('tones that are listened for become events, and are taken out of the audio', async (t) => {
  const { a, b, told } = await joined(t, {}, EVENTS);
  const generator = new DtmfGenerator({ onMs: 80, offMs: 80 });
  generator.enqueue('461');
  const samples = new Int16Array(3 * 160 * 8);
  generator.process(samples);
  a.talk((n) => samples[n - 4000] ?? 0);
  await b.until(() => told.length === 3, 5000);
  await b.more(15);
  t.equal(events(b), '461');
  t.equal(tones(b), '');
  t.same(told, ['true 4 dtmf', 'true 6 dtmf', 'true 1 dtmf']);
});
