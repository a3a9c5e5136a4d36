/**
 * A-law as it is on the card's link (ITU-T G.711 clause 3.2, even bits inverted), for 16-bit samples
 * whose overload point is G.711's. Tables of this layer's own: the line knows no media code.
 */
const DECODE = new Int16Array(256);
for (let code = 0; code < 256; code++) {
  const bits = code ^ 0x55;
  const exponent = (bits >> 4) & 7;
  const mantissa = bits & 15;
  // Segment 0 is linear; the others double. Sixteenths of a step, decoded to the middle of the interval.
  const magnitude = exponent === 0 ? (mantissa << 4) + 8 : ((mantissa << 4) + 0x108) << (exponent - 1);
  DECODE[code] = bits & 0x80 ? magnitude : -magnitude;
}

const ENCODE = new Uint8Array(65536);
for (let sample = -32768; sample < 32768; sample++) {
  const positive = sample >= 0;
  // One's complement of the negative side keeps -1 in the smallest negative interval.
  const magnitude = positive ? sample : ~sample;
  let exponent = 7;
  while (exponent > 0 && magnitude < 0x100 << (exponent - 1)) exponent--;
  const mantissa = (magnitude >> (exponent === 0 ? 4 : exponent + 3)) & 15;
  ENCODE[sample & 0xffff] = ((exponent << 4) | mantissa | (positive ? 0x80 : 0)) ^ 0x55;
}

/** The linear value of an A-law byte. */
export const alawToLinear = (code: number): number => DECODE[code & 0xff]!;

/** The A-law byte of a 16-bit sample. */
export const linearToAlaw = (sample: number): number => ENCODE[sample & 0xffff]!;
