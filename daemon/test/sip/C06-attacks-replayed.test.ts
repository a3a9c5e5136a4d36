import t from 'tap';
import { configSchema } from '../../src/config/schema.ts';
import { type Peer, udpPeer } from '../sipd/peer.ts';
import { next, sipAddress, startEngine, startGateway, trunkConfig, until } from './kit.ts';

/*
 * What honeypots and owners of robbed exchanges have written down, as the packets come: one line for each, method,
 * Request-URI without host, user of From, User-Agent. Each set is one attack, sent in its order.
 */
const recordings: Record<string, string[]> = {
  'a sweep for exchanges, then for extensions': [
    'OPTIONS sip:100@ | 100 | sipcli/v1.8',
    ...[100, 101, 200, 201, 1000, 1001].map((user) => `REGISTER sip: | ${user} | eyeBeam release 1102q`),
  ],
  'a way abroad, with each prefix that an exchange may want before it': [
    '00972592277524',
    '900972592277524',
    '000972592277524',
    '810972592277524',
    '9810972592277524',
    '850810442079460000',
    '851810442079460000',
    '8810442079460000',
    '+442079460000',
    '011442079460000',
  ].map((number) => `INVITE sip:${number}@ | 100 | pplsip`),
  'calls in the name of those who are at home here': [
    'INVITE sip:810442079460000@ | ivan | Linksys-SPA942',
    'INVITE sip:810442079460000@ | +74951234500 | Asterisk PBX',
    'INVITE sip:112@ | 101 | Asterisk PBX',
    'INVITE sip:77@ | 101 | Asterisk PBX',
  ],
  'requests that would have us call somebody, or tell of somebody': [
    'REFER sip:ivan@ | ivan | -',
    'SUBSCRIBE sip:ivan@ | ivan | -',
    'MESSAGE sip:ivan@ | ivan | -',
    'NOTIFY sip:ivan@ | ivan | -',
    'BYE sip:ivan@ | ivan | -',
  ],
};

const stranger = '127.0.0.66';
const operator = '127.0.0.9';

/** A gateway with a trunk and a telephone; loopback is the Internet, but for the operator's address. */
async function office(t: Parameters<typeof startEngine>[0], bans: boolean) {
  const engine = await startEngine(t, { guard: { bans, lan: [], trunks: [operator] } });
  const { devices } = configSchema.parse({
    version: 1,
    devices: [{ id: 'ivan', name: 'Ivan', user: 'ivan', password: 'right horse', classOfService: 'office' }],
  });
  const trunk = trunkConfig({ server: operator, mode: 'static', optionsSeconds: 0 });
  const { gateway } = await startGateway(t, engine, [trunk], { devices, onLink: () => false });
  const heard: string[] = [];
  gateway.on('incoming', () => heard.push('incoming'));
  gateway.on('deviceCalls', () => heard.push('deviceCalls'));
  gateway.on('officeCalls', () => heard.push('officeCalls'));
  return { engine, gateway, heard, to: sipAddress(engine) };
}

function play(peer: Peer, to: string, line: string): void {
  const [request = '', user = '', agent = ''] = line.split('|').map((part) => part.trim());
  const [method = '', uri = ''] = request.split(' ');
  const [host, port] = peer.address.split(':');
  const id = Math.random().toString(36).slice(2);
  peer.send(
    to,
    [
      `${method} ${uri}${to} SIP/2.0`,
      `Via: SIP/2.0/UDP ${host}:${port};branch=z9hG4bK${id};rport`,
      `From: <sip:${user}@${to}>;tag=${id}`,
      `To: <sip:${user}@${to}>`,
      `Call-ID: ${id}`,
      `CSeq: 1 ${method}`,
      `Contact: <sip:${user}@${host}:${port}>`,
      'Max-Forwards: 70',
      ...(agent === '-' ? [] : [`User-Agent: ${agent}`]),
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n'),
  );
}

for (const [what, recorded] of Object.entries(recordings)) {
  // Known names of scanners are not even answered: the same without its name has to be refused as well.
  const unnamed = recorded.map((line) => line.replace(/[^|]*$/, ' -'));
  t.test(`replayed, with nobody banned: ${what}`, async (t) => {
    const { heard, to, gateway } = await office(t, false);
    const peer = await udpPeer(t, stranger);
    const finals = () => peer.seen.filter(({ status }) => status >= 200);
    for (const line of unnamed) play(peer, to, line);
    await until(() => new Set(finals().map((m) => m.headers['call-id'])).size === unnamed.length);
    for (const line of recorded) play(peer, to, line);
    play(peer, to, 'OPTIONS sip:last@ | last | -');
    await until(() => finals().some(({ headers }) => headers.to?.includes('sip:last@')));
    const answers = new Set(finals().map(({ status }) => status));
    answers.delete(481);
    t.same([...answers], [403], 'whatever it was: 403, or 481 for what is within no dialog');
    t.same(
      peer.seen.filter(({ status }) => status > 100 && status < 200),
      [],
      'nothing rings',
    );
    t.same(heard, [], 'nobody here was troubled');
    t.equal(gateway.counters.accepted, 0);
  });
}

t.test(
  'replayed one after the other as they come: the source is banned, and the operator is not',
  async (t) => {
    const { engine, heard, to, gateway } = await office(t, true);
    const peer = await udpPeer(t, stranger);
    for (const lines of Object.values(recordings)) for (const line of lines) play(peer, to, line);
    await until(() => engine.stats().guard.bans.length > 0);
    t.match(engine.stats().guard.bans, [{ source: stranger }]);
    t.same(
      peer.seen.filter(({ status }) => status > 100 && status < 300),
      [],
    );
    t.same(heard, []);
    const trunk = await udpPeer(t, operator);
    const arrived = next(gateway, 'incoming');
    play(trunk, to, 'INVITE sip:+74951234500@ | +79161234567 | -');
    const [leg] = await arrived;
    t.equal(leg.direction, 'incoming', 'calls of the operator come in');
    leg.release({ q850: 17, text: 'busy', by: 'local' });
  },
);
