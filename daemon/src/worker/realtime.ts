import koffi from 'koffi';
import { messageOf } from '../base/error.ts';

/** sched(7): first in, first out. */
const SCHED_FIFO = 1;
/** sched(7): threads made by this one (libuv's pool) begin with normal priority. */
const SCHED_RESET_ON_FORK = 0x4000_0000;
/** In the middle of 1..99, above ordinary daemons and below the kernel's own threads; less where the limit is lower. */
const PRIORITIES = [40, 10, 1];
/** errno(3): EPERM. */
const EPERM = 1;

/**
 * Gives the calling thread real-time priority, and no other. Returns undefined if it has it now, else
 * why not. Needs CAP_SYS_NICE or a limit on RTPRIO above 0 (LimitRTPRIO= in the unit).
 */
export function makeRealtime(): string | undefined {
  if (process.platform !== 'linux') return `no real-time priority on ${process.platform}`;
  try {
    // The process's own symbols: the same names in glibc and musl, whatever their files are called.
    const libc = koffi.load(null);
    const param = koffi.struct({ sched_priority: 'int' });
    const self = libc.func('pthread_self', 'uintptr_t', []);
    const set = libc.func('pthread_setschedparam', 'int', ['uintptr_t', 'int', koffi.pointer(param)]);
    let errno = 0;
    for (const priority of PRIORITIES) {
      errno = set(self(), SCHED_FIFO | SCHED_RESET_ON_FORK, { sched_priority: priority }) as number;
      if (errno === 0) return undefined;
    }
    return errno === EPERM
      ? 'real-time priority is not permitted (LimitRTPRIO)'
      : `real-time priority: error ${errno}`;
  } catch (error) {
    return `real-time priority: ${messageOf(error)}`;
  }
}
