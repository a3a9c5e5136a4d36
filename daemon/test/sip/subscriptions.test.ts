import t from 'tap';
import { type Config, configSchema } from '../../src/config/schema.ts';
import type { ExtensionCall, OfficeState, WaitingMessages } from '../../src/sip/lan/event-packages.ts';
import { dialogInfo, messageSummary } from '../../src/sip/lan/event-packages.ts';
import { freeUdpPort } from '../peers/process.ts';
import {
  expectRequest,
  expectResponse,
  request,
  respondInDialog,
  type SippMessage,
  startSipp,
} from '../peers/sipp.ts';
import { sipAddress, startEngine, startGateway } from './kit.ts';

/** A device known by its address, SIPp's. */
function device(port: number, change: Partial<Config['devices'][number]> = {}): Config['devices'] {
  return configSchema.parse({
    version: 1,
    devices: [
      {
        id: 'desk',
        name: 'Desk',
        mode: 'static',
        user: 'desk',
        address: `127.0.0.1:${port}`,
        classOfService: 'office',
        ...change,
      },
    ],
  }).devices;
}

class Office implements OfficeState {
  waiting: WaitingMessages = { fresh: 2, old: 1 };
  calls: ExtensionCall[] = [];
  messages = (deviceId: string): WaitingMessages | undefined =>
    deviceId === 'desk' ? this.waiting : undefined;
  extensionCalls = (extension: string): ExtensionCall[] | undefined =>
    extension === '21' ? this.calls : undefined;
}

const subscribe = (user: string, event: string, expires: number, cseq = 1, to = ''): string =>
  request(
    `SUBSCRIBE sip:${user}@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:desk@[remote_ip]>;tag=[call_number]
To: <sip:${user}@[remote_ip]>${to}
Call-ID: [call_id]
CSeq: ${cseq} SUBSCRIBE
Contact: <sip:desk@[local_ip]:[local_port]>
Max-Forwards: 70
Event: ${event}
Expires: ${expires}
Content-Length: 0`,
    ' retrans="500"',
  );

const accepted =
  '<recv response="202"><action><ereg regexp=";tag=.*" search_in="hdr" header="To:" assign_to="totag"/></action></recv>';
const notified = [expectRequest('NOTIFY'), respondInDialog('200 OK')];

const reports = (messages: SippMessage[]): SippMessage[] =>
  messages.filter((m) => m.startLine.startsWith('NOTIFY'));

