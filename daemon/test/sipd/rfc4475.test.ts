/**
 * RFC 4475 section 3, every one of its 49 messages by section and name, in messages of our own making that
 * have the same peculiarity, sent to an engine: what reaches the application, what is answered by the
 * engine, and what is let fall.
 */
import t from 'tap';
import { FORGIVEN } from '../../src/sipd/message/limits.ts';
import { type Bench, bench } from './bench.ts';
import type { Frame } from './control.ts';
import { until } from './kit.ts';

interface Parts {
  start: string;
  /** Top Via; `HERE` is the peer's address. */
  via?: string;
  from?: string;
  to?: string;
  callId?: string;
  cseq?: string;
  extra?: string;
  length?: string;
  body?: string;
  /** Instead of all that. */
  whole?: string;
}

/** `app`: the application gets it; a number: the engine's answer; `none`: nothing happens. */
type Outcome = 'app' | 'none' | number;

interface Case {
  section: string;
  name: string;
  parts: Parts;
  outcome: Outcome;
  /** Looks at what the application got, or at the answer. */
  look?: (text: string) => boolean;
}

const INVITE = 'INVITE sip:user@example.com SIP/2.0';
const method = (p: Parts): string => p.start.split(/\s+/)[0]!;

/** The text of a case; latin1, one character per byte. */
function write(here: string, name: string, p: Parts): string {
  const line = (value: string | undefined, otherwise: string): string =>
    value === '' ? '' : `${value ?? otherwise}\r\n`;
  if (p.whole !== undefined) return p.whole.replaceAll('HERE', here);
  const body = p.body ?? '';
  const text =
    `${p.start}\r\n` +
    line(p.via, `Via: SIP/2.0/UDP HERE;branch=z9hG4bK-${name}`) +
    'Max-Forwards: 70\r\n' +
    line(p.from, 'From: <sip:caller@example.net>;tag=1') +
    line(p.to, 'To: <sip:user@example.com>') +
    line(p.callId, `Call-ID: ${name}@192.0.2.1`) +
    line(p.cseq, `CSeq: 8 ${method(p)}`) +
    'Contact: <sip:caller@192.0.2.1>\r\n' +
    (p.extra ?? '') +
    line(p.length, `Content-Length: ${body.length}`) +
    `\r\n${body}`;
  return text.replaceAll('HERE', here);
}

const utf8 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
const SDP =
  'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n';

