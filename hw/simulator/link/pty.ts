import { closeSync, constants as fsConstants, openSync, writeSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import koffi from 'koffi';

/** glibc keeps the pty calls in libc; musl's libc has another name. */
const LIBRARIES = ['libc.so.6', 'libc.so', 'libc.musl-x86_64.so.1', 'libc.musl-aarch64.so.1'];
const TCSANOW = 0;
const TCIFLUSH = 0;
/** struct termios has 60 bytes on Linux; more does no harm. */
const TERMIOS = 128;

interface Libc {
  posix_openpt(flags: number): number;
  grantpt(fd: number): number;
  unlockpt(fd: number): number;
  ptsname_r(fd: number, name: Buffer, size: number): number;
  tcgetattr(fd: number, termios: Buffer): number;
  cfmakeraw(termios: Buffer): void;
  tcsetattr(fd: number, when: number, termios: Buffer): number;
  tcflush(fd: number, queue: number): number;
}

let loaded: Libc | undefined;

function libc(): Libc {
  if (loaded) return loaded;
  let last: unknown;
  for (const name of LIBRARIES) {
    try {
      const lib = koffi.load(name);
      loaded = {
        posix_openpt: lib.func('int posix_openpt(int)'),
        grantpt: lib.func('int grantpt(int)'),
        unlockpt: lib.func('int unlockpt(int)'),
        ptsname_r: lib.func('int ptsname_r(int, _Out_ uint8_t *, size_t)'),
        tcgetattr: lib.func('int tcgetattr(int, _Out_ uint8_t *)'),
        cfmakeraw: lib.func('void cfmakeraw(_Inout_ uint8_t *)'),
        tcsetattr: lib.func('int tcsetattr(int, int, const uint8_t *)'),
        tcflush: lib.func('int tcflush(int, int)'),
      } as unknown as Libc;
      return loaded;
    } catch (error) {
      last = error;
    }
  }
  throw new Error('no C library with pseudo-terminals found', { cause: last });
}

/** The card's end of a pseudo-terminal; the daemon opens {@link path} as its serial port. */
export class Pty {
  /** Path of the other end, `/dev/pts/N`. */
  readonly path: string;
  #master: number;
  #slave: number;
  #stream: ReadStream;
  #closed = false;

  /** @throws Error when the system gives no pty. */
  constructor(data: (bytes: Uint8Array) => void) {
    const c = libc();
    // Non-blocking: a host that does not read must not stop the office.
    this.#master = c.posix_openpt(fsConstants.O_RDWR | fsConstants.O_NOCTTY | fsConstants.O_NONBLOCK);
    if (this.#master < 0) throw new Error(`posix_openpt failed (${koffi.errno()})`);
    const name = Buffer.alloc(128);
    if (
      c.grantpt(this.#master) < 0 ||
      c.unlockpt(this.#master) < 0 ||
      c.ptsname_r(this.#master, name, 128) !== 0
    )
      throw new Error(`cannot unlock the pty (${koffi.errno()})`);
    this.path = name.toString('utf8', 0, name.indexOf(0));
    // Kept open here, so that the master never reads EIO while nobody has the other end open.
    this.#slave = openSync(this.path, fsConstants.O_RDWR | fsConstants.O_NOCTTY);
    const termios = Buffer.alloc(TERMIOS);
    // Raw before anyone listens: a line discipline that echoes would send the card its own frames.
    c.tcgetattr(this.#slave, termios);
    c.cfmakeraw(termios);
    c.tcsetattr(this.#slave, TCSANOW, termios);
    this.#stream = new ReadStream(this.#master);
    this.#stream.on('data', (bytes: Buffer) => data(bytes));
    this.#stream.on('error', () => undefined);
  }

  /**
   * Writes what fits; the rest is lost, as on a cable whose other end does not read.
   * @returns how many bytes were written.
   */
  write(bytes: Uint8Array): number {
    if (this.#closed) return 0;
    try {
      return writeSync(this.#master, bytes);
    } catch {
      // EAGAIN: full. Anything else: the pty is gone, and close() is on its way.
      return 0;
    }
  }

  /** Forgets what was written and never read. */
  flush(): void {
    if (!this.#closed) libc().tcflush(this.#slave, TCIFLUSH);
  }

  /** Pulls the cable: the other end sees its terminal hang up. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#slave);
    this.#stream.destroy();
  }
}
