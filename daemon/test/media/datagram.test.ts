import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import t, { type Test } from 'tap';
import { FakeClock, systemClock } from '../../src/base/clock.ts';
import {
  type DatagramHandler,
  type DatagramSocket,
  nodeSockets,
  type SocketFactory,
} from '../../src/media/session/datagram.ts';
import { linuxUdp } from '../../src/media/session/linux-udp.ts';
import { polledSockets } from '../../src/media/session/polled-sockets.ts';
import { addressOf, portOf, socketAddress } from '../../src/media/session/socket-address.ts';

const here = '127.0.0.1';
const polled = polledSockets(systemClock());
if (polled) t.teardown(() => polled.close());
const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
);

/** What a socket heard, and a wait for more of it. */
class Ear {
  readonly heard: string[] = [];
  #wake: () => void = () => {};
  readonly handler: DatagramHandler = (data, address, port) => {
    this.heard.push(`${data.toString('latin1')} ${address} ${port}`);
    this.#wake();
  };

  /** Resolves when `count` datagrams have come in all. */
  async until(count: number): Promise<string[]> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`heard ${this.heard.length} of ${count}`)), 5000);
      this.#wake = () => {
        if (this.heard.length < count) return;
        clearTimeout(timer);
        resolve();
      };
      this.#wake();
    });
    return this.heard;
  }
}

async function foreign(t: Test, address = here): Promise<Socket> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  socket.bind(0, address);
  await once(socket, 'listening');
  t.teardown(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  return socket;
}

/** A socket on a port that is named, as the pool's are: Linux lets go of one it chose itself when the socket is parted. */
async function open(t: Test, factory: SocketFactory, ear: Ear, address = here): Promise<DatagramSocket> {
  const trial = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  trial.bind(0, address);
  await once(trial, 'listening');
  const { port } = trial.address();
  await new Promise<void>((resolve) => trial.close(() => resolve()));
  const socket = factory(address, ear.handler);
  await socket.bind(port, address);
  t.teardown(() => socket.close());
  return socket;
}

const kinds: readonly [string, SocketFactory | undefined][] = [
  ['node:dgram', nodeSockets],
  ['batches', polled?.sockets],
];

