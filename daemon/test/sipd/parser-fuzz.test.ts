import t from 'tap';
import { readDraft } from '../../src/sipd/drachtio/draft.ts';
import { FrameReader } from '../../src/sipd/drachtio/wire.ts';
import { DEFAULT_LIMITS, LENIENCES, LenienceCounter } from '../../src/sipd/message/limits.ts';
import type { SipMessage } from '../../src/sipd/message/message.ts';
import { parse, parseText } from '../../src/sipd/message/parse.ts';
import { StreamFramer } from '../../src/sipd/message/stream.ts';
import { rewrite } from '../../src/sipd/message/stringify.ts';

const lenient = new LenienceCounter(LENIENCES);

/** A small generator of numbers that can be repeated: a failure names its seed. */
function random(seed: number): (below: number) => number {
  let s = seed >>> 0 || 1;
  return (below) => {
    s ^= s << 13;
    s >>>= 0;
    s ^= s >>> 17;
    s ^= s << 5;
    s >>>= 0;
    return s % below;
  };
}

const SEEDS = [
  'INVITE sip:+78121234567@sip.example.ru;user=phone SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKabc;rport, SIP/2.0/TCP [2001:db8::1];branch=z9hG4bKdef\r\nMax-Forwards: 70\r\nRecord-Route: <sip:p1;lr>,<sip:p2;lr>\r\nFrom: "Иван \\"x\\"" <sip:100@example.ru>;tag=1\r\nTo: sip:200@example.ru\r\nCall-ID: abc@x\r\nCSeq: 17 INVITE\r\nContact: <sip:100@10.0.0.1;transport=tcp>;expires=60\r\nSupported: 100rel, timer\r\nContent-Type: application/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n',
  'SIP/2.0 183 Session Progress\r\nv: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKabc\r\nf: <sip:a@b>;tag=1\r\nt: <sip:c@d>;tag=2\r\ni: x\r\nCSeq: 1 INVITE\r\nm: <sip:c@d>\r\nSubject: folded\r\n value\r\nl: 0\r\n\r\n',
  'REGISTER sip:r SIP/2.0\r\nVia: SIP/2.0/TLS h;branch=z9hG4bK1\r\nFrom: <sip:a@r>;tag=9\r\nTo: <sip:a@r>\r\nCall-ID: 1\r\nCSeq: 2 REGISTER\r\nAuthorization: Digest username="a", realm="r", nonce="n", uri="sip:r", response="0"\r\nContact: *\r\nExpires: 0\r\nContent-Length: 0\r\n\r\n',
].map((text) => Buffer.from(text, 'utf8').toString('latin1'));
const TOKENS = [
  '\r\n',
  '\n',
  '\r',
  ' ',
  '\t',
  ':',
  ';',
  ',',
  '<',
  '>',
  '"',
  '\\',
  '@',
  '=',
  '[',
  ']',
  '%',
  '\0',
  'SIP/2.0',
  '999999999999',
  'Via: ',
  'z9hG4bK',
  '\xff',
];

function mutate(text: string, rnd: (n: number) => number): string {
  let out = text;
  for (let i = 1 + rnd(6); i > 0; i--) {
    const at = rnd(out.length + 1);
    switch (rnd(5)) {
      case 0:
        out = out.slice(0, at) + TOKENS[rnd(TOKENS.length)] + out.slice(at);
        break;
      case 1:
        out = out.slice(0, at) + out.slice(at + 1 + rnd(20));
        break;
      case 2:
        out = out.slice(0, at) + String.fromCharCode(rnd(256)) + out.slice(at + 1);
        break;
      case 3:
        out = out.slice(0, at) + out.slice(rnd(out.length), rnd(out.length)) + out.slice(at);
        break;
      default:
        out = out.slice(0, at) + TOKENS[rnd(TOKENS.length)]!.repeat(1 + rnd(40)) + out.slice(at);
    }
  }
  return out;
}

const parts = (m: SipMessage): unknown => [
  m.method,
  m.uri,
  m.status,
  m.reason,
  m.names,
  m.values,
  m.bodyText,
  m.via,
  m.from,
  m.to,
  m.callId,
  m.cseq,
];

t.test('no mutation makes the parser throw; what it accepts it can write and read again', async (t) => {
  let accepted = 0;
  let wrong = '';
  for (let seed = 1; seed <= 30_000 && wrong === ''; seed++) {
    const rnd = random(seed * 2654435761);
    const text = mutate(SEEDS[seed % SEEDS.length]!, rnd);
    try {
      const result = parse(Buffer.from(text, 'latin1'), lenient);
      if (result.ok) {
        accepted++;
        const again = parseText(rewrite(result.message), lenient);
        if (!again.ok) wrong = `seed ${seed}: rewritten message refused: ${again.text}`;
        else if (JSON.stringify(parts(again.message)) !== JSON.stringify(parts(result.message)))
          wrong = `seed ${seed}: differs: ${JSON.stringify(parts(result.message))} ${JSON.stringify(parts(again.message))}`;
      } else if (result.partial) {
        const m = result.partial;
        // From, To and the others are repeated as far as they are there.
        if (!m.via) wrong = `seed ${seed}: partial without what an answer needs`;
      }
    } catch (e) {
      wrong = `seed ${seed}: ${e}`;
    }
  }
  t.equal(wrong, '');
  t.ok(accepted > 3000, `${accepted} accepted: the mutations are not all hopeless`);
});

