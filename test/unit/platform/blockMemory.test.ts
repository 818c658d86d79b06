import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Block } from '../../../src/core/model/block.ts';
import { openBlockSlots, openBlockViews, type PackedBlock } from '../../../src/platform/blockMemory.ts';

/** What postMessage does to a message whose shared memory is shared, not copied. */
const cross = (packed: PackedBlock): PackedBlock => ({
  ...structuredClone({ ...packed, memory: null }),
  memory: packed.memory,
});

const bytes = fc.uint8Array({ maxLength: 300 });
const kept = fc.record({ plain: bytes, validity: fc.option(bytes), nulls: fc.nat(9) });
const block: fc.Arbitrary<Block> = fc.record({
  rows: fc.nat(50),
  lengths: fc.uint32Array({ maxLength: 40 }),
  bytes: fc.option(fc.uint8Array({ maxLength: 5000 })),
  tokens: fc.option(fc.uint32Array({ maxLength: 40 })),
  idHashes: fc.bigUint64Array({ maxLength: 40 }),
  kept: fc.option(fc.array(kept, { maxLength: 3 })),
  sampled: fc.constant([]),
  skipped: fc.constant([{ row: 1, key: ['a'], reason: 'null' as const, detail: 'x' }]),
  found: fc.constant([]),
  fatal: fc.constant(null),
});

describe('blocks in shared memory', () => {
  it('come out as they went in, whatever was in their slot before', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(block, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 3 }),
        async (blocks, count) => {
          const slots = openBlockSlots(count);
          const viewsOf = openBlockViews();
          for (const one of blocks) {
            await slots.free();
            const packed = cross(slots.pack(one));
            const seen = viewsOf(packed);
            expect({ ...seen, lengths: [...seen.lengths], idHashes: [...seen.idHashes] }).toEqual({
              ...one,
              lengths: [...one.lengths],
              idHashes: [...one.idHashes],
            });
            slots.release(packed.slot);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('wait for a slot while all are on their way, and keep kept columns after the release', async () => {
    const slots = openBlockSlots(1);
    const viewsOf = openBlockViews();
    const make = (byte: number): Block => ({
      rows: 1,
      lengths: Uint32Array.of(1),
      bytes: Uint8Array.of(byte),
      tokens: null,
      idHashes: BigUint64Array.of(1n),
      kept: [{ plain: Uint8Array.of(byte), validity: null, nulls: 0 }],
      sampled: [],
      skipped: [],
      found: [],
      fatal: null,
    });
    await slots.free();
    const first = slots.pack(make(7));
    const seen = viewsOf(first);
    let freed = false;
    const waiting = slots.free().then(() => (freed = true));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(freed).toBe(false);
    slots.release(first.slot);
    await waiting;
    viewsOf(slots.pack(make(9)));
    expect([...(seen.bytes ?? [])]).toEqual([9]);
    expect([...(seen.kept?.[0]?.plain ?? [])]).toEqual([7]);
  });
});
