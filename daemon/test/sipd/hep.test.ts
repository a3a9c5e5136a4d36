import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import t from 'tap';
import { hepPacket } from '../../src/sipd/trace/hep.ts';
import { at, startEngine, until } from './kit.ts';
import { udpPeer } from './peer.ts';

/** Chunks of a packet by type. */
function chunks(packet: Buffer): Map<number, Buffer> {
  const out = new Map<number, Buffer>();
  for (let i = 6; i < packet.length; i += packet.readUInt16BE(i + 4))
    out.set(packet.readUInt16BE(i + 2), packet.subarray(i + 6, i + packet.readUInt16BE(i + 4)));
  return out;
}

t.test('HEPv3: chunks of an IPv4 and of an IPv6 message', async (t) => {
  const from = { host: '192.0.2.1', port: 5060 };
  const to = { host: '198.51.100.7', port: 5070 };
  const message = { at: 1_768_467_600_000.25, proto: 'udp', from, to, text: 'caf\xe9' };
  const packet = hepPacket(message, 7)!;
  t.equal(packet.toString('latin1', 0, 4), 'HEP3');
  t.equal(packet.readUInt16BE(4), packet.length);
  t.same(
    [...chunks(packet)].map(([type, value]) => [type, value.toString('hex')]),
    [
      [1, '02'],
      [2, '11'],
      [3, 'c0000201'],
      [4, 'c6336407'],
      [7, '13c4'],
      [8, '13ce'],
      [9, '6968ac90'],
      [10, '000000fa'],
      [11, '01'],
      [12, '00000007'],
      [15, '636166e9'],
    ],
  );
  const v6 = chunks(
    hepPacket(
      { ...message, proto: 'tls', from: { host: '2001:db8::1', port: 1 }, to: { host: '::1', port: 2 } },
      7,
    )!,
  );
  t.same([v6.get(1)![0], v6.get(2)![0]], [10, 6]);
  t.equal(v6.get(5)!.toString('hex'), '20010db8000000000000000000000001');
  t.equal(v6.get(6)!.length, 16);
  t.equal(hepPacket({ ...message, to: { host: '::1', port: 2 } }, 7), undefined);
});

t.test(
  'the engine tells a collector of what comes and goes, without secrets, as long as it is told to',
  async (t) => {
    const engine = await startEngine();
    t.teardown(() => engine.close());
    const collector = createSocket('udp4').bind(0, '127.0.0.1');
    await once(collector, 'listening');
    t.teardown(() => collector.close());
    const got: Map<number, Buffer>[] = [];
    collector.on('message', (packet) => got.push(chunks(packet)));
    const peer = await udpPeer(t);
    const ask = async (callId: string): Promise<void> => {
      const extra = 'Authorization: Digest username="u", realm="r", nonce="n0nce", response="5ecre7"\r\n';
      peer.request(at(engine), 'OPTIONS', { callId, extra, uri: 'sip:77135790@box' });
      await peer.next((m) => m.status > 0 && m.headers['call-id'] === callId);
    };
    await ask('before');
    const { port } = collector.address();
    engine.capture({ host: '127.0.0.1', port, agentId: 5, accessNumbers: ['77'] });
    // The collector's address is looked up meanwhile; what passes until then is not told.
    let n = 0;
    await until(
      () => {
        if (got.length === 0) void ask(`during-${n++}`);
        return got.length >= 2;
      },
      3000,
      'copies',
    );
    const texts = got.map((c) => c.get(15)!.toString('latin1'));
    t.ok(texts.some((text) => text.startsWith('OPTIONS sip:77***@box SIP/2.0')));
    t.ok(texts.some((text) => text.startsWith('SIP/2.0 ')));
    t.notMatch(texts.join(), /5ecre7|n0nce|135790|before/);
    t.ok(got.every((c) => c.get(12)!.readUInt32BE() === 5));
    engine.capture(undefined);
    await ask('last');
    got.length = 0;
    await ask('after');
    await ask('well after');
    t.same(got, [], 'and nothing once nobody is to have it');
  },
);
