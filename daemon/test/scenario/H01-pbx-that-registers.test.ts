import t, { type Test } from 'tap';
import {
  type Box,
  type OfficeDocument,
  operatorCall,
  pointTrunk,
  startBox,
  startOperator,
  toneAtOperator,
  until,
} from '../kit/box.ts';
import { devicePassword, withPbx } from '../kit/devices.ts';
import {
  expectRequest,
  expectResponse,
  request,
  respond,
  respondInDialog,
  startSipp,
} from '../peers/sipp.ts';

/** The PBX's own address, so that it is not taken for the operator on loopback. */
const host = '127.0.0.8';

/** What an old PBX writes: 30 ms packets, no events. */
const oddSdp = [
  ...['v=0', 'o=PBX 1 1 IN IP4 [local_ip]', 's=call', 'c=IN IP4 [media_ip]', 't=0 0'],
  ...['m=audio [media_port] RTP/AVP 8', 'a=ptime:30'],
].join('\n');

const account = `[authentication username=linegate password=${devicePassword}]`;

const register = (number: number, more = ''): string =>
  request(`REGISTER sip:[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:linegate@[remote_ip]>;tag=[pid]r[call_number]
To: <sip:linegate@[remote_ip]>
Call-ID: [call_id]
CSeq: ${number} REGISTER
Contact: <sip:linegate@[local_ip]:[local_port]>
Max-Forwards: 10
Expires: 600
${more}Content-Length: 0
`);

/** Its SIP stack knows MD5 alone, and begins anew at a challenge that it cannot read. */
const registering = [
  register(1),
  expectResponse(401),
  register(2),
  expectResponse(401, 'auth="true"'),
  register(3, `${account}\n`),
  expectResponse(200),
].join('\n');

/** A request of a call out: neither PAI nor a name of ours, the caller's extension, `tel:` and `user=phone`. */
const calling = (line: string, cseq: string, tag: string, rest: string, attributes = ''): string =>
  request(
    `${line} SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: "Reception" <sip:205@[local_ip];user=phone>;tag=[pid]p[call_number]
To: <tel:88121234567>${tag}
Call-ID: [call_id]
CSeq: ${cseq}
Contact: <sip:205@[local_ip]:[local_port];user=phone>
Max-Forwards: 10
${rest}`,
    attributes,
  );

const nothing = 'Content-Length: 0\n';

/** A call out as far as its second INVITE, which has the password. Without an offer the answer stands in the ACK. */
const callingOut = (number: string, offer: string): string => {
  const uri = `sip:${number}@[remote_ip]:[remote_port];user=phone`;
  return [
    calling(`INVITE ${uri}`, '1 INVITE', '', nothing),
    expectResponse(100, 'optional="true"'),
    expectResponse(401, 'auth="true"'),
    calling(`ACK ${uri}`, '1 ACK', '[peer_tag_param]', nothing),
    calling(`INVITE ${uri}`, '2 INVITE', '', `${account}\n${offer}`),
    expectResponse(100, 'optional="true"'),
  ].join('\n');
};

/** The box's own extension of the same PBX, on wire B. */
const line = 7;

function office(document: OfficeDocument): void {
  withPbx(document, { mode: 'registers', password: devicePassword, lines: [line] });
  document.ports.push({
    ...{ kind: 'fxo', number: line, name: 'PBX', role: 'pbx-extension', outsidePrefix: '9' },
  });
}

/** SIPp as the PBX, registered at the box; its port. */
async function registered(t: Test, box: Box, folder: string): Promise<number> {
  const remote = `${box.sip.host}:${box.sip.port}`;
  const sipp = await startSipp(t, folder, { remote, host, scenario: registering });
  await sipp.done();
  const shown = await until(
    'the page shows it',
    async () => (await box.live()).devices.find((device) => device.state === 'registered'),
    3000,
  );
  t.match(shown, { id: 'pbx', kind: 'pbx', contacts: [{ address: `udp/${host}:${sipp.port}` }] });
  return sipp.port;
}

