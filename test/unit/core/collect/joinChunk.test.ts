import { describe, expect, it } from 'vitest';
import { type ChunkJoin, joinChunk } from '../../../../src/core/collect/joinChunk.ts';
import type { ByteSource } from '../../../../src/core/ports.ts';
import { answerFile, bodyLine, chatLine, chunkOf, memorySource, NEVER, shapeOf } from './collectFixtures.ts';

const shape = shapeOf('/v1/chat/completions', {});

async function contents(join: ChunkJoin, ids: readonly string[]): Promise<(string | null | undefined)[]> {
  const found: (string | null | undefined)[] = [];
  for (const id of ids) {
    const answer = await join.take(id, NEVER);
    found.push(answer === null ? undefined : (answer.content ?? answer.error));
  }
  return found;
}

describe('joinChunk', () => {
  it('finds each answer in output and error files, in any order', async () => {
    const failed = bodyLine('b', { error: { message: 'Bad.' } }, 400);
    const chunk = chunkOf(1, answerFile([chatLine('c', 'C'), chatLine('a', 'A')]), answerFile([failed]));
    const join = await joinChunk(chunk, shape, NEVER);
    expect(await contents(join, ['a', 'b', 'c', 'd'])).toEqual(['A', '400: Bad.', 'C', undefined]);
    expect(join.notes()).toEqual({ duplicates: 0, unknown: 0, broken: 0 });
  });

  it('takes the first ok answer of a row that has several, over all attempts', async () => {
    const lines = [bodyLine('a', {}, 500), chatLine('a', 'first'), chatLine('a', 'second')];
    const join = await joinChunk(chunkOf(1, answerFile(lines), answerFile([chatLine('a', 'third')])), shape, NEVER);
    expect(await contents(join, ['a'])).toEqual(['first']);
    expect(join.notes().duplicates).toBe(3);
  });

  it('takes the first answer of a row where none is ok', async () => {
    const lines = [
      bodyLine('a', { error: { message: 'one' } }, 500),
      bodyLine('a', { error: { message: 'two' } }, 500),
    ];
    const join = await joinChunk(chunkOf(1, answerFile(lines)), shape, NEVER);
    expect(await contents(join, ['a'])).toEqual(['500: one']);
  });

  it('counts rows the chunk does not have', async () => {
    const join = await joinChunk(chunkOf(1, answerFile([chatLine('a', 'A'), chatLine('x', 'X')])), shape, NEVER);
    expect(await contents(join, ['a'])).toEqual(['A']);
    expect(join.notes().unknown).toBe(1);
  });

  it('counts broken lines, whose rows stay without an answer', async () => {
    const cut = JSON.stringify(chatLine('a', 'A')).slice(0, -9);
    const lines = [cut, 'nonsense', '{"custom_id":7}', '[]', chatLine('b', 'B')];
    const join = await joinChunk(chunkOf(1, answerFile(lines)), shape, NEVER);
    expect(await contents(join, ['a', 'b'])).toEqual([undefined, 'B']);
    expect(join.notes()).toEqual({ duplicates: 0, unknown: 0, broken: 4 });
  });

  it('takes a file without a last newline, with CRLF, empty lines and a byte order mark', async () => {
    const text = `\ufeff${JSON.stringify(chatLine('a', 'A'))}\r\n\r\n  \n\n${JSON.stringify(chatLine('b', 'B'))}`;
    const file = { open: async () => memorySource('out', new TextEncoder().encode(text)) };
    const join = await joinChunk(chunkOf(1, file), shape, NEVER);
    expect(await contents(join, ['a', 'b'])).toEqual(['A', 'B']);
    expect(join.notes().broken).toBe(0);
  });

  it('is not misled by a custom_id inside of the answer or behind it', async () => {
    const line = { response: { body: { custom_id: 'x', choices: [] }, status_code: 200 }, custom_id: 'a' };
    const escaped = '{"id":"1","custom_id":"\\u0062","response":{"status_code":500,"body":{}}}';
    const twice = '{"custom_id":"c","custom_id":"d","response":{"status_code":500,"body":{}}}';
    const join = await joinChunk(chunkOf(1, answerFile([line, escaped, twice])), shape, NEVER);
    expect((await contents(join, ['a', 'b', 'c', 'd', 'x'])).map((found) => found !== undefined)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(join.notes()).toEqual({ duplicates: 0, unknown: 0, broken: 1 });
  });

  it('takes an empty file', async () => {
    const join = await joinChunk(chunkOf(1, answerFile([])), shape, NEVER);
    expect(await contents(join, ['a'])).toEqual([undefined]);
  });

  it('finds lines in a file too large to be held, read by their place in any order', async () => {
    const ids = Array.from({ length: 700 }, (_, row) => `row-${row}`);
    const lines = ids.map((id) => chatLine(id, id.padEnd(50_000, '.')));
    const source = await answerFile(lines).open(NEVER);
    expect(source.sizeBytes).toBeGreaterThan(32_000_000);
    let largest = 0;
    const watched: ByteSource = {
      ...source,
      read: (offset, length, signal) => {
        largest = Math.max(largest, length);
        return source.read(offset, length, signal);
      },
    };
    const join = await joinChunk(chunkOf(1, { open: async () => watched }), shape, NEVER);
    for (const id of [...ids.slice(350), ...ids.slice(0, 350).reverse()]) {
      expect((await join.take(id, NEVER))?.content?.startsWith(`${id}.`)).toBe(true);
    }
    expect(largest).toBeLessThanOrEqual(4_000_000);
  });

  it('closes its files, also when one of them fails to open', async () => {
    let closed = 0;
    const source = await answerFile([chatLine('a', 'A')]).open(NEVER);
    const file = {
      open: async () => ({
        ...source,
        close: async () => {
          closed++;
        },
      }),
    };
    await (await joinChunk(chunkOf(1, file), shape, NEVER)).close();
    expect(closed).toBe(1);
    const broken = { open: () => Promise.reject(new Error('gone')) };
    await expect(joinChunk(chunkOf(1, file, broken), shape, NEVER)).rejects.toThrow('gone');
    expect(closed).toBe(2);
  });
});
