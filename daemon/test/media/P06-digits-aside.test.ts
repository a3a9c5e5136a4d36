import t from 'tap';
import { DtmfDetector } from '../../src/media/dsp/dtmf-detector.ts';
import { DtmfGenerator } from '../../src/media/dsp/dtmf-generator.ts';
import { engine, toward } from './support/engine.ts';
import { LineDouble, silence } from './support/line-double.ts';
import { RtpPeer } from './support/rtp-peer.ts';

/** Tones of `keys`, 100 ms and a pause of 100. */
function tones(keys: string): (n: number) => number {
  const generator = new DtmfGenerator({ onMs: 100, offMs: 100 });
  generator.enqueue(keys);
  const samples = new Int16Array(keys.length * 1600);
  generator.process(samples);
  return (n) => samples[n] ?? 0;
}

function digitsIn(samples: Int16Array): string {
  let digits = '';
  const detector = new DtmfDetector((e) => {
    if (e.kind === 'start') digits += e.digit;
  });
  detector.process(samples);
  return digits;
}

async function setUp(t: { teardown: (fn: () => unknown) => void }) {
  const line = new LineDouble();
  t.teardown(() => line.stop());
  const media = engine(t as never, {}, line);
  const peer = await new RtpPeer().open();
  t.teardown(() => peer.close());
  const { endpoint, port } = await media.openRtp('127.0.0.1');
  peer.remotePort = port;
  await media.setRtp(endpoint, toward(peer, { digitsAside: true }));
  await media.detect(endpoint, { dtmf: true });
  await media.detect('line:1', { dtmf: true });
  await media.connect('line:1', endpoint);
  return { line, media, peer, endpoint };
}

t.test('keys pressed on a line are told for INFO, once each, and none is left in the audio', async (t) => {
  const { line, media, peer, endpoint } = await setUp(t);
  const out: string[] = [];
  media.on('digitOut', (id, digit) => out.push(`${id === endpoint} ${digit}`));
  const sound = tones('147*');
  const from = line.at + 1600;
  line.run(new Map([[1, (n) => sound(n - from)]]));
  await peer.more(60, 9000);
  t.same(out, ['true 1', 'true 4', 'true 7', 'true *']);
  t.equal(digitsIn(peer.samples()), '');
  t.notOk(peer.seen.some((p) => p.payloadType === 101));
});

t.test(
  'keys that came by INFO sound on the line, a burst in order, and what the peer leaves in its audio does not',
  async (t) => {
    const { line, media, peer, endpoint } = await setUp(t);
    line.run(new Map([[1, silence]]));
    const sound = tones('9999');
    peer.talk((n) => sound(n - 8000));
    await peer.more(10);
    for (const key of '2580#') await media.press(endpoint, key);
    await peer.more(90, 9000);
    t.equal(digitsIn(line.heard(1)), '2580#');
  },
);

t.test('from a trunk by INFO to a trunk by INFO, and to one with events', async (t) => {
  const { media, endpoint } = await setUp(t);
  const other = await new RtpPeer().open();
  t.teardown(() => other.close());
  const b = await media.openRtp('127.0.0.1');
  other.remotePort = b.port;
  await media.setRtp(b.endpoint, toward(other, { digitsAside: true }));
  await media.connect(endpoint, b.endpoint);
  const out: string[] = [];
  media.on('digitOut', (id, digit) => out.push(`${id === b.endpoint} ${digit}`));
  for (const key of '12') await media.press(endpoint, key);
  await new Promise((resolve) => setTimeout(resolve, 20));
  t.same(out, ['true 1', 'true 2']);
  await media.setRtp(b.endpoint, toward(other, { telephoneEventPayloadType: 101 }));
  for (const key of '34') await media.press(endpoint, key);
  await other.until(() => events(other).length === 2, 4000);
  t.same(events(other), [3, 4]);
  await media.press(b.endpoint, '5');
  t.resolves(media.press(endpoint, '6'), 'and a key for nobody is no error');
});

const events = (peer: RtpPeer): number[] => [
  ...new Map(
    peer.seen.filter((p) => p.payloadType === 101).map((p) => [p.timestamp, p.payload[0]!]),
  ).values(),
];