t.test(
  'a PBX that registers calls out without offer, PAI or 100rel; its numbers do not lead back to it (H01, H02)',
  async (t) => {
    const operator = await startOperator(t, { sound: { type: 'tone', frequency: 1400, dbm0: -10 } });
    const box = await startBox(t, {
      edit: (document) => {
        office(document);
        pointTrunk(document, 'alpha', operator);
      },
    });
    const folder = t.testdir();
    const port = await registered(t, box, folder);
    const at = { remote: `${box.sip.host}:${box.sip.port}`, host, port, echo: true };
    const sipp = await startSipp(t, folder, {
      ...at,
      args: ['-auth_uri', `88121234567@${at.remote};user=phone`],
      scenario: [
        callingOut('88121234567', nothing),
        expectResponse(180, 'optional="true"'),
        expectResponse(183, 'optional="true"'),
        expectResponse(200, 'rrs="true"'),
        calling(
          'ACK [next_url]',
          '2 ACK',
          '[peer_tag_param]',
          `Content-Type: application/sdp\nContent-Length: [len]\n\n${oddSdp}`,
        ),
        expectRequest('BYE'),
        respondInDialog('200 OK'),
      ].join('\n'),
    });
    const far = await operatorCall(operator, 'answered', 8000);
    t.equal(far.number, '+78121234567');
    await toneAtOperator(operator, far.id, 1400);
    t.pass("the operator's own tone came back from the PBX: audio both ways");
    operator.hangUp(far.id);
    await sipp.done();
    t.match(await box.ended(), {
      direction: 'outgoing',
      callerNumber: '205',
      callerName: 'Reception',
      calledNumber: '+78121234567',
      routeId: 'alpha-out',
      costCentre: 'works',
      price: 1.5,
      legs: [{ place: 'device:pbx' }, { place: 'trunk:alpha' }],
    });

    const back = await startSipp(t, folder, {
      ...at,
      args: ['-auth_uri', `245@${at.remote};user=phone`],
      scenario: [
        callingOut('245', `Content-Type: application/sdp\nContent-Length: [len]\n\n${oddSdp}`),
        expectResponse(483),
        calling('ACK sip:245@[remote_ip]:[remote_port];user=phone', '2 ACK', '[peer_tag_param]', nothing),
      ].join('\n'),
    });
    await back.done();
    t.match(await box.record(({ calledNumber, state }) => calledNumber === '245' && state !== 'active'), {
      q850: 25,
      legs: [{ place: 'device:pbx' }],
    });
  },
);

t.test(
  'a PBX that registers is called at its contact with the number dialed, and answers in packets of 30 ms (H01)',
  async (t) => {
    const box = await startBox(t, { edit: office });
    const folder = t.testdir();
    const port = await registered(t, box, folder);
    const sipp = await startSipp(t, folder, {
      host,
      port,
      echo: true,
      scenario: [
        expectRequest('INVITE'),
        respond('180 Ringing'),
        respond('200 OK', { sdp: oddSdp, attributes: ' retrans="500"' }),
        expectRequest('ACK'),
        expectRequest('BYE'),
        respondInDialog('200 OK'),
      ].join('\n'),
    });
    const desk = box.telephone(1);
    await box.dial(1, '245');
    await until('they talk', async () => (await box.live()).calls[0]?.state === 'talking' || undefined, 5000);
    void desk.speak({ tone: 1000, level: -10 });
    await desk.waitForTone(1000, -20, 5000);
    t.pass('heard back from the PBX');
    desk.hangup();
    await sipp.done();
    const invite = (await sipp.messages()).find((m) => m.startLine.startsWith('INVITE'))!;
    t.equal(invite.startLine, `INVITE sip:245@${host}:${port} SIP/2.0`);
    t.match(invite.header('From'), /^"Anna" <sip:21@/);
    t.match(await box.ended(), {
      direction: 'internal',
      calledNumber: '245',
      legs: [{ place: 'port:1' }, { place: 'device:pbx' }],
    });
  },
);
