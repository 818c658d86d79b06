import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { python } from '../../../support/python.ts';
import { answerFile, bodyLine, chunkOf, jobOf, keptRows } from './collectFixtures.ts';
import { arrowTypes, duck, ID, openResultsWorld, type ResultsWorld } from './resultsWorld.ts';

let world: ResultsWorld;
beforeAll(async () => {
  world = await openResultsWorld();
});
afterAll(() => world.close());

describe('embeddings', () => {
  it('come as lists of float32, bit for bit', async () => {
    const vectors = [new Float32Array([0.1, 0, 1e-40]), new Float32Array([3.4e38, -0]), null];
    const lines = vectors.map((vector, row) =>
      vector === null
        ? bodyLine(`r${row}`, { error: { message: 'Empty.' } }, 400)
        : bodyLine(`r${row}`, {
            data: [
              {
                index: 0,
                embedding: row === 0 ? [...vector] : Buffer.from(vector.buffer).toString('base64'),
              },
            ],
          }),
    );
    const kept = await keptRows(
      [ID],
      [],
      vectors.map((_, row) => ({ texts: [`r${row}`, String(row)], chunk: 1 })),
    );
    const job = jobOf('/v1/embeddings', { input: '{{text}}' }, ['parquet', 'jsonl']);
    const written = await world.write('embeddings', job, kept, [chunkOf(1, answerFile(lines))]);
    const read = await duck(`select embedding, status from read_parquet('${written.results[0]}')`);
    expect(read.types).toEqual(['FLOAT[]', 'VARCHAR']);
    expect(read.rows.map(([, status]) => status)).toEqual(['ok', 'ok', 'failed']);
    const types = await arrowTypes(written.results[0] ?? '');
    expect(types['embedding']).toMatch(/^list<element: float/);
    const script = `
import sys, json, pyarrow.parquet as pq
c = pq.read_table(sys.argv[1])['embedding']
print(json.dumps([None if not v.is_valid else v.values.to_numpy().tobytes().hex() for v in c]))`;
    const hex = JSON.parse(await python(script, [written.results[0] ?? ''])) as (string | null)[];
    expect(hex).toEqual(vectors.map((vector) => (vector === null ? null : Buffer.from(vector.buffer).toString('hex'))));
    const [first, second, third] = (await readFile(written.results[1] ?? '', 'utf8')).split('\n');
    expect(first).toContain('"embedding":[0.1,0,9.99995e-41]');
    expect(second).toContain('"embedding":[3.4e+38,0]');
    expect(third).toContain('"embedding":null');
  });

  it('of several inputs have a column each', async () => {
    const data = [0, 1].map((index) => ({ index, embedding: [index] }));
    const kept = await keptRows([ID], [], [{ texts: ['a', '1'], chunk: 1 }]);
    const job = jobOf('/v1/embeddings', { input: ['{{a}}', '{{b}}'] });
    const { results } = await world.write('two', job, kept, [chunkOf(1, answerFile([bodyLine('a', { data })]))]);
    const { rows } = await duck(`select embedding[1], embedding_2[1] from read_parquet('${results[0]}')`);
    expect(rows).toEqual([[0, 1]]);
  });
});
