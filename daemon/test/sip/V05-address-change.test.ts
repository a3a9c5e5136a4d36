import t from 'tap';
import { Emitter } from '../../src/base/emitter.ts';
import type { NetworkEvent } from '../../src/sip/network.ts';
import { Sight } from '../../src/sip/sight.ts';
import type { SrfResponse } from '../../src/sip/srf-types.ts';
import { udpPeer } from '../sipd/peer.ts';
import { next, ready, startEngine, startGateway, trunkConfig } from './kit.ts';

const answer = (via: string, source = '192.0.2.1') =>
  ({ source_address: source, get: (name: string) => (name === 'Via' ? via : undefined) }) as SrfResponse;

t.test(
  'RFC 3581 4: a server that sees us elsewhere than before is noticed, for each server by itself',
  async (t) => {
    const sight = new Sight();
    const [a, b] = [
      { address: '192.0.2.1', port: 5060 },
      { address: '192.0.2.2', port: 5060 },
    ];
    const udp = (host: string, port: number): SrfResponse =>
      answer(`SIP/2.0/UDP 192.168.1.2:5060;branch=z9hG4bKx;rport=${port};received=${host}`);
    t.equal(sight.note(a!, udp('198.51.100.7', 61000)), undefined, 'the first sight is no change');
    t.equal(sight.note(b!, udp('198.51.100.7', 61001)), undefined, 'another server, another port of the NAT');
    t.equal(sight.note(a!, udp('198.51.100.7', 61000)), undefined);
    t.same(sight.note(a!, udp('198.51.100.7', 61002)), { host: '198.51.100.7', port: 61002 }, 'another port');
    t.same(
      sight.note(a!, udp('198.51.100.9', 61002)),
      { host: '198.51.100.9', port: 61002 },
      'another address',
    );
    const tcp = (host: string, port: number): SrfResponse =>
      answer(
        `SIP/2.0/TCP 192.168.1.2:5060;rport=${port};branch=z9hG4bKx;received="${host}"`.replaceAll('"', ''),
      );
    const c = { address: '192.0.2.3', port: 5060 };
    sight.note(c, tcp('198.51.100.7', 1));
    t.equal(sight.note(c, tcp('198.51.100.7', 2)), undefined, 'each connection has a port of its own');
    t.ok(sight.note(c, tcp('198.51.100.8', 2)));
    t.equal(sight.note(a!, answer('SIP/2.0/UDP 192.168.1.2:5060;branch=z9hG4bKx;rport', '')), undefined);
    const v6 = { address: '2001:db8::1', port: 5060 };
    sight.note(v6, answer('SIP/2.0/UDP [2001:db8::9]:5060;rport=5060;received=2001:db8::9'));
    t.same(sight.note(v6, answer('SIP/2.0/UDP [2001:db8::9]:5060;rport=5060;received=[2001:db8::a]')), {
      host: '2001:db8::a',
      port: 5060,
    });
  },
);

t.test('V05: a new address of the router, seen in an answer to OPTIONS, is registered at once', async (t) => {
  const registrar = await udpPeer(t);
  const engine = await startEngine(t);
  const trunk = trunkConfig({
    server: registrar.address,
    mode: 'register',
    user: 'office',
    optionsSeconds: 30,
  });
  const { gateway } = await startGateway(t, engine, [trunk]);
  const see = (via: string, port: number): string =>
    via.replace('rport', `rport=${port};received=198.51.100.7`);
  const first = await registrar.expect('REGISTER');
  first.headers.via = see(first.headers.via!, 61000);
  registrar.reply(first, 200, { extra: 'Expires: 600\r\n' });
  const options = await registrar.expect('OPTIONS');
  const changed = next(gateway, 'addressChanged');
  options.headers.via = see(options.headers.via!, 61234);
  registrar.reply(options, 200);
  t.same((await changed)[0], {
    cause: 'nat',
    came: [],
    gone: [],
    trunkId: 'acme',
    seenAt: { host: '198.51.100.7', port: 61234 },
  });
  const again = await registrar.expect('REGISTER');
  t.equal(again.headers['call-id'], first.headers['call-id']);
  again.headers.via = see(again.headers.via!, 61234);
  registrar.reply(again, 200, { extra: 'Expires: 600\r\n' });
  await ready(gateway, 'registered');
});

t.test(
  'V05: an address that went or came, and a dead connection, have the trunk register anew',
  async (t) => {
    const registrar = await udpPeer(t);
    const engine = await startEngine(t);
    const network = new Emitter<{ network: [event: NetworkEvent] }>();
    const trunk = trunkConfig({ server: registrar.address, mode: 'register', user: 'office' });
    const { gateway } = await startGateway(t, engine, [trunk], { network });
    const registered = async (): Promise<void> => {
      registrar.reply(await registrar.expect('REGISTER'), 200, { extra: 'Expires: 600\r\n' });
      await ready(gateway, 'registered');
    };
    await registered();
    const told = next(gateway, 'addressChanged');
    const bound = engine.sip.map((a) => ({ protocol: a.transport, host: a.host, port: a.port }));
    network.emit('network', { kind: 'addresses', came: ['127.0.0.1'], gone: [], bound });
    t.same((await told)[0], { cause: 'interfaces', came: ['127.0.0.1'], gone: [] });
    await registered();
    network.emit('network', { kind: 'addresses', came: ['192.0.2.77'], gone: [], bound });
    network.emit('network', {
      kind: 'flow-failed',
      protocol: 'udp',
      host: '192.0.2.1',
      port: registrar.port,
      reason: 'no answer',
    });
    const flow = next(gateway, 'addressChanged');
    network.emit('network', {
      kind: 'flow-failed',
      protocol: 'udp',
      host: '127.0.0.1',
      port: registrar.port,
      reason: 'no answer',
    });
    t.same((await flow)[0], { cause: 'flow', came: [], gone: [], trunkId: 'acme' });
    await registered();
    t.equal(registrar.count('REGISTER'), 3, 'foreign addresses and flows concern nobody');
  },
);
