/**
 * What arrives from the network costs time in proportion to its length, whoever reads it: twice the bytes
 * cost about twice the time. Ratios within one process say so on any machine; limits in ms would not.
 */
import { createRequire } from 'node:module';
import t from 'tap';
import { hostileMessages } from '../../../scripts/lib/bench/hostile-messages.ts';
import { parseUri as parseAddress, parseNameAddress, splitHeader } from '../../src/sip/address.ts';
import { digestParameters, parseChallenges } from '../../src/sip/digest.ts';
import { parseSdp } from '../../src/sip/sdp.ts';
import { readDraft } from '../../src/sipd/drachtio/draft.ts';
import { FrameReader, parseFrame } from '../../src/sipd/drachtio/wire.ts';
import { opensSomething } from '../../src/sipd/guard/peek.ts';
import { DEFAULT_LIMITS, LENIENCES, LenienceCounter } from '../../src/sipd/message/limits.ts';
import { parseNameAddr } from '../../src/sipd/message/name-addr.ts';
import { parse } from '../../src/sipd/message/parse.ts';
import { param, splitList, withoutParam } from '../../src/sipd/message/scan.ts';
import { StreamFramer } from '../../src/sipd/message/stream.ts';
import { rewrite, wireText } from '../../src/sipd/message/stringify.ts';
import { parseUri } from '../../src/sipd/message/uri.ts';
import { parseVia } from '../../src/sipd/message/via.ts';

const require = createRequire(import.meta.url);
const SipMessage = require('drachtio-srf/lib/sip-parser/message.js');

/** Twice the input may cost this much more; a quadratic reader costs 4 times. */
const MOST = 3;

/** What costs less than this for 8 kB and more has no growth that could hurt: a quadratic reader needs 50 ms. */
const NOTHING_MS = 0.1;

/** CPU ms of one run: the least of `rounds` rounds. */
function cost(work: () => void, rounds = 5): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const began = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(began);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

/** What is measured takes at least this long, ms: V8's own threads work in bursts of a tenth of it, and count as ours. */
const LEAST_MS = 1;

/** How many times as much `read` costs for input of twice the length; measured again if it looks bad. */
function growth(make: (length: number) => string, read: (input: string) => void, length: number): number {
  const [small, big] = [make(length), make(2 * length)];
  let ratio = Number.POSITIVE_INFINITY;
  let times = 1;
  for (let attempt = 0; attempt < 12 && ratio > MOST; attempt++) {
    const repeat = (input: string): number =>
      cost(() => {
        for (let n = 0; n < times; n++) read(input);
      }, 2 + attempt);
    const b = repeat(big);
    if (b < NOTHING_MS * times) return 1;
    ratio = Math.min(ratio, b / repeat(small));
    times = Math.min(64, Math.max(times, Math.ceil((LEAST_MS * times) / b)));
  }
  return ratio;
}

const lenient = new LenienceCounter(LENIENCES);
// No limit of a message stands in the way of seeing how the reader itself grows.
const unlimited = { messageBytes: 1e7, headers: 1e6, vias: 1e6, entries: 1e6, lineBytes: 1e7 };

t.test('whole messages: parser, framing, rewriting', async (t) => {
  const small = hostileMessages(16_000);
  const big = hostileMessages(32_000);
  for (const [i, { name, bytes }] of big.entries()) {
    const make = (length: number): string => (length === 1 ? small[i]!.bytes : bytes).toString('latin1');
    const read = (text: string): void => {
      const b = Buffer.from(text, 'latin1');
      const result = parse(b, lenient, unlimited);
      new StreamFramer({ ...DEFAULT_LIMITS, messageBytes: 1e7 }).push(b, () => {});
      opensSomething(b);
      if (result.ok) rewrite(result.message);
    };
    const ratio = growth(make, read, 1);
    t.ok(ratio < MOST, `${name}: ${ratio.toFixed(2)}`);
  }
});

