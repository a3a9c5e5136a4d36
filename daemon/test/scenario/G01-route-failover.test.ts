import { createSocket } from 'node:dgram';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { CallReport } from '../../../scripts/lib/operator.ts';
import type { CallRecord } from '../../src/records/call-record.ts';
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
import { freeTcpPort, freeUdpPort } from '../peers/process.ts';
import { expectRequest, pause, respond, respondInDialog, type Sipp, startSipp } from '../peers/sipp.ts';

/** A trunk of its own for each trouble, cheaper than beta for the numbers that begin so. */
function addTrunk(
  office: OfficeDocument,
  id: string,
  prefix: string,
  server: string,
  more: object = {},
): void {
  office.trunks.push({ id, name: id, mode: 'static', server, optionsSeconds: 0, ...more });
  office.routes.push({
    id: `${id}-out`,
    name: id,
    prefixes: [prefix],
    via: { kind: 'trunk', trunk: id },
    prices: [{ prefix: '', perMinute: 1 }],
  });
}

async function dial(box: Box, number: string, port = 1): Promise<void> {
  const phone = box.telephone(port);
  phone.lift();
  await phone.waitForTone(425, -20, 3000);
  await phone.dial(number, { onMs: 60, offMs: 60 });
}

const tried = (record: CallRecord): (string | undefined)[] =>
  record.events.filter((event) => event.what === 'tried').map((event) => event.detail?.split(' ')[0]);