/** Waits until SIPp has had `count` NOTIFYs. */
async function reported(sipp: { messages(): Promise<SippMessage[]> }, count: number): Promise<void> {
  const end = performance.now() + 5000;
  while (reports(await sipp.messages()).length < count) {
    if (performance.now() > end) throw new Error(`no ${count} reports came`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

t.test('RFC 3842 3, RFC 6665 4: a telephone subscribes to its messages, is told, and leaves', async (t) => {
  const engine = await startEngine(t);
  const port = await freeUdpPort();
  const office = new Office();
  const { gateway } = await startGateway(t, engine, [], {
    devices: device(port),
    office,
    onLink: () => true,
  });
  const sipp = await startSipp(t, t.testdir(), {
    port,
    remote: sipAddress(engine),
    scenario: [
      subscribe('desk', 'message-summary', 3600),
      accepted,
      ...notified,
      ...notified,
      subscribe('desk', 'message-summary', 120, 2, '[$totag]'),
      expectResponse(200),
      ...notified,
      subscribe('desk', 'message-summary', 0, 3, '[$totag]'),
      expectResponse(202),
      ...notified,
    ].join('\n'),
  });
  await reported(sipp, 1);
  office.waiting = { fresh: 0, old: 3 };
  gateway.messagesChanged('desk');
  await sipp.done();
  const seen = reports(await sipp.messages());
  t.match(seen[0]?.header('Subscription-State'), /^active;expires=3[56]\d\d$/);
  t.equal(seen[0]?.header('Event'), 'message-summary');
  t.equal(seen[0]?.header('Content-Type'), 'application/simple-message-summary');
  t.match(
    seen[0]?.body,
    /^Messages-Waiting: yes\nMessage-Account: sip:desk@127\.0\.0\.1\nVoice-Message: 2\/1 \(0\/0\)/,
  );
  t.match(seen[1]?.body, /^Messages-Waiting: no\n[\s\S]*Voice-Message: 0\/3/);
  t.match(seen[2]?.header('Subscription-State'), /^active;expires=1[12]\d$/);
  t.equal(seen[3]?.header('Subscription-State'), 'terminated;reason=timeout');
});

t.test('RFC 4235 3: the lamp of an extension follows its calls', async (t) => {
  const engine = await startEngine(t);
  const port = await freeUdpPort();
  const office = new Office();
  const { gateway } = await startGateway(t, engine, [], {
    devices: device(port),
    office,
    onLink: () => true,
  });
  const sipp = await startSipp(t, t.testdir(), {
    port,
    remote: sipAddress(engine),
    scenario: [
      subscribe('21', 'dialog', 600),
      expectResponse(202),
      ...notified,
      ...notified,
      ...notified,
    ].join('\n'),
  });
  await reported(sipp, 1);
  office.calls = [{ id: 'c1', state: 'early', direction: 'recipient' }];
  gateway.extensionChanged('21');
  gateway.extensionChanged('22');
  await reported(sipp, 2);
  office.calls = [];
  gateway.extensionChanged('21');
  await sipp.done();
  const bodies = reports(await sipp.messages()).map((m) => m.body);
  t.match(bodies[0], /version="0" state="full" entity="sip:21@127\.0\.0\.1">\n<\/dialog-info>/);
  t.match(
    bodies[1],
    /version="1"[\s\S]*<dialog id="c1" direction="recipient"><state>early<\/state><\/dialog>/,
  );
  t.match(bodies[2], /version="2"/);
  t.notMatch(bodies[2], /<dialog id/);
});

t.test('RFC 6665 4.2.1: events we have not, times too short, extensions and strangers', async (t) => {
  const engine = await startEngine(t);
  const port = await freeUdpPort();
  await startGateway(t, engine, [], { devices: device(port), office: new Office(), onLink: () => true });
  for (const [user, event, expires, status] of [
    ['desk', 'presence', 600, 489],
    ['desk', 'message-summary', 5, 423],
    ['99', 'dialog', 600, 404],
  ] as const) {
    const sipp = await startSipp(t, t.testdir(), {
      port,
      remote: sipAddress(engine),
      scenario: [subscribe(user, event, expires), expectResponse(status)].join('\n'),
    });
    await sipp.done();
    const answer = (await sipp.messages()).find((m) => m.startLine.startsWith(`SIP/2.0 ${status}`));
    if (status === 489) t.equal(answer?.header('Allow-Events'), 'message-summary, dialog');
    if (status === 423) t.equal(answer?.header('Min-Expires'), '60');
  }
  const stranger = await startSipp(t, t.testdir(), {
    host: '127.0.0.2',
    remote: sipAddress(engine),
    scenario: [subscribe('21', 'dialog', 600), expectResponse(401)].join('\n'),
  });
  await stranger.done();
  t.pass('who is not known by address needs a password');
});

t.test(
  'RFC 3842 4.1: a telephone that cannot subscribe is told all the same, where it is set so',
  async (t) => {
    const engine = await startEngine(t);
    const office = new Office();
    const sipp = await startSipp(t, t.testdir(), {
      scenario: [expectRequest('NOTIFY'), respondInDialog('200 OK')].join('\n'),
    });
    const { gateway } = await startGateway(t, engine, [], {
      devices: device(sipp.port, { messageLamp: 'unsolicited' }),
      office,
      onLink: () => true,
    });
    await new Promise<void>((resolve) => {
      const look = setInterval(() => {
        if (!gateway.devices().some(({ state }) => state === 'ready')) gateway.messagesChanged('desk');
        else {
          gateway.messagesChanged('desk');
          clearInterval(look);
          resolve();
        }
      }, 50);
    });
    await sipp.done();
    const [report] = reports(await sipp.messages());
    t.equal(report?.header('Event'), 'message-summary');
    t.match(report?.body, /Messages-Waiting: yes/);
  },
);

t.test('bodies: counts from zero, and names that cannot break the XML', (t) => {
  t.equal(
    messageSummary({ fresh: 0, old: 0 }, 'sip:1@h'),
    'Messages-Waiting: no\r\nMessage-Account: sip:1@h\r\nVoice-Message: 0/0 (0/0)\r\n',
  );
  t.match(dialogInfo('sip:"<&>@h', 7, []), /entity="sip:&#34;&#60;&#38;&#62;@h"/);
  t.end();
});
