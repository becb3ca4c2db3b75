/** So many letters may be wrong in a name that is still recognised; of a short one a third. */
const MOST_WRONG = 3;

/** The name that was probably meant by a misspelt one, null where none is near; case does not count. */
export function closestName(given: string, names: readonly string[]): string | null {
  const wanted = given.toLowerCase();
  let best: string | null = null;
  let least = Math.min(MOST_WRONG, Math.floor(wanted.length / 3)) + 1;
  for (const name of names) {
    const wrong = editDistance(wanted, name.toLowerCase());
    if (wrong < least) [best, least] = [name, wrong];
  }
  return best;
}

/** Letters to insert, delete or replace to make one of the other (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
