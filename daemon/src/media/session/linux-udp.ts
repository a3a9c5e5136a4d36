import koffi from 'koffi';

/**
 * Calls of Linux that UDP in batches needs. Pointers go as numbers: an address in user space has 47 bits, and a number
 * costs the least to hand over. Constants are those of x64 and arm64 (asm-generic); layouts are spelled out where they
 * are used. Every call gives -1 for an error, whose number is then {@link LinuxUdp.errno}.
 */
export interface LinuxUdp {
  socket(family: number, type: number, protocol: number): number;
  bind(fd: number, address: Uint8Array, bytes: number): number;
  connect(fd: number, address: Uint8Array, bytes: number): number;
  getsockname(fd: number, address: Uint8Array, bytes: Int32Array): number;
  send(fd: number, data: Uint8Array, bytes: number, flags: number): number;
  sendto(fd: number, data: Uint8Array, bytes: number, flags: number, to: Uint8Array, toBytes: number): number;
  /** `messages`: address of an array of struct mmsghdr. */
  recvmmsg(fd: number, messages: number, count: number, flags: number, timeout: null): number;
  close(fd: number): number;
  epoll_create1(flags: number): number;
  epoll_ctl(epoll: number, operation: number, fd: number, event: Uint8Array): number;
  /** `events`: address of an array of struct epoll_event. */
  epoll_wait(epoll: number, events: number, count: number, timeoutMs: number): number;
  errno(): number;
  /** Where an array lies in memory; it must be kept alive, and does not move. */
  addressOf(data: Uint8Array): number;
}

export const SOCK_DGRAM = 2;
/** SOCK_NONBLOCK and SOCK_CLOEXEC, or'ed to the type: socket(2). */
export const SOCK_FLAGS = 0o4000 | 0o2000000;
export const MSG_DONTWAIT = 0x40;
/** recvmsg(2): the datagram was longer than the buffer. */
export const MSG_TRUNC = 0x20;
export const EPOLL_CLOEXEC = 0o2000000;
export const EPOLL_CTL_ADD = 1;
export const EPOLLIN = 1;
/** errno(3), as far as they are told apart. */
export const EINTR = 4;
export const EAGAIN = 11;
export const ECONNREFUSED = 111;
export const ERRNO_NAMES: Readonly<Record<number, string>> = {
  1: 'EPERM',
  13: 'EACCES',
  22: 'EINVAL',
  23: 'ENFILE',
  24: 'EMFILE',
  97: 'EAFNOSUPPORT',
  98: 'EADDRINUSE',
  99: 'EADDRNOTAVAIL',
  105: 'ENOBUFS',
};

let loaded: LinuxUdp | undefined;

/** The calls, from the process's own C library (glibc and musl lay out what is used here alike). @throws Error where there are none */
export function linuxUdp(): LinuxUdp {
  if (loaded) return loaded;
  const libc = koffi.load(null);
  loaded = {
    socket: libc.func('int socket(int, int, int)'),
    bind: libc.func('int bind(int, const uint8_t *, uint32_t)'),
    connect: libc.func('int connect(int, const uint8_t *, uint32_t)'),
    getsockname: libc.func('int getsockname(int, _Out_ uint8_t *, _Inout_ int32_t *)'),
    send: libc.func('intptr_t send(int, const uint8_t *, size_t, int)'),
    sendto: libc.func('intptr_t sendto(int, const uint8_t *, size_t, int, const uint8_t *, uint32_t)'),
    recvmmsg: libc.func('int recvmmsg(int, uintptr_t, uint32_t, int, void *)'),
    close: libc.func('int close(int)'),
    epoll_create1: libc.func('int epoll_create1(int)'),
    epoll_ctl: libc.func('int epoll_ctl(int, int, int, const uint8_t *)'),
    epoll_wait: libc.func('int epoll_wait(int, uintptr_t, int, int)'),
    errno: () => koffi.errno(),
    addressOf: (data) => Number(koffi.address(data)),
  } as LinuxUdp;
  return loaded;
}
