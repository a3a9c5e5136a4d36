import { createRequire } from 'node:module';
import { ReadStream } from 'node:tty';
import { Emitter } from '../base/emitter.ts';
import { CodedError, messageOf } from '../base/error.ts';
import type { Transport, TransportEvents, TransportFactory } from './transport.ts';

/** What serialport's native part takes; it opens the tty, sets it raw and at its speed, and gives the descriptor. */
type OpenTty = (path: string, options: Readonly<Record<string, unknown>>) => Promise<number>;

/** Eight bits, no parity, no flow control (frame.md is framed by itself); the defaults of serialport's own binding. */
const SETTINGS = {
  dataBits: 8,
  stopBits: 1,
  parity: 'none',
  rtscts: false,
  xon: false,
  xoff: false,
  xany: false,
  hupcl: true,
  lock: true,
  vmin: 1,
  vtime: 0,
};

let openTty: OpenTty | undefined;

/**
 * A card on a tty, for use in any thread. serialport 13 waits for input on the main thread's event
 * loop whichever thread asks, and the process dies if that is another one; so in the media worker it
 * only opens and sets up the tty, and bytes go through libuv's own tty stream, on this thread's loop
 * and without its thread pool.
 */
export function ttyTransport(options: {
  path: string;
  baudRate: number;
  unlimited?: boolean;
}): TransportFactory {
  const { path, baudRate } = options;
  return {
    name: path,
    bandwidth: options.unlimited ? 0 : baudRate,
    async open() {
      try {
        openTty ??= loadSerialport();
        return new TtyTransport(await openTty(path, { ...SETTINGS, baudRate }));
      } catch (error) {
        throw new CodedError('line/transport', `${path}: ${messageOf(error)}`, { cause: error });
      }
    },
  };
}

class TtyTransport extends Emitter<TransportEvents> implements Transport {
  readonly #stream: ReadStream;
  #closed = false;

  constructor(fd: number) {
    super();
    this.#stream = new ReadStream(fd);
    this.#stream.on('data', (bytes: Buffer) => this.emit('data', bytes));
    this.#stream.on('error', (error) => this.#end(error.message));
    // An unplugged adapter, or a pty whose other end is gone, reads as the end of the stream.
    this.#stream.on('end', () => this.#end('disconnected'));
    this.#stream.on('close', () => this.#end('closed'));
  }

  get backlog(): number {
    return this.#stream.writableLength;
  }

  write(bytes: Uint8Array): void {
    if (!this.#closed) this.#stream.write(Buffer.from(bytes));
  }

  close(): void {
    this.#end('closed');
  }

  #end(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stream.destroy();
    this.emit('closed', reason);
  }
}

/** serialport's native part by itself: its own stream and poller are what must not be used here. */
function loadSerialport(): OpenTty {
  const here = createRequire(import.meta.url);
  const serialport = createRequire(here.resolve('serialport'));
  const native = serialport('@serialport/bindings-cpp/dist/load-bindings.js') as { asyncOpen: OpenTty };
  return native.asyncOpen;
}
