/**
 * RFC 8224, 7433, 7044, 5806, 7315, 8599, 3323, 3325, 3326, 7339: headers that others put in for others pass the
 * engine untouched, both ways and through the proxy, even where they are long or hold commas.
 */
import t from 'tap';
import { bench, connected, incoming, inDialog, outgoing, request, respond, response } from './bench.ts';
import { sdp } from './kit.ts';
import { udpPeer } from './peer.ts';

const HEADERS: [string, string, string][] = [
  [
    'RFC 8224 4',
    'Identity',
    `${'eyJhbGciOiJFUzI1NiJ9.'.repeat(20)}sig;info=<https://biloxi.example.org/b.cer>;alg=ES256;ppt="shaken"`,
  ],
  ['RFC 7433 4.1', 'User-to-User', '56a390f3d2b7310023a2;encoding=hex;purpose=isdn-uui;content=isdn-uui'],
  [
    'RFC 7044 5',
    'History-Info',
    '<sip:bob@example.com?Reason=SIP%3Bcause%3D302>;index=1, <sip:carol@example.com>;index=1.1;mp=1',
  ],
  ['RFC 5806 4', 'Diversion', '"Bob, home" <sip:bob@example.com>;reason=user-busy;counter=1'],
  [
    'RFC 7315 4.5',
    'P-Charging-Vector',
    'icid-value="AyretyU0dm+6O2IrT5tAFrbHLso=023551024";orig-ioi=home1.net',
  ],
  ['RFC 7315 4.4', 'P-Access-Network-Info', '3GPP-UTRAN-TDD; utran-cell-id-3gpp=234151D0FCE11'],
  ['RFC 3325 9.1', 'P-Asserted-Identity', '"Cullen" <sip:fluffy@cisco.com>, <tel:+14085264000>'],
  ['RFC 3323 4.2', 'Privacy', 'header;user;critical'],
  ['RFC 3326 2', 'Reason', 'SIP;cause=200;text="Call completed elsewhere", Q.850;cause=16'],
  ['RFC 5009 8', 'P-Early-Media', 'supported'],
  ['RFC 3420 2', 'X-Later-Header', 'a;b="c,d"'],
]; // prettier-ignore

/** The engine may write a name with other capitals, as a drachtio-server does. */
const has = (text: string, name: string, value: string): boolean =>
  text
    .split('\r\n')
    .some((l) => l.toLowerCase().startsWith(`${name.toLowerCase()}: `) && l.endsWith(`: ${value}`));

const lines = HEADERS.map(([, name, value]) => `${name}: ${value}\r\n`).join('');

t.test('RFC 8224 4, 7433 4, 7044 5, 7315 4, 3325 9: into the application', async (t) => {
  const b = await bench(t);
  const { invite } = await incoming(b, lines);
  for (const [rfc, name, value] of HEADERS) t.ok(has(invite.sip, name, value), `${rfc} ${name}`);
});

t.test('RFC 8224 4, 7433 4, 7044 5, 7315 4, 3325 9: out of it, in requests and responses', async (t) => {
  const b = await bench(t);
  const { invite } = await outgoing(b, lines);
  for (const [rfc, name, value] of HEADERS) t.ok(has(invite.text, name, value), `${rfc} ${name}`);
  const call = await incoming(b);
  respond(b.app, call.invite, 183, lines, sdp(5000));
  const progress = await b.peer.response(183);
  for (const [rfc, name, value] of HEADERS) t.ok(has(progress.text, name, value), `${rfc} ${name}`);
});

t.test('RFC 3326 1, 7433 4: in BYE and CANCEL', async (t) => {
  const b = await bench(t);
  const { dialog } = await connected(b);
  inDialog(b.app, dialog, 'BYE', 'Reason: Q.850;cause=31\r\nUser-to-User: 56;encoding=hex\r\n');
  t.match((await b.peer.expect('BYE')).headers, {
    reason: 'Q.850;cause=31',
    'user-to-user': '56;encoding=hex',
  });
  const { invite, txn } = await outgoing(b);
  b.peer.reply(invite, 180);
  await response(b.app, 180);
  b.app.send(`sip|${txn}|`, 'CANCEL sip:x SIP/2.0\r\nReason: SIP;cause=200, Q.850;cause=26\r\n\r\n');
  t.equal((await b.peer.expect('CANCEL')).headers.reason, 'SIP;cause=200, Q.850;cause=26');
});

t.test('RFC 8224 4, 7315 4: through the proxy', async (t) => {
  const b = await bench(t);
  const next = await udpPeer(t);
  b.peer.request(b.to, 'INVITE', { extra: lines, body: sdp() });
  const frame = await request(b.app, 'INVITE');
  const to = `sip:1@${next.address}`;
  b.app.send(`proxy|${frame.words[8]}||||serial|||${to}`, `INVITE ${to} SIP/2.0\r\n\r\n`);
  const passed = await next.expect('INVITE');
  for (const [rfc, name, value] of HEADERS) t.ok(has(passed.text, name, value), `${rfc} ${name}`);
});

t.test('RFC 8224 4.1: in its compact form it reaches a client that knows the long one only', async (t) => {
  const b = await bench(t);
  const { invite } = await incoming(b, 'y: token;info=<https://x>\r\n');
  t.match(invite.sip, /\r\nIdentity: token;info=<https:\/\/x>\r\n/);
});

t.test(
  'RFC 7339 4: overload parameters in Via, commas in quotes and all, are let be and sent back',
  async (t) => {
    const b = await bench(t);
    const text = b.peer.request('127.0.0.1:9', 'OPTIONS').replace(/;branch=/, ';oc;oc-algo="loss,A";branch=');
    b.peer.send(b.to, text);
    respond(b.app, await request(b.app, 'OPTIONS'), 200);
    t.match((await b.peer.response(200)).headers.via, /;oc;oc-algo="loss,A";branch=/);
    const { invite } = await outgoing(b);
    const via = `${invite.headers.via};oc=20;oc-algo="loss";oc-validity=500;oc-seq=1282321615.782`;
    b.peer.reply({ ...invite, headers: { ...invite.headers, via } }, 180);
    t.ok(await response(b.app, 180), 'a server that says how much is too much is understood');
  },
);
