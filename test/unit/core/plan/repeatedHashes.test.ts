import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectHashes } from '../../../../src/core/plan/repeatedHashes.ts';
import { openTempSpace } from '../../../../src/platform/tempSpace.ts';

async function repeated(hashes: bigint[], held: number, window?: number): Promise<bigint[]> {
  const temp = openTempSpace();
  try {
    const collector = collectHashes(temp, held, window);
    for (let at = 0; at < hashes.length; at += 7) await collector.add(BigUint64Array.from(hashes.slice(at, at + 7)));
    return await collector.repeated();
  } finally {
    await temp.close();
  }
}

function expected(hashes: bigint[]): bigint[] {
  const counts = new Map<bigint, number>();
  for (const hash of hashes) counts.set(hash, (counts.get(hash) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count > 1)
    .map(([hash]) => hash)
    .sort((a, b) => (a < b ? -1 : 1));
}

describe('repeated hashes', () => {
  it('finds every hash that occurs twice or more, in memory and spilled, and nothing else', async () => {
    const hash = fc.oneof(
      fc.bigInt({ min: 0n, max: 40n }),
      fc.constantFrom(0n, 2n ** 64n - 1n),
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(hash, { maxLength: 120 }),
        fc.constantFrom(3, 10, 1000),
        fc.constantFrom(1, 2, 7),
        async (hashes, held, window) => {
          expect(await repeated(hashes, held, window)).toEqual(expected(hashes));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('finds one pair among 300,000 spilled hashes whose twin lies in another run', async () => {
    const hashes = Array.from(
      { length: 300_000 },
      (_, i) => (BigInt(i) * 0x9e3779b97f4a7c15n) & 0xffff_ffff_ffff_ffffn,
    );
    hashes.push(hashes[17] ?? 0n);
    expect(await repeated(hashes, 100_000)).toEqual([hashes[17]]);
  });

  it('gives the first 1000 where very many repeat, in memory and spilled', async () => {
    const once = BigUint64Array.from({ length: 400_000 }, (_, i) => BigInt(i));
    const first = Array.from({ length: 1000 }, (_, i) => BigInt(i));
    for (const held of [1_000_000, 300_000]) {
      const temp = openTempSpace();
      const collector = collectHashes(temp, held, held);
      await collector.add(once);
      await collector.add(once);
      expect(await collector.repeated()).toEqual(first);
      await temp.close();
    }
  });
});
