import t from 'tap';
import { linesIn } from '../../../scripts/lib/operator/srtp.ts';
import { CodedError } from '../../src/base/error.ts';
import type { RtpParameters, SrtpSuite } from '../../src/media/api.ts';
import { srtpSuites } from '../../src/media/srtp/library.ts';
import { readCryptoLine, writeCryptoLine } from '../../src/sip/crypto-line.ts';
import { MediaSession } from '../../src/sip/media-session.ts';
import { audioOver } from '../../src/sip/srtp-terms.ts';
import { SilentMedia } from './kit.ts';

const K80 = 'AES_CM_128_HMAC_SHA1_80';
const suites: readonly SrtpSuite[] = [K80, 'AEAD_AES_256_GCM', 'AES_CM_128_HMAC_SHA1_32'];
/** A key of the right length that stands for the peer's. */
const key = (byte: number, bytes = 30): string => Buffer.alloc(bytes, byte).toString('base64');

function session(required: boolean, mine = suites) {
  const told: RtpParameters[] = [];
  class Ear extends SilentMedia {
    override setRtp(_endpoint: string, parameters: RtpParameters): Promise<void> {
      told.push(parameters);
      return Promise.resolve();
    }
  }
  const audio = { codecs: ['PCMA'], ptimeMs: 20, srtp: { required, suites: mine } } as const;
  const rtp = { endpoint: 'rtp:1', port: 20_000, address: '192.0.2.1' } as const;
  return { media: new MediaSession(rtp, new Ear(), audio), told };
}

const describe = (profile: string, ...lines: string[]): string =>
  ['v=0', 'o=- 7 9 IN IP4 198.51.100.1', 's=-', 'c=IN IP4 198.51.100.1', 't=0 0']
    .concat([`m=audio 4000 ${profile} 8`, ...lines.map((line) => `a=${line}`), ''])
    .join('\r\n');

t.test(
  'RFC 4568 9.1: lines are read with lifetime and identifier, and written so that they read the same',
  async (t) => {
    const read = (text: string) => readCryptoLine(text);
    const whole = read(`1 ${K80} inline:${key(1)}|2^20|1:4 WSH=128 -X=1`);
    t.same(whole, { tag: '1', key: { suite: K80, key: key(1), mki: '00000001' } });
    t.same(read(`007 ${K80} inline:${key(1)}|1048576`), { tag: '007', key: { suite: K80, key: key(1) } });
    t.same(read(`2 ${K80} inline:${key(1)}|258:2`)?.key.mki, '0102');
    const plain = read(`3 AEAD_AES_256_GCM inline:${key(2, 44)}`)!;
    t.same(read(writeCryptoLine(plain).replace('crypto:', '')), plain);
  },
);

t.test('RFC 4568 5.1.2, 6.3: a line that asks for what we do not do is passed over', async (t) => {
  const refused = {
    'unencrypted RTP': `1 ${K80} inline:${key(1)} UNENCRYPTED_SRTP`,
    'unencrypted RTCP': `1 ${K80} inline:${key(1)} UNENCRYPTED_SRTCP`,
    unauthenticated: `1 ${K80} inline:${key(1)} UNAUTHENTICATED_SRTP`,
    'keys derived anew': `1 ${K80} inline:${key(1)} KDR=10`,
    'an unknown parameter': `1 ${K80} inline:${key(1)} NEW=1`,
    'a window too small': `1 ${K80} inline:${key(1)} WSH=32`,
    'another suite': `1 F8_128_HMAC_SHA1_80 inline:${key(1)}`,
    'a name of every object': `1 constructor inline:${key(1)}`,
    'several keys': `1 ${K80} inline:${key(1)}|2^20|1:4;inline:${key(2)}|2^20|2:4`,
    'a key too short': `1 ${K80} inline:${key(1, 29)}`,
    'a key too long': `1 ${K80} inline:${key(1, 31)}`,
    'another method': `1 ${K80} uri:${key(1)}`,
    'no tag': `${K80} inline:${key(1)}`,
    'no key': `1 ${K80}`,
    'too long a lifetime': `1 ${K80} inline:${key(1)}|2^49`,
    'no lifetime at all': `1 ${K80} inline:${key(1)}|0`,
    'an identifier too large': `1 ${K80} inline:${key(1)}|256:1`,
    'an identifier too long': `1 ${K80} inline:${key(1)}|1:129`,
    'a megabyte': `1 ${K80} inline:${'A'.repeat(1_000_000)}`,
    nothing: '',
  };
  const odd = [` crypto:1 ${K80} inline:${key(1)}`, `crypto :1 ${K80} inline:${key(1)}`];
  for (const line of odd) {
    const { media } = session(true);
    t.equal(media.answer(describe('RTP/SAVP', line)), undefined, 'what a trace would not blank is not used');
  }
  for (const [what, line] of Object.entries(refused)) t.equal(readCryptoLine(line), undefined, what);
});

