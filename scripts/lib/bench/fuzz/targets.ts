import { codeOf } from '../../../../daemon/src/base/error.ts';
import { RtpHeader } from '../../../../daemon/src/media/rtp/packet.ts';
import { parseRtcp } from '../../../../daemon/src/media/rtp/rtcp.ts';
import {
  parseUri as parseAddress,
  parseNameAddress,
  splitHeader,
} from '../../../../daemon/src/sip/address.ts';
import { digestParameters, parseChallenges } from '../../../../daemon/src/sip/digest.ts';
import { DigestGate } from '../../../../daemon/src/sip/lan/digest-gate.ts';
import { parseSdp } from '../../../../daemon/src/sip/sdp.ts';
import { readDraft } from '../../../../daemon/src/sipd/drachtio/draft.ts';
import { FrameReader, parseFrame } from '../../../../daemon/src/sipd/drachtio/wire.ts';
import { opensSomething } from '../../../../daemon/src/sipd/guard/peek.ts';
import {
  DEFAULT_LIMITS,
  FORGIVEN,
  LENIENCES,
  LenienceCounter,
} from '../../../../daemon/src/sipd/message/limits.ts';
import type { SipMessage } from '../../../../daemon/src/sipd/message/message.ts';
import { parse, parseText } from '../../../../daemon/src/sipd/message/parse.ts';
import { StreamFramer } from '../../../../daemon/src/sipd/message/stream.ts';
import { rewrite } from '../../../../daemon/src/sipd/message/stringify.ts';
import { mutated, oneOf, type Random } from './mutate.ts';
import { controlSeeds, digestSeeds, sdpSeeds, sipSeeds } from './seeds.ts';

/** Something to fuzz: makes an input, and looks whether it is borne. Throws what must not happen. */
export interface Target {
  name: string;
  make(random: Random): string;
  /** Returns whether the input was accepted. */
  bear(input: string, random: Random): boolean;
}

const lenient = new LenienceCounter(LENIENCES);
const strict = new LenienceCounter(FORGIVEN);

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

const parts = (m: SipMessage): string =>
  JSON.stringify([
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
  ]);

/** Cut into random pieces, a stream gives what it gives whole. */
function pieces(bytes: Buffer, random: Random, push: (chunk: Buffer) => boolean): boolean {
  for (let at = 0; at < bytes.length; ) {
    const next = at + 1 + random(random(3) === 0 ? 3 : 200);
    if (!push(bytes.subarray(at, next))) return false;
    at = next;
  }
  return true;
}

const parser: Target = {
  name: 'parser',
  make: (random) => mutated(oneOf(sipSeeds, random), random),
  bear(input) {
    const bytes = Buffer.from(input, 'latin1');
    opensSomething(bytes);
    const result = parse(bytes, lenient);
    const narrow = parse(bytes, strict);
    must(result.ok || !narrow.ok, 'accepted when strict, refused when lenient');
    if (!result.ok) {
      const m = result.partial;
      must(!m || !!m.via, 'a partial that says not where to answer');
      return false;
    }
    const again = parseText(rewrite(result.message), lenient);
    must(again.ok, `rewritten and refused: ${again.ok ? '' : again.text}`);
    if (again.ok) must(parts(again.message) === parts(result.message), 'another message after rewriting');
    return true;
  },
};

const stream: Target = {
  name: 'stream',
  make(random) {
    let out = '';
    for (let i = 1 + random(4); i > 0; i--) {
      const one = oneOf(sipSeeds, random).replace(/\r\nl: /, '\r\nContent-Length: ');
      out += random(3) === 0 ? mutated(one, random) : one;
      if (random(3) === 0) out += '\r\n\r\n';
    }
    return out;
  },
  bear(input, random) {
    const bytes = Buffer.from(input, 'latin1');
    const read = (push: (framer: StreamFramer, each: (item: string) => void) => boolean): string => {
      const items: string[] = [];
      const framer = new StreamFramer(DEFAULT_LIMITS);
      const sound = push(framer, (item) => items.push(item));
      must(framer.held <= DEFAULT_LIMITS.messageBytes + 65_536, 'more held than allowed');
      return JSON.stringify([sound, items]);
    };
    const words = (item: { kind: string; bytes?: Buffer }): string =>
      item.bytes?.toString('latin1') ?? item.kind;
    const whole = read((framer, each) => framer.push(bytes, (item) => each(words(item))));
    const cut = read((framer, each) =>
      pieces(bytes, random, (chunk) => framer.push(chunk, (item) => each(words(item)))),
    );
    must(whole === cut, `cut differently: ${whole} ${cut}`);
    return whole.startsWith('[true');
  },
};