t.test('a route fails before anybody is alerted, and the next is taken (5g, G01)', async (t) => {
  const beta = await startOperator(t);
  const busy = await startOperator(t);
  const mute = createSocket('udp4');
  await new Promise<void>((resolve) => mute.bind(0, '127.0.0.1', resolve));
  t.teardown(() => mute.close());
  const ports = {
    refusing: await freeUdpPort(),
    silent: await freeUdpPort(),
    late: await freeUdpPort(),
    closed: await freeUdpPort(),
    closedTcp: await freeTcpPort(),
  };
  const box = await startBox(t, {
    edit: (office) => {
      office.incomingNumbers = [];
      office.trunks = office.trunks.filter((trunk: { id: string }) => trunk.id === 'beta');
      office.routes = office.routes.filter((route: { id: string }) => route.id !== 'alpha-out');
      pointTrunk(office, 'beta', beta);
      office.ports[1].classOfService = 'staff';
      const at = (port: number): string => `127.0.0.1:${port}`;
      addTrunk(office, 'refusing', '7812', at(ports.refusing));
      addTrunk(office, 'silent', '7813', at(ports.silent), { noAnswerMs: 500 });
      addTrunk(office, 'late', '7814', at(ports.late), { noAnswerMs: 500 });
      addTrunk(office, 'closed', '7815', at(ports.closed), { noAnswerMs: 700 });
      addTrunk(office, 'closed-tcp', '7816', at(ports.closedTcp), { transport: 'tcp', noAnswerMs: 3000 });
      addTrunk(office, 'full', '7817', at(busy.port), { maxCalls: 1 });
      addTrunk(office, 'down', '7818', at(mute.address().port), { optionsSeconds: 1 });
    },
  });
  const phone = box.telephone(1);
  const folder = join(box.data, 'sipp');
  mkdirSync(folder);
  const sipp = (port: number, ...steps: string[]): Promise<Sipp> =>
    startSipp(t, folder, { port, scenario: steps.join('\n') });
  /** Beta's call to a number, answered. */
  const atBeta = (number: string): Promise<CallReport> =>
    until(
      `${number} goes out over beta`,
      () => beta.calls().find((call) => call.number === number && call.state === 'answered'),
      5000,
    );
  const hangUp = async (number: string): Promise<CallRecord> => {
    phone.hangup();
    await until(
      'the socket is idle',
      async () => (await box.live()).ports.find((port) => port.number === 1)?.state === 'idle',
      4000,
    );
    return await box.record((record) => record.calledNumber === number && record.state === 'ended');
  };

  for (const [number, status] of [
    ['+78121000001', '503 Service Unavailable'],
    ['+78121000002', '408 Request Timeout'],
  ] as const) {
    await t.test(`the first operator says ${status}`, async (t) => {
      const first = await sipp(
        ports.refusing,
        expectRequest('INVITE'),
        respond(`${status}`),
        expectRequest('ACK'),
      );
      await dial(box, number.replace('+7', '8'));
      const far = await atBeta(number);
      await first.done();
      if (status.startsWith('503')) {
        void phone.speak({ tone: 1000, level: -10 });
        await toneAtOperator(beta, far.id, 1000);
        phone.hush();
        beta.play(far.id, { type: 'tone', frequency: 1400, dbm0: -10 });
        await phone.waitForTone(1400, -12, 4000);
      }
      const record = await hangUp(number);
      t.same(tried(record), ['trunk:refusing', 'trunk:beta'], 'the record has the path');
      t.match(record.legs[1], { sipStatus: Number.parseInt(status, 10) });
      t.match(record, { trunkId: 'beta', price: 3, q850: 16, releasedBy: 'caller' });
    });
  }

  await t.test(
    'the first operator does not answer the INVITE, then answers it late (ruling 15)',
    async (t) => {
      const first = await sipp(
        ports.silent,
        expectRequest('INVITE'),
        pause(1500),
        respond('200 OK', {
          sdp: 'v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 40000 RTP/AVP 8',
        }),
        expectRequest('ACK'),
        expectRequest('BYE'),
        respondInDialog('200 OK'),
      );
      await dial(box, '88131000001');
      await atBeta('+78131000001');
      await first.done();
      t.pass('the late 200 got its ACK and a BYE');
      t.match((await box.live()).calls, [{ state: 'talking', trunk: 'beta' }], 'the call itself goes on');
      const record = await hangUp('+78131000001');
      t.same(tried(record), ['trunk:silent', 'trunk:beta']);
      t.match(record.legs[1], { q850: 102, causeText: /no answer to INVITE/ });
    },
  );

  await t.test('the abandoned INVITE rings late: it is cancelled', async (t) => {
    const first = await sipp(
      ports.late,
      expectRequest(
        'INVITE',
        'rrs="true"',
        '<ereg regexp=".*" search_in="hdr" header="CSeq:" assign_to="cseq"/><ereg regexp=".*" search_in="hdr" header="Via:" assign_to="via"/>',
      ),
      pause(1200),
      respond('180 Ringing'),
      expectRequest('CANCEL'),
      respond('200 OK'),
      respond('487 Request Terminated')
        .replace('[last_CSeq:]', 'CSeq: [$cseq]')
        .replace('[last_Via:]', 'Via: [$via]'),
      expectRequest('ACK'),
    );
    await dial(box, '88141000001');
    await atBeta('+78141000001');
    await first.done();
    t.same(tried(await hangUp('+78141000001')), ['trunk:late', 'trunk:beta']);
  });

  for (const [what, number, trunk] of [
    ['nobody listens there (UDP): its time for a sign of life passes', '+78151000001', 'closed'],
    ['the connection is refused (TCP): at once', '+78161000001', 'closed-tcp'],
  ] as const) {
    await t.test(what, async (t) => {
      await dial(box, number.replace('+7', '8'));
      const before = Date.now();
      await atBeta(number);
      t.ok(Date.now() - before < 2500, 'not after the time for an answer');
      t.same(tried(await hangUp(number)), [`trunk:${trunk}`, 'trunk:beta']);
    });
  }

  await t.test('its only channel is taken', async (t) => {
    await dial(box, '88171000001', 2);
    await operatorCall(busy, 'answered');
    await dial(box, '88171000002');
    await atBeta('+78171000002');
    t.equal(busy.calls().length, 1, 'the full trunk was not asked');
    await hangUp('+78171000002');
    box.telephone(2).hangup();
    await operatorCall(busy, 'ended');
  });

  await t.test('it does not answer OPTIONS: it is known to be down, and not asked', async (t) => {
    const shown = await until(
      'the page shows it',
      async () =>
        (await box.live()).trunks.find((trunk) => trunk.id === 'down' && trunk.state === 'unreachable'),
      12_000,
    );
    t.match(shown, { said: { en: /does not answer/ }, cure: { ru: /\S/ } });
    let invites = 0;
    mute.on('message', (packet) => void (packet.toString().startsWith('INVITE') && invites++));
    await dial(box, '88181000001');
    await atBeta('+78181000001');
    t.equal(invites, 0);
    await hangUp('+78181000001');
  });
});