t.test(
  'RFC 4568 5.1.1: an offer has a line for each suite with a key of its own, and SAVP where SRTP is a must',
  async (t) => {
    for (const required of [true, false]) {
      const text = session(required).media.offer();
      t.match(
        text,
        required ? /\r\nm=audio 20000 RTP\/SAVP 8 101\r\n/ : /\r\nm=audio 20000 RTP\/AVP 8 101\r\n/,
      );
      const lines = linesIn(text);
      t.same(
        lines.map((line) => [line.tag, line.suite]),
        suites.map((suite, i) => [i + 1, suite]),
      );
      t.equal(new Set(lines.map((line) => line.key.toString('hex'))).size, 3, 'no key twice');
    }
    const [one, other] = [session(true), session(true)].map(({ media }) => linesIn(media.offer())[0]!.key);
    t.notSame(one, other, 'nor in two calls');
    t.same(new Set(srtpSuites()), new Set([...srtpSuites(), ...suites]), 'and the library has them all');
  },
);

t.test(
  'RFC 4568 5.1.3: an answer takes one of our lines by its tag; with anything else there is no call',
  async (t) => {
    const { media, told } = session(true);
    const lines = linesIn(media.offer());
    const good = describe('RTP/SAVP', `crypto:2 AEAD_AES_256_GCM inline:${key(5, 44)}`);
    for (const [what, lines] of Object.entries({
      'no line': [],
      'a tag that we did not offer': [`crypto:9 ${K80} inline:${key(5)}`],
      'another suite than the tag has': [`crypto:2 ${K80} inline:${key(5)}`],
      'two lines': [`crypto:1 ${K80} inline:${key(5)}`, `crypto:2 AEAD_AES_256_GCM inline:${key(5, 44)}`],
      'a broken key': [`crypto:1 ${K80} inline:AAAA`],
    })) {
      t.throws(
        () => media.accept(describe('RTP/SAVP', ...lines)),
        { code: 'sip/sdp', message: /SRTP is required/ },
        what,
      );
      t.throws(
        () => media.accept(describe('RTP/AVP', ...lines)),
        { code: 'sip/sdp' },
        `${what}, plain profile`,
      );
    }
    t.same(told, [], 'and no media');
    media.accept(good);
    const send = { suite: 'AEAD_AES_256_GCM', key: lines[1]!.key.toString('base64') };
    t.match(told, [{ srtp: { send, receive: { suite: 'AEAD_AES_256_GCM', key: key(5, 44) } } }]);
  },
);

t.test(
  'RFC 4568 5.1.2: of an offer the first line that we speak is taken, and its tag repeated',
  async (t) => {
    const { media, told } = session(true);
    const answer = media.answer(
      describe(
        'RTP/SAVP',
        `crypto:3 F8_128_HMAC_SHA1_80 inline:${key(1)}`,
        `crypto:4 ${K80} inline:${key(2)} KDR=1`,
        `crypto:5 AES_CM_128_HMAC_SHA1_32 inline:${key(3)}|2^31`,
        `crypto:6 ${K80} inline:${key(4)}`,
      ),
    )!;
    t.match(answer, /\r\nm=audio 20000 RTP\/SAVP 8\r\n/);
    const lines = linesIn(answer);
    t.match(lines, [{ tag: 5, suite: 'AES_CM_128_HMAC_SHA1_32' }]);
    t.equal(lines.length, 1);
    t.same(told[0]?.srtp?.receive.key, key(3));
    t.same(told[0]?.srtp?.send.key, lines[0]!.key.toString('base64'));
    t.not(told[0]?.srtp?.send.key, key(3), 'our key is our own');
  },
);

