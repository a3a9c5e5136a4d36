/** RFC 5626 with somebody else's registrar and edge proxies: Kamailio, its outbound module among them. */
import t from 'tap';
import { startOutboundOperator } from '../peers/kamailio-outbound.ts';
import {
  makeLeg,
  next,
  quickTimes,
  ready,
  resolverOf,
  sipAddress,
  startEngine,
  startGateway,
  trunkConfig,
  until,
} from './kit.ts';

const normal = { q850: 16, text: '', by: 'local' as const };
const number = '+74951110000';

for (const [outbound, transport] of [
  ['auto', 'udp'],
  ['on', 'udp'],
  ['auto', 'tcp'],
] as const)
  t.test(
    `outbound ${outbound}, ${transport}: two edges, calls both ways over flows, and one edge dies`,
    async (t) => {
      const [engine, farEngine] = await Promise.all([startEngine(t), startEngine(t)]);
      const operator = await startOutboundOperator(t, ['127.0.0.61', '127.0.0.62'], sipAddress(farEngine));
      const { registrar, edges } = operator;
      const resolver = resolverOf({
        services: async () =>
          edges.map(({ port }, i) => ({ name: `edge${i}.example`, port, priority: i, weight: 0 })),
        addresses: async (name) =>
          edges.flatMap(({ host }, i) => (name === `edge${i}.example` ? [host] : [])),
      });
      const account = {
        mode: 'register' as const,
        user: number,
        server: 'operator.example',
        registerSeconds: 60,
      };
      const office = await startGateway(
        t,
        engine,
        // Nobody is there: calls to us find us by the flow alone.
        [
          trunkConfig({
            ...account,
            outbound,
            transport,
            publicAddress: '192.0.2.99',
            noAnswerMs: 3000,
          }),
        ],
        {
          resolver,
          times: {
            ...quickTimes,
            registration: (seconds) => ({
              ...quickTimes.registration(seconds),
              flow: { allFailedMs: 50, othersUpMs: 100, maxMs: 300 },
            }),
          },
        },
      );
      const far = await startGateway(t, farEngine, [
        trunkConfig({ server: `${registrar.host}:${registrar.port}`, noAnswerMs: 6000 }),
      ]);
      await ready(office.gateway, 'registered');
      const flows = (): string =>
        (office.gateway.trunks()[0]?.flows ?? [])
          .map(({ regId, live }) => `${regId}${live ? '+' : '-'}`)
          .join();
      await until(() => flows() === '1+,2+');
      t.equal(engine.stats().keptAlive, 2, 'Flow-Timer of the edges: by STUN, by CRLF');

      /** A call from the operator, ended by us; returns how often it came. */
      const incoming = async (): Promise<void> => {
        const arrived = next(office.gateway, 'incoming');
        const calling = await makeLeg(far.gateway, { number });
        const answered = next(calling, 'answered');
        calling.start();
        const [leg] = await arrived;
        await leg.answer();
        await answered;
        const over = next(calling, 'released');
        leg.release(normal);
        t.match((await over)[0], { q850: 16, by: 'remote' });
      };
      const outgoing = async (): Promise<void> => {
        const arrived = next(far.gateway, 'incoming');
        const calling = await makeLeg(office.gateway);
        const connected = next(calling, 'answered');
        calling.start();
        const [called] = await arrived;
        await called.answer();
        await connected;
        // From the far end, against the Contact that leads nowhere.
        const over = next(calling, 'released');
        called.release(normal);
        t.match((await over)[0], { q850: 16, by: 'remote' });
      };
      await incoming();
      await outgoing();
      const invites = (): number =>
        engine.trace('INVITE sip:').filter((e) => e.direction === 'in' && e.text.startsWith('INVITE '))
          .length;
      t.equal(invites(), 1, 'one call is one INVITE, however many flows there are');

      await edges[0]!.peer.stop();
      await outgoing();
      await incoming();
      t.equal(office.gateway.trunks()[0]?.state, 'registered');
    },
  );