const sdp: Target = {
  name: 'sdp',
  make: (random) => mutated(oneOf(sdpSeeds, random), random),
  bear(input) {
    try {
      const { media } = parseSdp(input);
      must(
        media.every((m) => m.port >= 0 && m.port < 65_536),
        'a port that is none',
      );
      return true;
    } catch (error) {
      if (codeOf(error) !== 'sip/sdp') throw error;
      return false;
    }
  },
};

let clock = 0;
const gate = new DigestGate('linegate', () => ++clock);

const digest: Target = {
  name: 'digest',
  make: (random) => mutated(oneOf(digestSeeds, random), random),
  bear(input) {
    digestParameters(input);
    const challenges = parseChallenges(input);
    must(challenges.length <= 8, 'too many challenges');
    const verdict = gate.check(
      { method: 'REGISTER', uri: 'sip:box', body: '', authorization: input },
      () => 'a password nobody has',
    );
    must(verdict.kind !== 'right' && verdict.kind !== 'stale', `let in: ${verdict.kind}`);
    return challenges.length > 0 || verdict.kind === 'wrong';
  },
};

const addresses: Target = {
  name: 'addresses',
  make: (random) =>
    mutated(
      oneOf(
        [
          '"A, b" <sip:a@b;x=y?h=v>;tag=1;q=0.5, sip:c@d',
          'tel:+7495;phone-context=x',
          '<sips:[::1]:5061;lr>',
        ],
        random,
      ),
      random,
    ),
  bear(input) {
    for (const value of splitHeader(input)) {
      const found = parseNameAddress(value);
      if (found) parseAddress(found.uri);
    }
    return parseNameAddress(input) !== undefined;
  },
};

const control: Target = {
  name: 'control',
  make(random) {
    let out = '';
    for (let i = 1 + random(4); i > 0; i--) {
      const seed = oneOf(controlSeeds, random);
      const payload = random(2) === 0 ? mutated(seed, random) : seed;
      out += `${random(12) === 0 ? random(200) : payload.length}#${payload}`;
    }
    return random(4) === 0 ? mutated(out, random) : out;
  },
  bear(input, random) {
    const bytes = Buffer.from(input, 'latin1');
    const read = (push: (reader: FrameReader, each: (p: string) => void) => boolean): string => {
      const frames: string[] = [];
      const sound = push(new FrameReader(), (payload) => frames.push(payload));
      return JSON.stringify([sound, frames]);
    };
    const whole = read((reader, each) => reader.push(bytes, each));
    const cut = read((reader, each) => pieces(bytes, random, (chunk) => reader.push(chunk, each)));
    // What makes no sense is noticed sooner or later, but nothing is read that was not there.
    if (whole.startsWith('[true')) must(whole === cut, `cut differently: ${whole} ${cut}`);
    for (const payload of JSON.parse(whole)[1] as string[]) {
      const frame = parseFrame(payload);
      if (frame) readDraft(frame.sip);
    }
    return whole.startsWith('[true');
  },
};

const rtp: Target = {
  name: 'rtp',
  make(random) {
    const bytes = Array.from({ length: random(80) }, () => random(256));
    // Half of them look like RTP or RTCP at first sight.
    if (random(2) === 0)
      bytes.unshift(0x80 | random(64), random(2) === 0 ? 200 + random(8) : random(256), 0, random(30));
    return Buffer.from(bytes).toString('latin1');
  },
  bear(input) {
    const bytes = Buffer.from(input, 'latin1');
    const rtcp = parseRtcp(bytes);
    const fault = new RtpHeader().parse(bytes);
    return rtcp !== undefined || fault === undefined;
  },
};

export const targets: readonly Target[] = [parser, stream, sdp, digest, addresses, control, rtp];