t.test(
  'where SRTP is wanted but no must: keys under either profile, plain RTP without; a protected line goes first',
  async (t) => {
    const line = `crypto:1 ${K80} inline:${key(1)}`;
    for (const profile of ['RTP/AVP', 'RTP/SAVP', 'RTP/SAVPF']) {
      const { media, told } = session(false);
      t.match(media.answer(describe(profile, line)), `m=audio 20000 ${profile} 8\r\n`);
      t.ok(told[0]?.srtp, `${profile} with keys is protected`);
    }
    const { media, told } = session(false);
    t.notMatch(media.answer(describe('RTP/AVP')), 'crypto');
    t.equal(told[0]?.srtp, undefined);
    t.notMatch(media.offer(), 'crypto', 'and a later offer leaves it so');
    t.equal(session(false).media.answer(describe('RTP/SAVP')), undefined, 'SAVP without keys is nothing');
    const two = session(false);
    const both = `${describe('RTP/AVP')}m=audio 5000 RTP/SAVP 8\r\na=${line}\r\n`;
    t.match(two.media.answer(both), /m=audio 0 RTP\/AVP 8\r\nm=audio 20000 RTP\/SAVP 8\r\n/);
    t.match(two.told, [{ remotePort: 5000, srtp: { receive: { key: key(1) } } }]);
    const answered = session(false);
    answered.media.offer();
    answered.media.accept(describe('RTP/AVP'));
    t.equal(answered.told[0]?.srtp, undefined, 'an answer without keys is plain RTP');
  },
);

t.test(
  'where SRTP is a must, plain RTP is refused and the reason said; keys under AVP will do',
  async (t) => {
    const { media, told } = session(true);
    t.equal(media.answer(describe('RTP/AVP')), undefined);
    t.equal(media.answer(describe('RTP/SAVP', `crypto:1 ${K80} inline:${key(1)} KDR=1`)), undefined);
    t.match(media.whyNot, 'SRTP is required');
    t.same(told, []);
    t.ok(media.answer(describe('RTP/AVP', `crypto:1 ${K80} inline:${key(1)}`)));
  },
);

t.test(
  'RFC 4568 7.1.4: later offers keep our key; a new one of the peer takes effect; nothing is told twice',
  async (t) => {
    const { media, told } = session(true);
    const first = linesIn(media.answer(describe('RTP/SAVP', `crypto:1 ${K80} inline:${key(1)}`))!)[0]!;
    const again = describe('RTP/SAVP', `crypto:1 ${K80} inline:${key(1)}`);
    media.answer(again);
    t.equal(told.length, 1, 'the same offer again moves nothing');
    const renewed = linesIn(media.answer(describe('RTP/SAVP', `crypto:2 ${K80} inline:${key(2)}`))!)[0]!;
    t.same([renewed.tag, renewed.key], [2, first.key]);
    t.same([told[1]?.srtp?.receive.key, told[1]?.srtp?.send.key], [key(2), told[0]?.srtp?.send.key]);
    t.same(linesIn(media.offer()), [{ ...renewed }], 'an offer of ours has what is in force');
    media.accept(describe('RTP/SAVP', `crypto:2 ${K80} inline:${key(3)}`));
    t.equal(told[2]?.srtp?.receive.key, key(3));
    const other = `crypto:1 AEAD_AES_256_GCM inline:${key(4, 44)}`;
    const changed = linesIn(media.answer(describe('RTP/SAVP', other))!)[0]!;
    t.equal(changed.suite, 'AEAD_AES_256_GCM', 'another suite has another key');
    t.equal(changed.key.length, 44);
  },
);

t.test('where the media worker cannot protect what was agreed on, the call hears of it', async (t) => {
  class Deaf extends SilentMedia {
    override setRtp(): Promise<void> {
      return Promise.reject(new CodedError('media/no-srtp', 'gone'));
    }
  }
  const rtp = { endpoint: 'rtp:1', port: 20_000, address: '192.0.2.1' } as const;
  const wishes = { codecs: ['PCMA'], ptimeMs: 20, srtp: { required: true, suites } } as const;
  const media = new MediaSession(rtp, new Deaf(), wishes);
  const heard = new Promise((resolve) => {
    media.unprotected = resolve;
  });
  media.answer(describe('RTP/SAVP', `crypto:1 ${K80} inline:${key(1)}`));
  t.match(await heard, { code: 'media/no-srtp' });
});

t.test('RFC 4568 8.3: keys that came over anything but TLS are not taken', async (t) => {
  const wishes = { codecs: ['PCMA'] as const, ptimeMs: 20 as const, srtp: { required: true, suites } };
  t.same(audioOver(wishes, 'TLS'), wishes);
  for (const protocol of ['udp', 'tcp', 'ws']) t.same(audioOver(wishes, protocol).srtp?.suites, [], protocol);
  const { media } = session(true, []);
  t.equal(media.answer(describe('RTP/SAVP', `crypto:1 ${K80} inline:${key(1)}`)), undefined);
  t.match(media.whyNot, 'by TLS only');
});
