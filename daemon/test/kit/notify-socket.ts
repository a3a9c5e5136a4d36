import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import koffi from 'koffi';

/*
 * A real notify socket (sd_notify(3)): a datagram socket of the family AF_UNIX, which Node itself cannot
 * open. systemd-notify passes a descriptor with its last message and waits until it is closed; whoever
 * does not take and close it makes the tool hang for 5 s (ruling 35).
 */

koffi.struct('iovec', { base: 'void *', length: 'size_t' });
const MsgHdr = koffi.struct('msghdr', {
  name: 'void *',
  namelen: 'uint32',
  iov: 'iovec *',
  iovlen: 'size_t',
  control: 'void *',
  controllen: 'size_t',
  flags: 'int',
});
void MsgHdr;
const libc = koffi.load('libc.so.6');
const socket = libc.func('int socket(int domain, int type, int protocol)');
const bind = libc.func('int bind(int fd, void *address, uint32 length)');
const recvmsg = libc.func('int64 recvmsg(int fd, _Inout_ msghdr *message, int flags)');
const close = libc.func('int close(int fd)');

const AF_UNIX = 1;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
const MSG_DONTWAIT_CMSG_CLOEXEC = 0x40 | 0x40000000;
/** struct cmsghdr on 64 bits: length (8), level (4), type (4), then the descriptors. */
const CMSG_HEADER = 16;

/** Hears what a service tells its supervisor. */
export class NotifySocket {
  readonly path: string;
  /** Every assignment heard, in order: `READY=1`, `WATCHDOG=1`... */
  readonly heard: { at: number; line: string }[] = [];
  readonly #fd: number;
  readonly #folder: string;
  readonly #timer: NodeJS.Timeout;
  #waiting: { prefix: string; from: number; resolve: (line: string) => void }[] = [];

  constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), 'notify-'));
    this.path = join(this.#folder, 's');
    this.#fd = socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0) as number;
    const address = Buffer.alloc(110);
    address.writeUInt16LE(AF_UNIX, 0);
    address.write(this.path, 2);
    if (this.#fd < 0 || bind(this.#fd, address, 2 + this.path.length + 1) !== 0)
      throw new Error('no notify socket');
    this.#timer = setInterval(() => this.#drain(), 10);
  }

  /** Resolves with the first line that begins so and came after `from` lines were heard. */
  wait(prefix: string, timeoutMs: number, from = 0): Promise<string> {
    const found = this.heard.slice(from).find(({ line }) => line.startsWith(prefix));
    if (found) return Promise.resolve(found.line);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no ${prefix} within ${timeoutMs} ms`)), timeoutMs);
      this.#waiting.push({
        prefix,
        from,
        resolve: (line) => {
          clearTimeout(timer);
          resolve(line);
        },
      });
    });
  }

  count(line: string): number {
    return this.heard.filter((entry) => entry.line === line).length;
  }

  close(): void {
    clearInterval(this.#timer);
    close(this.#fd);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #drain(): void {
    for (;;) {
      const data = Buffer.alloc(4096);
      const control = Buffer.alloc(64);
      const message = {
        name: null,
        namelen: 0,
        iov: [{ base: data, length: data.length }],
        iovlen: 1,
        control,
        controllen: control.length,
        flags: 0,
      };
      const length = Number(recvmsg(this.#fd, message, MSG_DONTWAIT_CMSG_CLOEXEC));
      if (length < 0) return;
      const size = Number(control.readBigUInt64LE(0));
      for (let at = CMSG_HEADER; at + 4 <= size; at += 4) close(control.readInt32LE(at));
      for (const line of data.toString('utf8', 0, length).split('\n')) {
        if (line === '') continue;
        this.heard.push({ at: performance.now(), line });
        this.#waiting = this.#waiting.filter((waiting) => {
          if (!line.startsWith(waiting.prefix) || this.heard.length <= waiting.from) return true;
          waiting.resolve(line);
          return false;
        });
      }
    }
  }
}
