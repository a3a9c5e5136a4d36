/**
 * Levinson and Durbin's recursion: the linear predictor `a` that fits the autocorrelation `r`
 * (one value more than `a` has). Returns the power that it leaves, in the unit of `r[0]`.
 */
export function durbin(r: Float64Array, a: Float64Array, scratch: Float64Array): number {
  let left = r[0]!;
  a.fill(0);
  for (let i = 0; i < a.length; i++) {
    let k = r[i + 1]!;
    for (let j = 0; j < i; j++) k -= a[j]! * r[i - j]!;
    k /= left;
    scratch.set(a);
    a[i] = k;
    for (let j = 0; j < i; j++) a[j] = scratch[j]! - k * scratch[i - 1 - j]!;
    left *= 1 - k * k;
  }
  return left;
}
