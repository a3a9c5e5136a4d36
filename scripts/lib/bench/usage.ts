/** What a process costs, from /proc (proc(5)). */
import { readdirSync, readFileSync } from 'node:fs';
import { cpus, loadavg, setPriority } from 'node:os';

/** USER_HZ, which Linux keeps at 100 toward user space on every architecture Node runs on. */
const ticksPerSecond = 100;

/** CPU time of the process with all its threads, ended ones included, s; in steps of 10 ms. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The name in brackets may hold anything; utime and stime are the 12th and 13th field after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** CPU time of each living thread, ms, most first; to the nanosecond where the kernel keeps it so. */
export function threadCpuMs(pid: number): { tid: number; name: string; ms: number }[] {
  const threads: { tid: number; name: string; ms: number }[] = [];
  for (const tid of readdirSync(`/proc/${pid}/task`)) {
    try {
      const [ran] = readFileSync(`/proc/${pid}/task/${tid}/schedstat`, 'latin1').split(' ');
      const name = readFileSync(`/proc/${pid}/task/${tid}/comm`, 'latin1').trim();
      threads.push({ tid: Number(tid), name, ms: Number(ran) / 1e6 });
    } catch {
      // The thread has just ended.
    }
  }
  return threads.sort((a, b) => b.ms - a.ms);
}

/** Resident memory of the process, all its threads included, MB of 2^20 bytes. */
export function rssMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}

/** For the note beside a figure: others on the machine lengthen every time. */
export const load = (): string => `load ${loadavg()[0]!.toFixed(1)}`;

/** Nice value under which others on the machine hardly count. */
const raised = -15;

/**
 * Delays are those of an idle machine. Where others work on it, the process is put before them, if that is
 * permitted, and the figure's note says so. Real-time threads keep their own priority.
 */
export function raisedPriority(pid: number): { note: string; restore(): void } {
  const set = (priority: number): void => {
    for (const tid of readdirSync(`/proc/${pid}/task`)) setPriority(Number(tid), priority);
  };
  const busy = loadavg()[0]! > cpus().length / 2;
  if (busy) {
    try {
      set(raised);
      return { note: `, nice ${raised} on a busy machine`, restore: () => set(0) };
    } catch {
      // Not permitted: the load in the note has to explain the figure.
    }
  }
  return { note: '', restore: () => {} };
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The `share` quantile (0.5: median) of some figures, by the nearest rank. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export const round = (value: number, digits = 1): number => Math.round(value * 10 ** digits) / 10 ** digits;
