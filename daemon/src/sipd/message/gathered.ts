/**
 * Bytes of a stream that are not whole yet. The room grows by doubling, so that a message that comes byte by
 * byte is not copied once for each.
 */
export class Gathered {
  /** What has come and has not been taken. */
  bytes: Buffer = Buffer.alloc(0);
  #room: Buffer | undefined;

  /** Adds what has come. */
  add(chunk: Buffer): void {
    const held = this.bytes;
    if (held.length === 0) {
      this.bytes = chunk;
      this.#room = undefined;
      return;
    }
    const room = this.#room;
    const end = room ? held.byteOffset + held.length - room.byteOffset : 0;
    if (room && end + chunk.length <= room.length) {
      chunk.copy(room, end);
      this.bytes = room.subarray(end - held.length, end + chunk.length);
      return;
    }
    const wider = Buffer.allocUnsafeSlow(Math.max(2048, 2 * (held.length + chunk.length)));
    held.copy(wider);
    chunk.copy(wider, held.length);
    this.#room = wider;
    this.bytes = wider.subarray(0, held.length + chunk.length);
  }

  /** Takes the first `count` bytes. */
  drop(count: number): void {
    this.bytes = this.bytes.subarray(count);
  }
}
