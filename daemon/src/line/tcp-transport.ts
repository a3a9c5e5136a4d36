import { connect } from 'node:net';
import { Emitter } from '../base/emitter.ts';
import { CodedError } from '../base/error.ts';
import type { Transport, TransportEvents, TransportFactory } from './transport.ts';

/** A card reached over TCP. `connectTimeoutMs`: how long an attempt may take, 3 s unless told. */
export function tcpTransport(options: {
  host: string;
  port: number;
  connectTimeoutMs?: number;
}): TransportFactory {
  const { host, port, connectTimeoutMs = 3000 } = options;
  const name = `tcp:${host}:${port}`;
  return {
    name,
    bandwidth: 0,
    open: () =>
      new Promise<Transport>((resolve, reject) => {
        const socket = connect({ host, port, noDelay: true });
        const events = new Emitter<TransportEvents>();
        let reason = 'closed by the card';
        let opened = false;
        socket.setTimeout(connectTimeoutMs, () => socket.destroy(new Error('connect timed out')));
        socket.on('error', (error) => {
          reason = error.message;
        });
        socket.on('data', (bytes) => events.emit('data', bytes));
        socket.on('close', () => {
          if (opened) events.emit('closed', reason);
          else reject(new CodedError('line/transport', `${name}: ${reason}`));
        });
        socket.on('connect', () => {
          socket.setTimeout(0);
          opened = true;
          resolve({
            on: (event, fn) => events.on(event, fn),
            once: (event, fn) => events.once(event, fn),
            get backlog() {
              return socket.writableLength;
            },
            write: (bytes) => {
              if (socket.writable)
                socket.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
            },
            close: () => {
              reason = 'closed';
              socket.destroy();
            },
          });
        });
      }),
  };
}
