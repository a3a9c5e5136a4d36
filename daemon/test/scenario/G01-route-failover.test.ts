import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { toneAtOperator } from '../kit/box.ts';
import { FailoverOffice, tried } from '../kit/failover.ts';
import { freeUdpPort } from '../peers/process.ts';
import { expectRequest, pause, respond, respondInDialog, type Sipp, startSipp } from '../peers/sipp.ts';

t.test('a route fails before anybody is alerted, and the next is taken (5g, G01)', async (t) => {
  const ports = { refusing: await freeUdpPort(), silent: await freeUdpPort(), late: await freeUdpPort() };
  const at = (port: number): string => `127.0.0.1:${port}`;
  const office = await FailoverOffice.start(t, [
    { id: 'refusing', prefix: '7812', server: at(ports.refusing) },
    { id: 'silent', prefix: '7813', server: at(ports.silent), more: { noAnswerMs: 500 } },
    { id: 'late', prefix: '7814', server: at(ports.late), more: { noAnswerMs: 500 } },
  ]);
  const { beta } = office;
  const phone = office.box.telephone(1);
  const folder = join(office.box.data, 'sipp');
  mkdirSync(folder);
  const sipp = (port: number, ...steps: string[]): Promise<Sipp> =>
    startSipp(t, folder, { port, scenario: steps.join('\n'), timeoutSeconds: 30 });

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
      await office.dial(number);
      const far = await office.atBeta(number);
      await first.done();
      if (status.startsWith('503')) {
        void phone.speak({ tone: 1000, level: -10 });
        await toneAtOperator(beta, far.id, 1000);
        phone.hush();
        beta.play(far.id, { type: 'tone', frequency: 1400, dbm0: -10 });
        await phone.waitForTone(1400, -12, 4000);
      }
      const record = await office.hangUp(number);
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
      await office.dial('88131000001');
      await office.atBeta('+78131000001');
      await first.done();
      t.pass('the late 200 got its ACK and a BYE');
      t.match(
        (await office.box.live()).calls,
        [{ state: 'talking', trunk: 'beta' }],
        'the call itself goes on',
      );
      const record = await office.hangUp('+78131000001');
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
    await office.dial('88141000001');
    await office.atBeta('+78141000001');
    await first.done();
    t.same(tried(await office.hangUp('+78141000001')), ['trunk:late', 'trunk:beta']);
  });
});
