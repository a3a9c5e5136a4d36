import t from 'tap';
import type { Detection, EndpointId, Media } from '../../src/media/api.ts';
import { MediaSession } from '../../src/sip/media-session.ts';

/** A peer's answer: G.711, with or without telephone-event. */
const answer = (events: boolean): string =>
  [
    'v=0',
    'o=- 1 1 IN IP4 192.0.2.9',
    's=-',
    'c=IN IP4 192.0.2.9',
    't=0 0',
    `m=audio 4000 RTP/AVP 8${events ? ' 101' : ''}`,
    'a=rtpmap:8 PCMA/8000',
    ...(events ? ['a=rtpmap:101 telephone-event/8000'] : []),
    '',
  ].join('\r\n');

function session(): { media: MediaSession; asked: Detection[] } {
  const asked: Detection[] = [];
  const engine = {
    setRtp: async () => {},
    detect: async (_endpoint: EndpointId, detection: Detection) => void asked.push(detection),
    closeRtp: async () => undefined,
  } as Partial<Media> as Media;
  const rtp = { endpoint: 'rtp:1', port: 20000, address: '192.0.2.1' };
  return { media: new MediaSession(rtp, engine, { codecs: ['PCMA'], ptimeMs: 20 }), asked };
}

t.test(
  'events are listened for while anybody heeds the keys: else the call may take the shortest way',
  async (t) => {
    const { media, asked } = session();
    media.offer();
    media.accept(answer(true));
    t.same(asked, [{ dtmf: true }], 'from the beginning: an access number asks at once');
    media.heeded = false;
    media.heeded = false;
    t.same(asked.slice(1), [{}]);
    media.heeded = true;
    t.same(asked.slice(2), [{ dtmf: true }]);
    await media.close();
    media.heeded = false;
    t.equal(asked.length, 3, 'not after its end');
  },
);

t.test('tones are listened for all the same: the other side may need them as events', async (t) => {
  const { media, asked } = session();
  media.heeded = false;
  t.same(asked, [], 'not before there is anything to listen to');
  media.offer();
  media.accept(answer(false));
  t.same(asked, [{ dtmf: true }]);
});
