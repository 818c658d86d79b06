import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChunkLimits } from '../../../../src/core/model/limits.ts';
import { openChunkCutter, type CutPiece } from '../../../../src/core/plan/cutChunks.ts';

const limits = (some: Partial<ChunkLimits>): ChunkLimits => ({
  maxBytes: 1e9,
  maxRequests: 1e9,
  maxInputs: null,
  maxTokens: null,
  ...some,
});

function cut(lengths: number[], some: Partial<ChunkLimits>, tokens: number[] | null = null, inputs = 1) {
  const cutter = openChunkCutter(limits(some), inputs);
  const pieces = cutter.add(Uint32Array.from(lengths), tokens && Uint32Array.from(tokens));
  return { pieces, chunks: cutter.end() };
}

describe('cutting chunks', () => {
  it('closes a chunk before the line that would cross the byte limit, and fills it to the last byte', () => {
    const { chunks } = cut([40, 60, 1, 99, 1], { maxBytes: 100 });
    expect(chunks.map(({ bytes, closedBy }) => [bytes, closedBy])).toEqual([
      [100, 'bytes'],
      [100, 'bytes'],
      [1, 'end'],
    ]);
  });

  it('names the limit that closed each chunk', () => {
    expect(cut([1, 1, 1], { maxRequests: 2 }).chunks[0]?.closedBy).toBe('requests');
    expect(cut([1, 1, 1], { maxInputs: 2 }).chunks[0]?.closedBy).toBe('inputs');
    expect(cut([1, 1, 1], { maxTokens: 5 }, [3, 2, 1]).chunks[0]?.closedBy).toBe('tokens');
    expect(cut([9, 9], { maxBytes: 10, maxRequests: 1 }).chunks[0]?.closedBy).toBe('bytes');
  });

  it('counts several inputs a request', () => {
    expect(cut([1, 1, 1, 1], { maxInputs: 5 }, null, 2).chunks.map((chunk) => chunk.requests)).toEqual([2, 2]);
  });

  it('gives rows without a line to the chunk that is open and never counts them', () => {
    const { pieces, chunks } = cut([0, 5, 0, 5, 0], { maxBytes: 5 });
    expect(pieces).toEqual([
      { chunk: 1, fromRow: 0, toRow: 3, bytes: 5 },
      { chunk: 2, fromRow: 3, toRow: 5, bytes: 5 },
    ]);
    expect(chunks.map(({ firstRow, endRow }) => [firstRow, endRow])).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('makes no chunk where no row has a line', () => {
    expect(cut([0, 0], {})).toEqual({ pieces: [{ chunk: 0, fromRow: 0, toRow: 2, bytes: 0 }], chunks: [] });
  });

  it('keeps every limit, loses no line and cuts the same wherever the blocks end', () => {
    const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 9 })), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(rows, fc.array(fc.nat(20), { minLength: 1 }), (table, steps) => {
        const caps = limits({ maxBytes: 120, maxRequests: 7, maxInputs: 10, maxTokens: 20 });
        const lengths = Uint32Array.from(table, ([length]) => length);
        const tokens = Uint32Array.from(table, ([, count]) => count);
        const whole = openChunkCutter(caps, 2);
        whole.add(lengths, tokens);
        const parts = openChunkCutter(caps, 2);
        const pieces: CutPiece[] = [];
        for (let at = 0, k = 0; at < lengths.length; k++) {
          const to = Math.min(lengths.length, at + 1 + (steps[k % steps.length] ?? 0));
          pieces.push(...parts.add(lengths.slice(at, to), tokens.slice(at, to)));
          at = to;
        }
        const chunks = parts.end();
        expect(chunks).toEqual(whole.end());
        for (const chunk of chunks) {
          const inside = table.slice(chunk.firstRow, chunk.endRow).filter(([length]) => length > 0);
          expect(chunk.bytes).toBe(inside.reduce((sum, [length]) => sum + length, 0));
          expect(chunk.bytes).toBeLessThanOrEqual(120);
          expect(chunk.requests).toBe(inside.length);
          expect(chunk.requests).toBeLessThanOrEqual(5);
          expect(chunk.tokens).toBeLessThanOrEqual(20);
          const own = pieces.filter((piece) => piece.chunk === chunk.index);
          expect(own.reduce((sum, piece) => sum + piece.bytes, 0)).toBe(chunk.bytes);
        }
        expect(chunks.reduce((sum, chunk) => sum + chunk.requests, 0)).toBe(
          lengths.filter((length) => length > 0).length,
        );
      }),
    );
  });
});
