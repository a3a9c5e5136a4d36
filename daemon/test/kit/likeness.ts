/**
 * Whether a known sound is within what was heard, wherever: the best normalised correlation of its pieces, 0 to 1. Each
 * piece of `pieceMs` is looked for by itself near where it belongs, so that a repair of a lost packet or a clock that
 * drifts does not hide the rest; the answer is the median over the pieces.
 */
export function likeness(heard: Int16Array, known: Int16Array, pieceMs = 400): number {
  const piece = pieceMs * 8;
  const count = Math.max(1, Math.floor(known.length / piece));
  // The loudest piece finds the place, the others are looked for around theirs.
  let first = 0;
  for (let k = 1; k < count; k++)
    if (energy(known, k * piece, piece) > energy(known, first * piece, piece)) first = k;
  const place = best(heard, known, first * piece, piece, 0, heard.length - piece);
  if (place.at < 0) return 0;
  const found = [];
  for (let k = 0; k < count; k++) {
    // Pieces of silence are like anything.
    if (energy(known, k * piece, piece) < energy(known, first * piece, piece) / 1000) continue;
    const near = place.at + (k - first) * piece;
    found.push(best(heard, known, k * piece, piece, near - 800, near + 800).value);
  }
  found.sort((a, b) => a - b);
  return found[found.length >> 1] ?? 0;
}

function best(
  heard: Int16Array,
  known: Int16Array,
  from: number,
  length: number,
  low: number,
  high: number,
): { at: number; value: number } {
  const own = Math.sqrt(energy(known, from, length));
  let top = { at: -1, value: 0 };
  const begin = Math.max(0, low);
  let around = energy(heard, begin, length);
  for (let at = begin; at <= Math.min(heard.length - length, high); at++) {
    if (at > begin) around += (heard[at + length - 1] ?? 0) ** 2 - heard[at - 1]! ** 2;
    let sum = 0;
    // Every second sample is enough to find a place in speech.
    for (let i = 0; i < length; i += 2) sum += heard[at + i]! * known[from + i]!;
    if (sum <= 0) continue;
    const value = (2 * sum) / (own * Math.sqrt(around) || 1);
    if (value > top.value) top = { at, value };
  }
  if (top.at < 0) return top;
  let whole = 0;
  for (let i = 0; i < length; i++) whole += heard[top.at + i]! * known[from + i]!;
  return { at: top.at, value: whole / (own * Math.sqrt(energy(heard, top.at, length)) || 1) };
}

function energy(samples: Int16Array, from: number, length: number): number {
  let sum = 0;
  for (let i = from; i < from + length && i < samples.length; i++) sum += samples[i]! ** 2;
  return sum;
}