t.test('readers of single values, each fed what would make it look again and again', async (t) => {
  const units = [
    ' ',
    ',',
    ';',
    '"',
    '\\',
    '<',
    '>',
    '=',
    '@',
    ':',
    '/',
    'a',
    '\\"',
    'a=b;',
    '"a",',
    ';a="',
    'sip:',
    ' a',
    '?a=b&',
    '[',
    '%41',
    '\t ',
    '<,>',
    'a="\\',
    '."',
  ];
  const readers: Record<string, [first: string, read: (s: string) => void]> = {
    parseUri: ['sip:', (s) => void parseUri(s)],
    parseVia: ['SIP/2.0/UDP h', (s) => void parseVia(s)],
    parseNameAddr: ['', (s) => void parseNameAddr(s, lenient)],
    splitList: ['', (s) => void splitList(s)],
    param: [';', (s) => void param(s, 'tag')],
    withoutParam: [';', (s) => void withoutParam(s, 'tag')],
    readDraft: ['INVITE sip:a SIP/2.0\r\nX: ', (s) => void readDraft(s)],
    parseFrame: ['id|sip|', (s) => void parseFrame(s)],
    parseNameAddress: ['', (s) => void parseNameAddress(s)],
    parseAddress: ['sip:', (s) => void parseAddress(s)],
    splitHeader: ['', (s) => void splitHeader(s)],
    parseChallenges: ['Digest ', (s) => void parseChallenges(s)],
    digestParameters: ['Digest realm="a", ', (s) => void digestParameters(s)],
  };
  for (const [name, [first, read]] of Object.entries(readers)) {
    const bad: string[] = [];
    for (const unit of units) {
      const make = (length: number): string => first + unit.repeat(Math.floor(length / unit.length));
      const ratio = growth(make, read, 4000);
      if (ratio >= MOST) bad.push(`${JSON.stringify(unit)}: ${ratio.toFixed(2)}`);
    }
    t.same(bad, [], name);
  }
});

t.test('session descriptions', async (t) => {
  const head =
    'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n';
  const units = [
    'a=rtpmap:8 PCMA/8000\r\n',
    'a=fmtp:8 ',
    '\n',
    ' ',
    'a=',
    'a=ptime:',
    '9',
    'm=audio 1 RTP/AVP 8\r\n',
    '\r',
    'c=IN IP4 ',
    'a=x: \t',
  ];
  for (const unit of units) {
    const ratio = growth(
      (length) => head + unit.repeat(Math.floor(length / unit.length)),
      (s) => {
        try {
          parseSdp(s);
        } catch (error) {
          if ((error as { code?: string }).code !== 'sip/sdp') throw error;
        }
      },
      7000,
    );
    t.ok(ratio < MOST, `${JSON.stringify(unit)}: ${ratio.toFixed(2)}`);
  }
});

t.test(
  'streams in the smallest pieces: a byte at a time costs no more for each byte of a longer message',
  async (t) => {
    const bytewise = (text: string, push: (chunk: Buffer) => void): void => {
      const b = Buffer.from(text, 'latin1');
      for (let i = 0; i < b.length; i++) push(b.subarray(i, i + 1));
    };
    const sip = (length: number): string => {
      const body = 'b'.repeat(length);
      return `OPTIONS sip:a SIP/2.0\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    };
    let whole = 0;
    const body = growth(
      sip,
      (s) => {
        const framer = new StreamFramer(DEFAULT_LIMITS);
        bytewise(s, (chunk) => framer.push(chunk, () => whole++));
      },
      30_000,
    );
    t.ok(body < MOST, `a body: ${body.toFixed(2)}`);
    t.ok(whole > 0);
    const head = growth(
      (length) => `OPTIONS sip:a SIP/2.0\r\nX: ${'a'.repeat(length)}`,
      (s) => {
        const framer = new StreamFramer(DEFAULT_LIMITS);
        bytewise(s, (chunk) => framer.push(chunk, () => {}));
      },
      30_000,
    );
    t.ok(head < MOST, `a head without an end: ${head.toFixed(2)}`);
    const frames = growth(
      (length) => `${length}#${'x'.repeat(length)}`,
      (s) => {
        const reader = new FrameReader();
        bytewise(s, (chunk) => reader.push(chunk, () => whole++));
      },
      40_000,
    );
    t.ok(frames < MOST, `a control frame: ${frames.toFixed(2)}`);
  },
);

t.test('the library behind the engine: what it is handed does not stall it either', async (t) => {
  const handed = (length: number): string[] =>
    hostileMessages(length).map(({ bytes }) => {
      const result = parse(bytes, new LenienceCounter());
      return result.ok ? wireText(result.message) : '';
    });
  const names = hostileMessages(1000).map((m) => m.name);
  const [small, big] = [handed(16_000), handed(32_000)];
  const most = handed(65_000);
  let accepted = 0;
  for (const [i, name] of names.entries()) {
    if (most[i] === '') continue;
    accepted++;
    const read = (text: string): void => {
      const head = text.slice(0, text.indexOf('\r\n\r\n'));
      const m = new SipMessage(head);
      for (const header of ['from', 'to', 'contact', 'via', 'cseq']) {
        try {
          m.getParsedHeader(header);
        } catch {
          // It has no typed errors; whoever asks for a header that is no good catches what comes.
        }
      }
    };
    if (small[i] !== '' && big[i] !== '') {
      const ratio = growth((length) => (length === 1 ? small[i]! : big[i]!), read, 1);
      t.ok(ratio < MOST, `${name}: ${ratio.toFixed(2)}`);
    }
    const worst = cost(() => read(most[i]!));
    t.ok(worst < 50, `${name}: ${worst.toFixed(2)} ms`);
  }
  t.ok(accepted > 5, `${accepted} of ${names.length} pass the engine`);
});
