import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { TrunkLive } from '../../src/api/contract.ts';
import {
  type Box,
  operatorCall,
  pointTrunk,
  startBox,
  startOperator,
  toneAtOperator,
  until,
} from '../kit/box.ts';
import { FakeDns } from '../peers/dns.ts';
import { startOutboundOperator } from '../peers/kamailio-outbound.ts';

const number = '+74951110000';

const alpha = async (box: Box): Promise<TrunkLive> =>
  (await box.live()).trunks.find((trunk) => trunk.id === 'alpha')!;

t.test(
  'an operator with outbound: calls both ways over its edges, and over the other when one dies',
  async (t) => {
    const far = await startOperator(t, { usual: { status: 200, ringMs: 50 } });
    const { registrar, edges } = await startOutboundOperator(
      t,
      ['127.0.0.63', '127.0.0.64'],
      `${far.host}:${far.port}`,
    );
    const dns = await FakeDns.start(
      t,
      edges.flatMap(({ host, port }, i) => [
        { name: '_sip._udp.op.test', type: 'SRV' as const, data: `${i} 0 ${port} edge${i}.op.test` },
        { name: `edge${i}.op.test`, type: 'A' as const, data: host },
      ]),
    );
    const box = await startBox(t, {
      dns: dns.address,
      sipT1: 20,
      edit: (office) => {
        const account = { server: 'op.test', mode: 'register', user: number, publicAddress: '192.0.2.99' };
        // At the public address is nobody: calls come by the flow, or not at all.
        pointTrunk(office, 'alpha', { host: 'op.test', port: 0 }, { ...account, noAnswerMs: 3000 });
      },
    });
    const ways = async (): Promise<string> =>
      ((await alpha(box)).targets ?? []).map(({ registered }) => (registered ? '+' : '-')).join('');
    await until('registered over both edges', async () => (await ways()) === '++' || undefined, 8000);
    t.equal((await alpha(box)).state, 'registered');
    const instance = readFileSync(join(box.data, 'sip-instance'), 'utf8').trim();
    t.match(instance, /^urn:uuid:[0-9a-f-]{36}$/);

    const phone = box.telephone(1);
    const outgoing = async (calls: number): Promise<void> => {
      await box.dial(1, '88121234567');
      await until('answered', () => phone.reversed || undefined, 8000);
      t.equal(far.calls().length, calls);
      const { id } = far.calls().at(-1)!;
      void phone.speak({ tone: 1000, level: -10 });
      await toneAtOperator(far, id, 1000);
      phone.hush();
      // From their end, against a Contact that leads nowhere but by its flow.
      await far.hangUp(id);
      await until('the battery is back', () => !phone.reversed || undefined, 4000);
      phone.hangup();
      await box.portsIdle();
    };
    await outgoing(1);

    const ringing = phone.next('ringing', 8000);
    await far.call({ to: `${registrar.host}:${registrar.port}`, number });
    await ringing;
    phone.lift();
    await operatorCall(far, 'answered');
    phone.hangup();
    const record = await box.record(({ direction, state }) => direction === 'incoming' && state !== 'active');
    t.match(record, { trunkId: 'alpha', answerSource: 'off-hook', releasedBy: 'called' });
    await box.portsIdle();

    await edges[0]!.peer.stop();
    await outgoing(far.calls().length + 1);
    t.equal((await alpha(box)).state, 'registered');
  },
);
