import { createSocket } from 'node:dgram';
import type { Socket } from 'node:net';
import { createServer } from 'node:tls';

/** Where a message came from or goes to. */
export interface Place {
  host: string;
  port: number;
}

/** Key and certificate of an operator that speaks TLS, PEM. */
export interface TlsFiles {
  key: string;
  cert: string;
}

/** What carries messages. */
export interface Wire extends Place {
  /** As Via and Contact name it. */
  readonly protocol: 'UDP' | 'TLS';
  onMessage: (text: string, from: Place) => void;
  send(text: string, to: Place): void;
  close(): Promise<void>;
}

/** @throws the system's error if the address cannot be bound */
export function openWire(host: string, port: number, tls?: TlsFiles): Promise<Wire> {
  return tls ? openTls(host, port, tls) : openUdp(host, port);
}

function openUdp(host: string, port: number): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', reject);
    socket.bind(port, host, () => {
      const { address, port: bound } = socket.address();
      const wire: Wire = {
        protocol: 'UDP',
        host: address,
        port: bound,
        onMessage: () => {},
        send: (text, to) => socket.send(text, to.port, to.host, () => {}),
        close: () => new Promise((done) => socket.close(() => done())),
      };
      socket.on('message', (packet, from) =>
        wire.onMessage(packet.toString('utf8'), { host: from.address, port: from.port }),
      );
      socket.on('error', () => {});
      resolve(wire);
    });
  });
}

/** Speaks over the connections that others open; none is opened from here. */
function openTls(host: string, port: number, tls: TlsFiles): Promise<Wire> {
  const sockets = new Map<string, Socket>();
  return new Promise((resolve, reject) => {
    const server = createServer({ ...tls, minVersion: 'TLSv1.2' });
    server.once('error', reject);
    server.on('tlsClientError', () => {});
    server.listen(port, host, () => {
      const { address, port: bound } = server.address() as { address: string; port: number };
      const wire: Wire = {
        protocol: 'TLS',
        host: address,
        port: bound,
        onMessage: () => {},
        send: (text, to) => void sockets.get(`${to.host} ${to.port}`)?.write(text),
        close: () => {
          for (const socket of sockets.values()) socket.destroy();
          return new Promise((done) => server.close(() => done()));
        },
      };
      server.on('secureConnection', (socket) => {
        const from = { host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
        sockets.set(`${from.host} ${from.port}`, socket);
        socket.on('error', () => {});
        socket.on('close', () => sockets.delete(`${from.host} ${from.port}`));
        cut(
          socket,
          (text) => wire.onMessage(text, from),
          () => socket.write('\r\n'),
        );
      });
      resolve(wire);
    });
  });
}

/** Cuts messages from a stream by Content-Length (RFC 3261 18.3); CRLFCRLF before one is a ping (RFC 5626 4.4.1). */
function cut(socket: Socket, message: (text: string) => void, ping: () => void): void {
  let held = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    for (;;) {
      if (held.toString('latin1', 0, 4) === '\r\n\r\n') {
        held = held.subarray(4);
        ping();
        continue;
      }
      const end = held.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(
        /^(?:content-length|l)\s*:\s*(\d+)/im.exec(held.toString('latin1', 0, end))?.[1] ?? 0,
      );
      if (held.length < end + 4 + length) return;
      const text = held.toString('utf8', 0, end + 4 + length);
      held = held.subarray(end + 4 + length);
      message(text);
    }
  });
}
