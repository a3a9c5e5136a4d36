/** G.711 A-law, even bits inverted, on a 16-bit scale (13-bit values times 8). */

/** One byte to a sample. */
export function alawDecode(code: number): number {
  const bits = code ^ 0x55;
  const exponent = (bits >> 4) & 7;
  const mantissa = bits & 15;
  const magnitude = exponent === 0 ? mantissa * 16 + 8 : (mantissa * 16 + 264) << (exponent - 1);
  return bits & 0x80 ? magnitude : -magnitude;
}

/** A sample to one byte. */
export function alawEncode(sample: number): number {
  const sign = sample >= 0 ? 0x80 : 0;
  const magnitude = Math.min(32767, Math.abs(sample));
  let exponent = 0;
  while (exponent < 7 && magnitude >= 256 << exponent) exponent++;
  const mantissa = exponent === 0 ? magnitude >> 4 : (magnitude >> (exponent + 3)) & 15;
  return (sign | (exponent << 4) | mantissa) ^ 0x55;
}