const cases: Case[] = [
  {
    section: '3.1.1.1',
    name: 'wsinv',
    outcome: 'app',
    parts: {
      start: '',
      whole:
        'INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\r\nTO :\r\n sip:vivekg@chair-dnrc.example.com ;   tag-like    = 1918\r\n' +
        'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>\r\n  ;\r\n  tag = 98asjd8\r\nMaX-fOrWaRdS: 0068\r\nCall-ID: wsinv.ndaksdj@192.0.2.1\r\n' +
        'Content-Length   : 150\r\ncseq: 0009\r\n  INVITE\r\nVia  : SIP  /   2.0\r\n /UDP\r\n    HERE;branch=390skdjuw\r\ns :\r\nNewFangledHeader:   newfangled value\r\n continued newfangled value\r\n' +
        'UnknownHeaderWithUnusualValue: ;;,,;;,;\r\nContent-Type: application/sdp\r\nRoute:\r\n <sip:services.example.com;lr;unknownwith=value;unknown-no-value>\r\n' +
        'v:  SIP  / 2.0  / TCP     spindle.example.com   ;\r\n  branch  =   z9hG4bK9ikj8  ,\r\n SIP  /    2.0   / UDP  192.168.255.111   ; branch=\r\n z9hG4bK30239\r\n' +
        `m:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =\r\n      newvalue ;\r\n  secondparam ; q = 0.33\r\n\r\n${SDP}${'a'.repeat(150)}`.slice(
          0,
          1e6,
        ),
    },
    look: (s) =>
      /^From: "J Rosenberg .*tag = 98asjd8|from *: /im.test(s) &&
      /NewFangledHeader: *newfangled value continued newfangled value/.test(s),
  },
  {
    section: '3.1.1.2',
    name: 'intmeth',
    outcome: 405,
    parts: {
      start:
        "!interesting-Method0123456789_*+`.%indeed'~ sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0",
      via: "Via: SIP/2.0/UDP HERE;branch=z9hG4bK-.!%66*_+`'~",
      to: utf8(
        'To: "BEL:\\\x07 NUL:\\\x00 DEL:\\\x7F" <sip:1_unusual.URI~(to-be!sure)&isn\'t+it$/crazy?,/;;*@example.com>',
      ),
      from: utf8(
        "From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>;fromParam''~+*_!.-%=\"работающий\";tag=_token~1'+`*%!-.",
      ),
      callId: 'Call-ID: intmeth.word%ZK-!.*_+\'@word`~)(><:\\/"][?}{',
      extra: utf8("extensionHeader-!.%*+_`'~: ﻿大停電\r\n"),
    },
    look: (s) => /Allow:/.test(s) && s.includes("tag=_token~1'+`*%!-."),
  },
  {
    section: '3.1.1.3',
    name: 'esc01',
    outcome: 'app',
    parts: {
      start: 'INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0',
      to: 'To: sip:%75se%72@example.com',
      extra: 'Contact: <sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31>\r\n',
    },
    look: (s) =>
      s.startsWith('INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0') &&
      s.includes('To: sip:%75se%72@example.com'),
  },
  {
    section: '3.1.1.4',
    name: 'escnull',
    outcome: 'app',
    parts: {
      start: 'REGISTER sip:example.com SIP/2.0',
      to: 'To: sip:null-%00-null@example.com',
      from: 'From: sip:null-%00-null@example.com;tag=839923423',
      extra: 'Contact: <sip:%00@host5.example.com>\r\nContact: <sip:%00%00@host5.example.com>\r\n',
    },
    look: (s) => s.includes('null-%00-null'),
  },
  {
    section: '3.1.1.5',
    name: 'esc02',
    outcome: 405,
    parts: {
      start: 'RE%47IST%45R sip:registrar.example.com SIP/2.0',
      to: 'To: "%Z%45" <sip:resource@example.com>',
      from: 'From: "%Z%45" <sip:resource@example.com>;tag=f232jadfj23',
    },
    look: (s) => /CSeq: 8 RE%47IST%45R/.test(s),
  },
  {
    section: '3.1.1.6',
    name: 'lwsdisp',
    outcome: 'app',
    parts: {
      start: 'OPTIONS sip:user@example.com SIP/2.0',
      from: 'From: caller<sip:caller@example.com>;tag=323',
    },
  },
  {
    section: '3.1.1.7',
    name: 'longreq',
    outcome: 'app',
    parts: {
      start: INVITE,
      to: `To: "I have a user name of ${'extreme'.repeat(20)} proportion"<sip:user@example.com:6000;unknownparam1=very${'long'.repeat(20)}value;longparam${'name'.repeat(25)}=shortvalue;very${'long'.repeat(20)}ParameterNameWithNoValue>`,
      from: `F: sip:${'amazinglylongcallername'.repeat(5)}@example.net;tag=12${'982'.repeat(50)}424;unknownheaderparam${'name'.repeat(20)}=unknowheaderparam${'value'.repeat(15)};unknownValueless${'paramname'.repeat(10)}`,
      callId: `Call-ID: longreq.one${'really'.repeat(20)}longcallid`,
      extra: `Unknown-${'Long'.repeat(20)}-Name: unknown-${'long'.repeat(20)}-value; unknown-${'long'.repeat(20)}-parameter-name = ${'v'.repeat(200)}\r\nVia: SIP/2.0/TCP sip33.example.com\r\n${'v: SIP/2.0/TCP sip32.example.com\r\n'.repeat(30)}`,
    },
    look: (s) => s.includes('amazinglylongcallername'.repeat(5)),
  },
  {
    section: '3.1.1.8',
    name: 'dblreq',
    outcome: 'app',
    parts: {
      start: 'REGISTER sip:example.com SIP/2.0',
      length: 'Content-Length: 0',
      body: 'INVITE sip:joe@example.com SIP/2.0\r\nt: sip:joe@example.com\r\n\r\n',
    },
    look: (s) => s.endsWith('\r\n\r\n'),
  },
  {
    section: '3.1.1.9',
    name: 'semiuri',
    outcome: 'app',
    parts: {
      start: 'OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0',
      to: 'To: sip:j_user@example.com',
    },
  },
  {
    section: '3.1.1.10',
    name: 'transports',
    outcome: 'app',
    parts: {
      start: 'OPTIONS sip:user@example.com SIP/2.0',
      extra:
        'Via: SIP/2.0/SCTP t1.example.com;branch=z9hG4bK1\r\nVia: SIP/2.0/TLS t2.example.com;branch=z9hG4bK2\r\nVia: SIP/2.0/UNKNOWN t3.example.com;branch=z9hG4bK3\r\n',
    },
  },
  {
    section: '3.1.1.11',
    name: 'mpart01',
    outcome: 'app',
    parts: {
      start: 'MESSAGE sip:kumiko@example.org SIP/2.0',
      extra: 'Content-Type: multipart/mixed;boundary=7a9cbec02ceef655\r\n',
      body: '--7a9cbec02ceef655\r\nContent-Type: text/plain\r\n\r\nHello\r\n--7a9cbec02ceef655\r\nContent-Type: application/octet-stream\r\n\r\n0\x82\x01R\x06\x09*\x86H\x86\xf7\x0d\x01\x07\x02\xa0\r\n--7a9cbec02ceef655--',
    },
    look: (s) => s.includes('--7a9cbec02ceef655--'),
  },
  {
    section: '3.1.1.12',
    name: 'unreason',
    outcome: 'none',
    parts: {
      start: utf8('SIP/2.0 200 = 2**3 * 5**2 но сто девяносто девять - простое'),
      cseq: 'CSeq: 35 INVITE',
    },
  },
  {
    section: '3.1.1.13',
    name: 'noreason',
    outcome: 'none',
    parts: { start: 'SIP/2.0 100 ', cseq: 'CSeq: 35 INVITE' },
  },
  {
    section: '3.1.2.1',
    name: 'badinv01',
    outcome: 400,
    parts: {
      start: INVITE,
      extra: 'Contact: "Joe" <sip:joe@example.org>;;;;\r\n',
      to: 'To: "Mr. J" <sip:j@example.com>;;,,;;,;',
    },
  },
  {
    section: '3.1.2.2',
    name: 'clerr',
    outcome: 400,
    parts: { start: INVITE, length: 'Content-Length: 9999', body: SDP },
  },
  {
    section: '3.1.2.3',
    name: 'ncl',
    outcome: 400,
    parts: { start: INVITE, length: 'Content-Length: -999', body: SDP },
  },
  {
    section: '3.1.2.4',
    name: 'scalar02',
    outcome: 400,
    parts: {
      start: 'REGISTER sip:example.com SIP/2.0',
      cseq: 'CSeq: 36893488147419103232 REGISTER',
      extra:
        'Expires: 10000000000000000000000000000000000\r\nContact: <sip:user@host129.example.com>;expires=280297596632815\r\n',
    },
  },
  {
    section: '3.1.2.5',
    name: 'scalarlg',
    outcome: 'none',
    parts: {
      start: 'SIP/2.0 503 Service Unavailable',
      cseq: 'CSeq: 9292394834772304023312 OPTIONS',
      extra: 'Retry-After: 949302838503028349304023988\r\nWarning: 1812 overture "In Progress"\r\n',
    },
  },
  {
    section: '3.1.2.6',
    name: 'quotbal',
    outcome: 400,
    parts: { start: INVITE, to: 'To: "Mr. J. User <sip:j.user@example.com>' },
  },
  {
    section: '3.1.2.7',
    name: 'ltgtruri',
    outcome: 400,
    parts: { start: 'INVITE <sip:user@example.com> SIP/2.0' },
  },
  {
    section: '3.1.2.8',
    name: 'lwsruri',
    outcome: 400,
    parts: { start: 'INVITE sip:user@example.com; lr SIP/2.0' },
  },
  {
    section: '3.1.2.9',
    name: 'lwsstart',
    outcome: 400,
    parts: { start: 'INVITE  sip:user@example.com  SIP/2.0' },
  },
  {
    section: '3.1.2.10',
    name: 'trws',
    outcome: 400,
    parts: { start: 'OPTIONS sip:remote-target@example.com SIP/2.0  ' },
  },
  {
    section: '3.1.2.11',
    name: 'escruri',
    outcome: 400,
    parts: { start: 'INVITE sip:user@example.com?Route=%3Csip:example.com%3E SIP/2.0' },
  },
  {
    section: '3.1.2.12',
    name: 'baddate',
    outcome: 'app',
    parts: { start: INVITE, extra: 'Date: Fri, 01 Jan 2010 16:00:00 EST\r\n' },
  },
  {
    section: '3.1.2.13',
    name: 'regbadct',
    outcome: 400,
    parts: {
      start: 'REGISTER sip:example.com SIP/2.0',
      extra: 'Contact: sip:user@example.com?Route=%3Csip:sip.example.com%3E\r\n',
    },
  },
  {
    section: '3.1.2.14',
    name: 'badaspec',
    outcome: 400,
    parts: {
      start: 'OPTIONS sip:user@example.org SIP/2.0',
      to: 'To: "Watson, Thomas" < sip:t.watson@example.org >',
    },
  },
  {
    section: '3.1.2.15',
    name: 'baddn',
    outcome: 400,
    parts: {
      start: 'OPTIONS sip:t.watson@example.org SIP/2.0',
      from: 'From: Bell, Alexander <sip:a.g.bell@example.com>;tag=43',
    },
  },
  {
    section: '3.1.2.16',
    name: 'badvers',
    outcome: 505,
    parts: { start: 'OPTIONS sip:t.watson@example.org SIP/7.0', cseq: 'CSeq: 8 OPTIONS' },
  },
  {
    section: '3.1.2.17',
    name: 'mismatch01',
    outcome: 400,
    parts: { start: 'OPTIONS sip:user@example.com SIP/2.0', cseq: 'CSeq: 8 INVITE' },
  },
  {
    section: '3.1.2.18',
    name: 'mismatch02',
    outcome: 400,
    parts: { start: 'NEWMETHOD sip:user@example.com SIP/2.0', cseq: 'CSeq: 8 INVITE' },
  },
  {
    section: '3.1.2.19',
    name: 'bigcode',
    outcome: 'none',
    parts: { start: 'SIP/2.0 4294967301 better not break the receiver', cseq: 'CSeq: 353494 INVITE' },
  },
  {
    section: '3.2.1',
    name: 'badbranch',
    outcome: 'app',
    parts: { start: 'OPTIONS sip:user@example.com SIP/2.0', via: 'Via: SIP/2.0/UDP HERE;branch=z9hG4bK' },
  },
  { section: '3.3.1', name: 'insuf', outcome: 400, parts: { start: INVITE, callId: '', to: '' } },
  {
    section: '3.3.2',
    name: 'unkscm',
    outcome: 416,
    parts: { start: 'OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0' },
  },
  {
    section: '3.3.3',
    name: 'novelsc',
    outcome: 416,
    parts: { start: 'OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0' },
  },
  {
    section: '3.3.4',
    name: 'unksm2',
    outcome: 'app',
    parts: {
      start: 'REGISTER sip:example.com SIP/2.0',
      to: 'To: isbn:2983792873',
      from: 'From: <http://www.example.com>;tag=3234233',
      extra: 'Contact: <name:John_Smith>\r\n',
    },
  },
  {
    section: '3.3.5',
    name: 'bext01',
    outcome: 420,
    parts: {
      start: 'OPTIONS sip:user@example.com SIP/2.0',
      extra:
        'Proxy-Require: noProxiesSupportThis, norDoAnyProxiesSupportThis\r\nRequire: nothingSupportsThis, nothingSupportsThisEither\r\n',
    },
    look: (s) => /Unsupported: nothingSupportsThis, nothingSupportsThisEither\r\n/.test(s),
  },
  {
    section: '3.3.6',
    name: 'invut',
    outcome: 'app',
    parts: {
      start: INVITE,
      extra: 'Content-Type: application/unknownformat\r\n',
      body: '<audio>\r\n <pcmu port="443"/>\r\n</audio>\r\n',
    },
  },
  {
    section: '3.3.7',
    name: 'regaut01',
    outcome: 'app',
    parts: {
      start: 'REGISTER sip:example.com SIP/2.0',
      extra: 'Authorization: NoOneKnowsThisScheme opaque-data=here\r\n',
    },
  },
  {
    section: '3.3.8',
    name: 'multi01',
    outcome: 400,
    parts: {
      start: INVITE,
      extra:
        'CSeq: 59 INVITE\r\nCall-ID: other\r\nFrom: <sip:other.caller@example.net>;tag=3\r\nMax-Forwards: 5\r\n',
    },
  },
  {
    section: '3.3.9',
    name: 'mcl01',
    outcome: 400,
    parts: {
      start: 'OPTIONS sip:user@example.com SIP/2.0',
      length: 'Content-Length: 13\r\nContent-Length: 5',
      body: 'There is no way',
    },
  },
  {
    section: '3.3.10',
    name: 'bcast',
    outcome: 'none',
    parts: {
      start: 'SIP/2.0 200 OK',
      via: 'Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923\r\nVia: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23',
      cseq: 'CSeq: 8 INVITE',
    },
  },
  {
    section: '3.3.11',
    name: 'zeromf',
    outcome: 'app',
    parts: {
      start: '',
      whole:
        'OPTIONS sip:user@example.com SIP/2.0\r\nTo: sip:user@example.com\r\nFrom: sip:caller@example.net;tag=3ghsd41\r\nCall-ID: zeromf.jfasdlfnm2o2l43r5u0asdfas\r\nCSeq: 39234321 OPTIONS\r\nVia: SIP/2.0/UDP HERE;branch=z9hG4bKkdjuw2349i\r\nMax-Forwards: 0\r\nContent-Length: 0\r\n\r\n',
    },
  },
  {
    section: '3.3.12',
    name: 'cparam01',
    outcome: 'app',
    parts: {
      start: 'REGISTER sip:example.com SIP/2.0',
      extra: 'm: sip:+19725552222@gw1.example.net;unknownparam\r\n',
    },
    look: (s) => /Contact: sip:\+19725552222@gw1\.example\.net;unknownparam/.test(s),
  },
  {
    section: '3.3.13',
    name: 'cparam02',
    outcome: 'app',
    parts: {
      start: 'REGISTER sip:example.com SIP/2.0',
      extra: 'Contact: <sip:+19725552222@gw1.example.net;unknownparam>\r\n',
    },
  },
  {
    section: '3.3.14',
    name: 'regescrt',
    outcome: 'app',
    parts: {
      start: 'REGISTER sip:example.com SIP/2.0',
      extra: 'Contact: <sip:user@example.com?Route=%3Csip:sip.example.com%3E>\r\n',
    },
    look: (s) => s.includes('?Route=%3Csip:sip.example.com%3E>'),
  },
  {
    section: '3.3.15',
    name: 'sdp01',
    outcome: 'app',
    parts: { start: INVITE, extra: 'Accept: text/nobodyKnowsThis\r\n' },
  },
  {
    section: '3.4.1',
    name: 'inv2543',
    outcome: 'app',
    parts: {
      start: '',
      whole: `INVITE sip:UserB@example.com SIP/2.0\r\nVia: SIP/2.0/UDP HERE\r\nFrom: <sip:+12025551212@iftgw.example.com;user=phone>\r\nRecord-Route: <sip:UserB@example.com;maddr=ss1.example.com>\r\nTo: sip:+16505552222@ss1.example.net;user=phone\r\nCall-ID: inv2543.1717@ift.client.example.com\r\nCSeq: 56 INVITE\r\nContact: <sip:gw@iftgw.example.com>\r\nContent-Type: application/sdp\r\n\r\n${SDP}`,
    },
  },
]; // prettier-ignore

