import koffi from 'koffi';

/**
 * Gives memory that the allocator holds and nobody uses back to the system (malloc_trim(3)): starting takes some
 * megabytes that are never needed again, for compiling above all. Takes a few milliseconds.
 * @returns false where the C library has no such function, as musl.
 */
export function giveBackMemory(): boolean {
  try {
    // The process's own symbols, whatever the C library's file is called.
    const trim = koffi.load(null).func('malloc_trim', 'int', ['size_t']) as (keep: number) => number;
    trim(0);
    return true;
  } catch {
    return false;
  }
}
