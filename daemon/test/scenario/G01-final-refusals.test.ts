import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { pointTrunk, startBox, startOperator, until } from '../kit/box.ts';
import { freeUdpPort } from '../peers/process.ts';
import { expectRequest, pause, respond, startSipp } from '../peers/sipp.ts';

/** What the first operator does, what the record says of it, and what the caller hears: tone on, ms. */
const cases = [
  {
    what: '486: the called party is busy',
    steps: [respond('486 Busy Here', { headers: 'Reason: Q.850;cause=17' })],
    record: { q850: 17, releasedBy: 'called', ringMs: undefined },
  },
  {
    what: '603: the called party declines',
    steps: [respond('603 Decline')],
    record: { q850: 21, releasedBy: 'called' },
  },
  {
    what: '503 after ringing: the called party was rung, and is not rung twice',
    steps: [respond('180 Ringing'), pause(300), respond('503 Service Unavailable')],
    record: { releasedBy: 'called', legs: [{}, { sipStatus: 503 }] },
  },
  {
    what: '503 after early media',
    steps: [
      respond('183 Session Progress', {
        sdp: 'v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 40000 RTP/AVP 8',
      }),
      pause(300),
      respond('503 Service Unavailable'),
    ],
    record: { legs: [{}, { sipStatus: 503 }] },
  },
  {
    what: '480 after ringing: nobody answers',
    steps: [respond('180 Ringing'), pause(300), respond('480 Temporarily Unavailable')],
    record: { legs: [{}, { sipStatus: 480 }] },
  },
];

t.test(
  '486 and 603, and whatever comes after ringing, are final: nobody is rung twice (5g, C08)',
  async (t) => {
    const beta = await startOperator(t);
    const port = await freeUdpPort();
    const box = await startBox(t, {
      edit: (office) => {
        pointTrunk(office, 'alpha', { host: '127.0.0.1', port });
        pointTrunk(office, 'beta', beta);
      },
    });
    const folder = join(box.data, 'sipp');
    mkdirSync(folder);
    const phone = box.telephone(1);
    for (const [i, { what, steps, record }] of cases.entries()) {
      await t.test(what, async (t) => {
        const first = await startSipp(t, folder, {
          port,
          scenario: [expectRequest('INVITE'), ...steps, expectRequest('ACK')].join('\n'),
        });
        phone.lift();
        await phone.waitForTone(425, -20, 3000);
        const number = `8812100000${i}`;
        await phone.dial(number, { onMs: 60, offMs: 60 });
        await first.done();
        const ended = await box.record((r) => r.dialed === number && r.state === 'ended');
        t.match(ended, { ...record, trunkId: undefined, answeredAt: undefined, price: undefined });
        t.equal(ended.legs.length, 2, 'no other leg was tried');
        // Busy or congestion, both of 425 Hz in Russia: the caller is told at once.
        await phone.waitForTone(425, -20, 3000);
        phone.hangup();
        await until(
          'the socket is idle',
          async () => (await box.live()).ports.find((p) => p.number === 1)?.state === 'idle',
          4000,
        );
      });
    }
    t.same(beta.calls(), [], 'the second operator saw nothing');
    t.match((await box.live()).trunks[0], { id: 'alpha', state: 'ready' }, 'and the first is in order');
  },
);
