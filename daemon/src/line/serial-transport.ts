import { SerialPort } from 'serialport';
import { Emitter } from '../base/emitter.ts';
import { CodedError } from '../base/error.ts';
import type { Transport, TransportEvents, TransportFactory } from './transport.ts';

/**
 * A card on a tty. `baudRate` also is the link's bandwidth, unless `unlimited` says that the tty is
 * no real UART (a pty, native USB), where the figure means nothing.
 */
export function serialTransport(options: {
  path: string;
  baudRate: number;
  unlimited?: boolean;
}): TransportFactory {
  const { path, baudRate } = options;
  return {
    name: path,
    bandwidth: options.unlimited ? 0 : baudRate,
    open: () =>
      new Promise<Transport>((resolve, reject) => {
        const port = new SerialPort({ path, baudRate, autoOpen: false });
        const events = new Emitter<TransportEvents>();
        let closed = false;
        const end = (reason: string): void => {
          if (closed) return;
          closed = true;
          events.emit('closed', reason);
        };
        port.on('data', (bytes: Buffer) => events.emit('data', bytes));
        // An unplugged adapter arrives as `close` with an error that says `disconnected`.
        port.on('close', (error?: Error | null) => end(error ? error.message : 'closed'));
        port.on('error', (error) => {
          if (port.isOpen) port.close(() => end(error.message));
          else end(error.message);
        });
        port.open((error) => {
          if (error) {
            reject(new CodedError('line/transport', `${path}: ${error.message}`, { cause: error }));
            return;
          }
          resolve({
            on: (event, fn) => events.on(event, fn),
            once: (event, fn) => events.once(event, fn),
            get backlog() {
              return port.writableLength;
            },
            write: (bytes) => {
              if (port.isOpen) port.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
            },
            close: () => {
              if (port.isOpen) port.close(() => end('closed'));
              else end('closed');
            },
          });
        });
      }),
  };
}
