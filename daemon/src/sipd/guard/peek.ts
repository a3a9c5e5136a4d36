const LF = 10;
const COLON = 58;
const TAG = Buffer.from('tag=');
const RESPONSE = Buffer.from('SIP/');

/**
 * Whether a datagram opens something new, told without parsing it: a request whose To has no tag. In doubt
 * false, so that nothing of a call that stands is lost by it. Looks at each byte of the head at most twice.
 */
export function opensSomething(bytes: Buffer): boolean {
  if (bytes.length < 4 || bytes.compare(RESPONSE, 0, 4, 0, 4) === 0) return false;
  // ACK and CANCEL belong to something that stands, tag or no tag.
  if (bytes[0] === 65 || (bytes[0] === 67 && bytes[1] === 65)) return false;
  for (let lf = bytes.indexOf(LF); lf >= 0 && lf + 3 < bytes.length; lf = bytes.indexOf(LF, lf + 1)) {
    const c = bytes[lf + 1]! | 32;
    // `To:`, `t:`, and with spaces before the colon.
    if (c !== 116) continue;
    let at = lf + 2;
    if ((bytes[at]! | 32) === 111) at++;
    while (bytes[at] === 32 || bytes[at] === 9) at++;
    if (bytes[at] !== COLON) continue;
    const next = bytes.indexOf(LF, at);
    // A folded To may carry its tag on the next line.
    if (next < 0 || bytes[next + 1] === 32 || bytes[next + 1] === 9) return false;
    const tag = bytes.subarray(at, next).toString('latin1').toLowerCase().indexOf(TAG.toString());
    return tag < 0;
  }
  return false;
}