/** CPU time of any message of 64 kB; the bench has the figure (`sip.worstParseMs64k`), linear-time.test.ts the growth. */
const MOST_MS = 5;
/** A neighbour may have the cache for a while, so that a limit of ms is not reached at once. */
const TRIES = 200;

t.test('64 kB of anything costs under 5 ms', async (t) => {
  const head =
    'INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n';
  const fill = (unit: string, before = head, after = '\r\n\r\n'): Buffer =>
    Buffer.from(
      (before + unit.repeat(Math.floor((65_000 - before.length) / unit.length)) + after).slice(0, 65_536),
      'latin1',
    );
  const hostile: Record<string, Buffer> = {
    spaces: fill(' ', `${head}X: `),
    'lines of LF': fill('a\n'),
    'lines without colon': fill('aaaaaaaa\r\n'),
    'folded lines': fill(' \r\n', `${head}X: a\r\n`),
    'folded Via': fill(' ,\r\n', `${head}Via: a\r\n`),
    commas: fill(',', `${head}Via: `),
    'open quotes': fill('"', `${head}Contact: `),
    'open quotes in To': fill('"\\', 'INVITE sip:a@b SIP/2.0\r\nTo: '),
    brackets: fill('<', `${head}Route: `),
    semicolons: fill(';', `${head}Via: SIP/2.0/UDP h`),
    'many headers': fill('a: b\r\n'),
    'many vias': fill('Via: SIP/2.0/UDP h;branch=z9hG4bK\r\n'),
    'start line': fill('a', ''),
    'start line of spaces': fill(' ', 'INVITE '),
    slashes: fill('/', `${head}Via: SIP`),
    CRs: fill('\r', head),
    NULs: fill('\0', head),
    'equal signs': fill('=', `${head}From: <sip:a@b>;`),
    'one long URI': fill('@', 'INVITE sip:'),
  };
  for (const [name, bytes] of Object.entries(hostile)) {
    parse(bytes, lenient);
    let best = Number.POSITIVE_INFINITY;
    readDraft(bytes.toString('latin1'));
    for (let i = 0; i < 10 || (best >= MOST_MS && i < TRIES); i++) {
      const began = process.cpuUsage();
      parse(bytes, lenient);
      new StreamFramer(DEFAULT_LIMITS).push(bytes, () => {});
      const { user, system } = process.cpuUsage(began);
      best = Math.min(best, (user + system) / 1000);
    }
    t.ok(best < MOST_MS, `${name}: ${best.toFixed(2)} ms`);
  }
});

t.test('a stream is cut the same wherever it is split', async (t) => {
  const one = SEEDS[0]!;
  const two = SEEDS[2]!;
  const stream = Buffer.from(`\r\n\r\n${one}${two}\r\n\r\n${SEEDS[1]}`, 'latin1');
  for (const step of [1, 2, 3, 7, 64, 100_000]) {
    const items: string[] = [];
    const framer = new StreamFramer(DEFAULT_LIMITS);
    let sound = true;
    for (let i = 0; i < stream.length; i += step)
      sound &&= framer.push(stream.subarray(i, i + step), (item) =>
        items.push(item.kind === 'ping' ? 'ping' : item.bytes.toString('latin1')),
      );
    t.ok(sound);
    t.same(items, ['ping', one, two, 'ping', SEEDS[1]], `steps of ${step}`);
    t.equal(framer.held, 0);
  }
});

t.test('a stream that cannot be followed is given up', async (t) => {
  const none = (text: string): boolean => new StreamFramer(DEFAULT_LIMITS).push(Buffer.from(text), () => {});
  t.equal(none('OPTIONS sip:a SIP/2.0\r\nVia: x\r\n\r\n'), false, 'no Content-Length');
  t.equal(none('OPTIONS sip:a SIP/2.0\r\nContent-Length: 5\r\nl: 6\r\n\r\n'), false, 'two of them');
  t.equal(none('OPTIONS sip:a SIP/2.0\r\nContent-Length: 99999\r\n\r\n'), false, 'too long');
  t.equal(none('a'.repeat(70_000)), false, 'a head without end');
  t.equal(
    none('OPTIONS sip:a SIP/2.0\r\nContent-Length: 5\r\n\r\n'),
    true,
    'an unfinished body is waited for',
  );
});

t.test('control frames: no bytes make the reader throw', async (t) => {
  let whole = 0;
  let refused = 0;
  for (let seed = 1; seed < 3000; seed++) {
    const rnd = random(seed);
    const bytes = Buffer.from(Array.from({ length: rnd(60) }, () => '0123456789#|a\r\n'.charCodeAt(rnd(15))));
    if (!new FrameReader().push(bytes, () => whole++)) refused++;
  }
  t.ok(whole > 100 && refused > 1000, `${whole} frames, ${refused} streams refused`);
});