for (const [name, factory] of kinds) {
  const skip = factory ? false : 'no batches on this system';
  t.test(name, { skip }, async (t) => {
    if (!factory) return;

    t.test('says where datagrams come from, in their order', async (t) => {
      const ear = new Ear();
      const socket = await open(t, factory, ear);
      const peer = await foreign(t);
      for (let i = 0; i < 100; i++) peer.send(`packet ${i}`, socket.port, here);
      const expected = Array.from({ length: 100 }, (_, i) => `packet ${i} ${here} ${peer.address().port}`);
      t.same(await ear.until(100), expected);
    });

    t.test('connected, it hears its peer alone; parted from it, everybody', async (t) => {
      const ear = new Ear();
      const socket = await open(t, factory, ear);
      const [peer, other] = [await foreign(t), await foreign(t)];
      socket.connect(peer.address().port, here);
      t.ok(socket.connected);
      other.send('not heard', socket.port, here);
      peer.send('heard', socket.port, here);
      t.same(await ear.until(1), [`heard ${here} ${peer.address().port}`]);
      socket.send(Buffer.from('to the peer'), 1, '192.0.2.1');
      const [data] = (await once(peer, 'message')) as [Buffer];
      t.equal(`${data}`, 'to the peer', 'it goes to the peer whatever address is named');
      const { port } = socket;
      socket.disconnect();
      t.notOk(socket.connected);
      t.equal(socket.port, port);
      other.send('heard now', socket.port, here);
      t.same((await ear.until(2))[1], `heard now ${here} ${other.address().port}`);
      socket.connect(other.address().port, here);
      socket.send(Buffer.from('to the other'), 0, '');
      t.equal(`${((await once(other, 'message')) as [Buffer])[0]}`, 'to the other');
    });

    t.test('what waited before it was connected keeps the name of its sender', async (t) => {
      const names: string[] = [];
      const ear = new Ear();
      const peer = await foreign(t);
      const other = await foreign(t);
      const socket: DatagramSocket = factory(here, (data, address, port) => {
        names.push(`${data} ${port === other.address().port ? 'other' : 'peer'}`);
        // As a session does with the packet that settles its source.
        if (!socket.connected) socket.connect(peer.address().port, here);
        ear.handler(data, address, port);
      });
      await socket.bind(0, here);
      t.teardown(() => socket.close());
      peer.send('1', socket.port, here);
      other.send('2', socket.port, here);
      peer.send('3', socket.port, here);
      await ear.until(2);
      await ear.until(names.includes('2 other') ? 3 : 2);
      t.ok(names.includes('1 peer') && names.includes('3 peer'));
      t.notOk(names.includes('2 peer'));
    });

    t.test('a peer that is not there yet takes nothing away from the next packet', async (t) => {
      const ear = new Ear();
      const socket = await open(t, factory, ear);
      const gone = createSocket('udp4');
      gone.bind(0, here);
      await once(gone, 'listening');
      const { port } = gone.address();
      socket.connect(port, here);
      await new Promise<void>((resolve) => gone.close(() => resolve()));
      socket.send(Buffer.from('refused'), port, here);
      const peer = createSocket('udp4');
      t.teardown(() => peer.close());
      peer.bind(port, here);
      await once(peer, 'listening');
      const arrived = once(peer, 'message');
      // Node gives the first one back as an error, of which nobody is told; the second is sent by both.
      socket.send(Buffer.from('again'), port, here);
      socket.send(Buffer.from('again'), port, here);
      t.equal(`${((await arrived) as [Buffer])[0]}`, 'again');
      peer.send('answer', socket.port, here);
      t.same(await ear.until(1), [`answer ${here} ${port}`]);
    });

    t.test('says why it cannot be bound', async (t) => {
      const ear = new Ear();
      const socket = await open(t, factory, ear);
      const second = factory(here, ear.handler);
      await t.rejects(second.bind(socket.port, here), { code: 'EADDRINUSE' });
      second.close();
      const third = factory('192.0.2.1', ear.handler);
      await t.rejects(third.bind(0, '192.0.2.1'), { code: 'EADDRNOTAVAIL' });
      third.close();
    });

    t.test('closed, it takes every call and does nothing', async (t) => {
      const ear = new Ear();
      const socket = await open(t, factory, ear);
      const { port } = socket;
      socket.close();
      socket.close();
      socket.send(Buffer.from('x'), port, here);
      socket.connect(port, here);
      socket.disconnect();
      t.notOk(socket.connected);
      const next = factory(here, ear.handler);
      await next.bind(port, here);
      t.equal(next.port, port, 'the port is free at once');
      next.close();
    });

    t.test('IPv6', { skip: hasIpv6 ? false : 'there is no ::1 here' }, async (t) => {
      const ear = new Ear();
      const socket = await open(t, factory, ear, '::1');
      const peer = await foreign(t, '::1');
      peer.send('hello', socket.port, '::1');
      t.same(await ear.until(1), [`hello ::1 ${peer.address().port}`]);
      socket.send(Buffer.from('not connected'), peer.address().port, '::1');
      t.equal(`${((await once(peer, 'message')) as [Buffer])[0]}`, 'not connected');
      socket.connect(peer.address().port, '::1');
      t.ok(socket.connected);
      socket.send(Buffer.from('connected'), 0, '');
      t.equal(`${((await once(peer, 'message')) as [Buffer])[0]}`, 'connected');
    });
  });
}

