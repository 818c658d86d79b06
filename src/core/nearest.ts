/** Letters to insert, drop, change or swap with their neighbour to get from one word to the other, upper and lower case alike. */
function distance(from: string, to: string): number {
  const a = from.toLowerCase();
  const b = to.toLowerCase();
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? Infinity) + 1 : Infinity;
      row.push(Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + same, swapped));
    }
    before = above;
    above = row;
  }
  return above[b.length] ?? 0;
}

/** The known word a person most likely meant: the nearest one if at most a third of its letters (and at least one) differ, else null. */
export function nearestWord(word: string, known: readonly string[]): string | null {
  if (word.length > 100) return null;
  let best: string | null = null;
  let least = Infinity;
  for (const candidate of known) {
    const far = distance(word, candidate);
    if (far < least && far <= Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3))) {
      best = candidate;
      least = far;
    }
  }
  return best;
}

/** The end of a sentence about an unknown word: the one probably meant, else all that are known. */
export function meantWords(word: string, known: readonly string[]): string {
  const meant = nearestWord(word, known);
  if (meant !== null) return `did you mean "${meant}"?`;
  return `known are ${known.map((name) => `"${name}"`).join(', ')}.`;
}
