import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { start } from '../../src/sipd/engine.ts';
import type { NetworkEvent } from '../../src/sipd/network.ts';
import { SECRET, until } from './kit.ts';

t.test(
  'V05: the sockets of an address that is gone are closed, and bound again when it is back',
  async (t) => {
    const clock = new FakeClock();
    const news: NetworkEvent[] = [];
    let addresses = ['127.0.0.1', '127.0.0.2'];
    const engine = await start(
      {
        listen: [
          { transport: 'udp', host: '127.0.0.1', port: 0 },
          { transport: 'udp', host: '127.0.0.2', port: 0 },
          { transport: 'tcp', host: '127.0.0.2', port: 0 },
        ],
        control: { host: '127.0.0.1', port: 0, secret: SECRET },
      },
      {
        clock,
        interfaces: () => addresses.map((host) => ({ host, prefix: 8 })),
        onNetwork: (event) => news.push(event),
      },
    );
    t.teardown(() => engine.close());
    const before = engine.sip;
    const look = async (): Promise<NetworkEvent> => {
      const heard = news.length;
      clock.advance(2000);
      await until(() => news.length > heard, 2000, 'news');
      return news.at(-1)!;
    };
    clock.advance(60_000);
    t.same(news, [], 'nothing has changed, nothing is told');
    addresses = ['127.0.0.1'];
    t.match(await look(), {
      kind: 'addresses',
      came: [],
      gone: ['127.0.0.2'],
      bound: [{ protocol: 'udp', host: '127.0.0.1', port: before[0]!.port }],
    });
    t.equal(engine.sip.length, 1, 'the two sockets of the address are gone');
    addresses = ['127.0.0.1', '127.0.0.2', '192.0.2.9'];
    const back = await look();
    t.match(back, { kind: 'addresses', came: ['127.0.0.2', '192.0.2.9'], gone: [] });
    t.same(
      new Set(engine.sip.map((a) => `${a.transport}/${a.host}:${a.port}`)),
      new Set(before.map((a) => `${a.transport}/${a.host}:${a.port}`)),
      'as they were, ports included',
    );
  },
);