/** Sends a case and waits for what comes of it. */
async function outcomeOf(b: Bench, c: Case): Promise<{ outcome: Outcome; text: string }> {
  const before = b.engine.trace().length;
  const frames = b.app.frames.length;
  const heard = b.peer.seen.length;
  const text = write(b.peer.address, c.name, c.parts);
  b.peer.send(b.to, text);
  // A message with no effect is followed by one that has: when that has, the first has had its time.
  const marker = `marker-${c.name}`;
  b.peer.request(b.to, 'OPTIONS', { callId: marker });
  await until(
    () => b.app.frames.slice(frames).some((f) => f.sip.includes(marker)),
    3000,
    `${c.name}: ${before} messages before`,
  );
  const got = b.app.frames.slice(frames).find((f: Frame) => !f.sip.includes(marker) && f.words[1] === 'sip');
  if (got) return { outcome: 'app', text: got.sip };
  if (c.outcome !== 'none')
    await until(() => b.peer.seen.slice(heard).some((m) => m.status > 100), 1000, c.name).catch(() => {});
  const answer = b.peer.seen.slice(heard).find((m) => m.status > 100);
  return answer ? { outcome: answer.status, text: answer.text } : { outcome: 'none', text: '' };
}

t.test('RFC 4475 3: all 49 messages', async (t) => {
  const b = await bench(t);
  t.equal(cases.length, 49);
  for (const c of cases) {
    const seen = await outcomeOf(b, c);
    t.equal(seen.outcome, c.outcome, `RFC 4475 ${c.section} ${c.name}`);
    if (c.look) t.ok(c.look(seen.text), `RFC 4475 ${c.section} ${c.name}: as it should be`);
  }
  t.equal(b.engine.stats().counts['internal.error'], undefined);
});

t.test('RFC 4475 3.1.2: what may be forgiven is, where the configuration says so', async (t) => {
  const lenient = [...FORGIVEN, 'start-line-space', 'addr-spec-spaces', 'display-name'] as const;
  const b = await bench(t, { lenient });
  for (const name of ['lwsstart', 'trws', 'badaspec']) {
    const c = cases.find((other) => other.name === name)!;
    t.equal((await outcomeOf(b, { ...c, outcome: 'app' })).outcome, 'app', `RFC 4475 ${c.section} ${name}`);
  }
});