t.test('batches', { skip: polled ? false : 'no batches on this system' }, async (t) => {
  t.test('are taken at the look, and each 10 ms by themselves', async (t) => {
    const clock = new FakeClock();
    const own = polledSockets(clock)!;
    t.teardown(() => own.close());
    const ears = [new Ear(), new Ear()];
    const [a, b] = await Promise.all(ears.map((ear) => open(t, own.sockets, ear)));
    const to = (socket: DatagramSocket, text: string): void => b!.send(Buffer.from(text), socket.port, here);
    for (let i = 0; i < 20; i++) to(a!, `${i}`);
    t.same(ears[0]!.heard, [], 'nothing comes by itself');
    own.poll();
    t.equal(ears[0]!.heard.length, 20, 'more than one call gives');
    to(a!, 'x');
    clock.advance(9);
    t.equal(ears[0]!.heard.length, 20);
    clock.advance(11);
    t.equal(ears[0]!.heard.length, 21, 'by the timer');
    clock.advance(2000);
    b!.send(Buffer.from('y'), a!.port, here);
    clock.advance(10);
    t.equal(ears[0]!.heard.length, 22, 'after a quiet time, too, once anything is sent');
    clock.advance(2000);
    const foreigner = await foreign(t);
    await new Promise<void>((resolve) => foreigner.send('z', a!.port, here, () => resolve()));
    clock.advance(50);
    t.equal(ears[0]!.heard.length, 23, 'and within 50 ms where sockets only wait');
    a!.close();
    b!.close();
    t.equal(clock.pending, 0, 'and no timer without sockets');
  });

  t.test('a flood at one socket does not hold the thread, nor the others back', async (t) => {
    const clock = new FakeClock();
    const own = polledSockets(clock)!;
    t.teardown(() => own.close());
    const [flooded, quiet, sender] = [new Ear(), new Ear(), new Ear()];
    const a = await open(t, own.sockets, flooded);
    const b = await open(t, own.sockets, quiet);
    const c = await open(t, own.sockets, sender);
    for (let i = 0; i < 100; i++) c.send(Buffer.from(`${i}`), a.port, here);
    c.send(Buffer.from('me too'), b.port, here);
    own.poll();
    t.equal(flooded.heard.length, 32);
    t.equal(quiet.heard.length, 1);
    for (let i = 0; i < 3; i++) own.poll();
    t.equal(flooded.heard.length, 100, 'the rest at the next looks');
  });

  t.test('a handler may close any socket and send from any', async (t) => {
    const clock = new FakeClock();
    const own = polledSockets(clock)!;
    t.teardown(() => own.close());
    let heard = 0;
    const sender = await open(t, own.sockets, new Ear());
    const a: DatagramSocket = own.sockets(here, () => {
      heard++;
      own.poll();
      a.close();
      b.close();
    });
    const b: DatagramSocket = own.sockets(here, () => {
      heard++;
      a.close();
      b.close();
    });
    await a.bind(0, here);
    await b.bind(0, here);
    for (const { port } of [a, b, a, b]) sender.send(Buffer.from('x'), port, here);
    own.poll();
    own.poll();
    t.equal(heard, 1);
  });

  t.test('what is longer than any RTP is dropped', async (t) => {
    const clock = new FakeClock();
    const own = polledSockets(clock)!;
    t.teardown(() => own.close());
    const ear = new Ear();
    const socket = await open(t, own.sockets, ear);
    const sender = await open(t, own.sockets, new Ear());
    sender.send(Buffer.alloc(3000), socket.port, here);
    sender.send(Buffer.alloc(2048, 'a'), socket.port, here);
    sender.send(Buffer.alloc(0), socket.port, here);
    own.poll();
    t.same(
      ear.heard.map((text) => text.length - ` ${here} ${sender.port}`.length),
      [2048, 0],
    );
  });

  t.test('are not offered where a call is missing or lies', async (t) => {
    const real = linuxUdp();
    const none = (): never => {
      throw new Error('no such function');
    };
    t.equal(polledSockets(new FakeClock(), none), undefined);
    t.equal(
      polledSockets(new FakeClock(), () => ({ ...real, epoll_create1: () => -1 })),
      undefined,
    );
    t.equal(
      polledSockets(new FakeClock(), () => ({ ...real, recvmmsg: () => -1 })),
      undefined,
    );
    t.equal(
      polledSockets(new FakeClock(), () => ({ ...real, socket: () => -1 })),
      undefined,
    );
  });
});

t.test('addresses are written as Node writes them', async (t) => {
  const forms: readonly [string, string][] = [
    ['192.0.2.10', '192.0.2.10'],
    ['::', '::'],
    ['::1', '::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:0db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['fe80::1:0:0:a', 'fe80::1:0:0:a'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['2001:DB8::', '2001:db8::'],
  ];
  for (const [written, read] of forms) {
    const bytes = socketAddress(written, 5004)!;
    t.equal(addressOf(bytes, 0), read);
    t.equal(portOf(bytes, 0), 5004);
  }
  t.equal(socketAddress('fe80::1%eth0', 1), undefined);
  t.equal(socketAddress('example.org', 1), undefined);
  t.equal(addressOf(Buffer.alloc(28), 0), '');
});
