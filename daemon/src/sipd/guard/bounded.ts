/**
 * Makes room in a map that has `most` entries: the oldest eighth goes at once, so that who fills it with forged
 * addresses cannot have each of them paid for by a search.
 */
export function makeRoom(map: Map<string, unknown>, most: number): void {
  if (map.size < most) return;
  let left = Math.max(1, most >> 3);
  for (const key of map.keys()) {
    map.delete(key);
    if (--left === 0) return;
  }
}
