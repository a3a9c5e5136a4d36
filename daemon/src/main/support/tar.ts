/** A file to be packed. */
export interface PackedFile {
  /** Up to 100 ASCII characters. */
  name: string;
  data: Buffer;
}

const BLOCK = 512;

/** Files as a tar archive: the ustar header of POSIX.1-2017 (pax, "ustar Interchange Format"). @param at wall-clock ms */
export function tar(files: readonly PackedFile[], at: number): Buffer {
  const parts = files.flatMap(({ name, data }) => [
    header(name, data.length, at),
    data,
    Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK),
  ]);
  // Two empty blocks are the end.
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

function header(name: string, size: number, at: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, offset: number, length: number): void => {
    block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, offset, 'latin1');
  };
  block.write(name.slice(0, 100), 0, 'latin1');
  octal(0o600, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(Math.floor(at / 1000), 136, 12);
  block.write('0', 156, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  // The sum is taken with spaces in its own place.
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}
