import type { TempFile, TempSpace } from '../ports.ts';

/** Hashes held in memory before they are sorted and spilled: 4 million are 32 MB. */
const HELD = 4_000_000;
/** Hashes read from a spilled run at a time. */
const WINDOW = 65_536;
/** Repeats that are found at most: more than these are certain to hold a real one among the first. */
const MOST_REPEATS = 1000;

/** Gathers hashes to find those that come more than once. */
export interface HashCollector {
  /** Adds hashes; the array is free again when the promise resolves. */
  add: (hashes: BigUint64Array) => Promise<void>;
  /** The first 1000 hashes, ascending, that were added more than once, each once. */
  repeated: () => Promise<bigint[]>;
}

interface Run {
  readonly file: TempFile;
  readonly count: number;
}

async function* readRun({ file, count }: Run, window: number): AsyncGenerator<BigUint64Array> {
  for (let at = 0; at < count; at += window) {
    const bytes = await file.read(at * 8, Math.min(window, count - at) * 8);
    yield new BigUint64Array(bytes.slice().buffer);
  }
}

/** Adds what a sorted array repeats, as long as there is room. */
function addRepeated(sorted: BigUint64Array, found: bigint[]): void {
  for (let i = 1; i < sorted.length && found.length < MOST_REPEATS; i++) {
    const hash = sorted[i];
    if (hash !== undefined && hash === sorted[i - 1] && found.at(-1) !== hash) found.push(hash);
  }
}

interface Cursor {
  readonly windows: AsyncGenerator<BigUint64Array>;
  window: BigUint64Array;
  at: number;
}

async function openCursor(run: Run, window: number): Promise<Cursor> {
  const cursor = { windows: readRun(run, window), window: new BigUint64Array(0), at: 0 };
  await advance(cursor);
  return cursor;
}

/** Makes sure that the cursor stands on a hash; false at the end of its run. */
async function advance(cursor: Cursor): Promise<boolean> {
  if (cursor.at < cursor.window.length) return true;
  const next = await cursor.windows.next();
  cursor.window = next.done ? new BigUint64Array(0) : next.value;
  cursor.at = 0;
  return cursor.window.length > 0;
}

/** Everything in the windows up to `bound`, gathered into one sorted array; the cursors move past it. */
function takeUpTo(cursors: readonly Cursor[], bound: bigint): BigUint64Array {
  const parts = cursors.map((cursor) => {
    const from = cursor.at;
    let low = from;
    let high = cursor.window.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((cursor.window[middle] ?? 0n) <= bound) low = middle + 1;
      else high = middle;
    }
    cursor.at = low;
    return cursor.window.subarray(from, low);
  });
  const all = new BigUint64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all.sort();
}

/** Merges sorted runs a window at a time: memory is one window a run. */
async function repeatedAcross(runs: readonly Run[], window: number): Promise<bigint[]> {
  let cursors = await Promise.all(runs.map((run) => openCursor(run, window)));
  const found: bigint[] = [];
  for (;;) {
    const live: Cursor[] = [];
    for (const cursor of cursors) if (await advance(cursor)) live.push(cursor);
    cursors = live;
    if (live.length === 0) return found;
    const lasts = live.map((cursor) => cursor.window.at(-1) ?? 0n);
    const bound = lasts.reduce((least, last) => (last < least ? last : least));
    // A hash equal to the bound may go on in the same run's next window.
    const gathered = takeUpTo(live, bound);
    addRepeated(gathered, found);
    if (found.length >= MOST_REPEATS) return found;
    for (const cursor of live) await passEqual(cursor, bound, found);
  }
}

/** Moves past hashes equal to the bound, which was seen already: each repeats it. */
async function passEqual(cursor: Cursor, bound: bigint, found: bigint[]): Promise<void> {
  while ((await advance(cursor)) && cursor.window[cursor.at] === bound) {
    cursor.at++;
    if (found.at(-1) !== bound) found.push(bound);
  }
}

/** Finds repeated 64-bit hashes among any number of them: exact, in bounded memory (sorted runs spill to disk). */
export function collectHashes(temp: TempSpace, heldHashes = HELD, windowHashes = WINDOW): HashCollector {
  let held = new BigUint64Array(Math.min(heldHashes, 65_536));
  let count = 0;
  const runs: Run[] = [];

  const room = (need: number): void => {
    if (need <= held.length) return;
    const larger = new BigUint64Array(Math.min(heldHashes, Math.max(need, 2 * held.length)));
    larger.set(held.subarray(0, count));
    held = larger;
  };
  const spill = async (): Promise<void> => {
    const sorted = held.subarray(0, count).sort();
    const file = await temp.create();
    await file.append(new Uint8Array(sorted.buffer, 0, count * 8));
    runs.push({ file, count });
    count = 0;
  };

  return {
    add: async (hashes) => {
      for (let at = 0; at < hashes.length;) {
        if (count === heldHashes) await spill();
        const part = hashes.subarray(at, at + heldHashes - count);
        room(count + part.length);
        held.set(part, count);
        count += part.length;
        at += part.length;
      }
    },
    repeated: async () => {
      if (runs.length === 0) {
        const found: bigint[] = [];
        addRepeated(held.subarray(0, count).sort(), found);
        return found;
      }
      if (count > 0) await spill();
      held = new BigUint64Array(0);
      return repeatedAcross(runs, windowHashes);
    },
  };
}
