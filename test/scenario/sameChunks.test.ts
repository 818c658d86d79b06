import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';
import { python } from '../support/python.ts';
import { openWorkFolder, postsJsonl, type WorkFolder } from '../support/workFolder.ts';

/** Writes one table of odd texts in every format; text columns only, so that all formats hold the same values. */
const WRITE = `
import csv, json, random, sys
import pyarrow as pa, pyarrow.parquet as pq, pyarrow.feather as feather
folder = sys.argv[1]
rng = random.Random(7)
bits = ['plain words ', 'größe ', '漢字', '😀👩‍💻', '"quoted" ', 'back\\\\slash ', 'line\\nbreak ', '\\ttab ', '\\u0001', 'comma, ', "it's ", '\\u2028', '']
rows = []
for i in range(3000):
    text = None if i % 97 == 5 else ''.join(rng.choice(bits) for _ in range(rng.randrange(0, 60)))
    rows.append({'id': f'post/{i}' if i % 3 else f'post-{i}', 'text': text, 'lang': rng.choice(['en', 'de', None])})
schema = pa.schema([('id', pa.string()), ('text', pa.string()), ('lang', pa.string())])
table = pa.Table.from_pylist(rows, schema=schema)
pq.write_table(table, f'{folder}/a.parquet', compression='zstd', row_group_size=700, data_page_size=4096)
pq.write_table(table, f'{folder}/b.parquet', compression='snappy', use_dictionary=False, data_page_version='2.0')
pq.write_table(table, f'{folder}/c.parquet', compression='gzip', column_encoding={'id': 'DELTA_BYTE_ARRAY', 'text': 'DELTA_LENGTH_BYTE_ARRAY', 'lang': 'PLAIN'}, use_dictionary=False)
feather.write_feather(table, f'{folder}/d.arrow', compression='lz4', chunksize=500)
with pa.OSFile(f'{folder}/e.arrows', 'wb') as out, pa.ipc.new_stream(out, schema) as writer:
    writer.write_table(table, max_chunksize=800)
with open(f'{folder}/f.csv', 'w', newline='', encoding='utf-8') as out:
    out.write('id,text,lang\\n')
    for row in rows:
        out.write(','.join('' if row[k] is None else '"' + row[k].replace('"', '""') + '"' for k in ('id', 'text', 'lang')) + '\\n')
with open(f'{folder}/g.jsonl', 'w', encoding='utf-8') as out:
    for row in rows:
        out.write(json.dumps(row, ensure_ascii=rng.random() < 0.5) + '\\n')
`;

const FILES = ['a.parquet', 'b.parquet', 'c.parquet', 'd.arrow', 'e.arrows', 'f.csv', 'g.jsonl'];
const LIMITS = { maxBytes: 40_000, maxRequests: 400 };

let folder: WorkFolder;
beforeAll(async () => {
  folder = await openWorkFolder();
  await python(WRITE, [folder.path]);
});
afterAll(() => folder.remove());

async function render(file: string, workers: number): Promise<{ names: string[]; hash: string; out: string }> {
  const name = `${file}-${workers}`;
  const job = await folder.job(name, file, {
    limits: LIMITS,
    content: 'About {{text}} ({{lang}}) {{text}}',
    request: { onNull: 'quarantine' },
  });
  const out = path.join(folder.path, `out-${name}`);
  const { code, stderr } = await runCli(['render', job, '--out', out], folder.path, {
    TRANCHE_WORKERS: String(workers),
  });
  expect(code, stderr).toBe(3);
  const names = (await readdir(out)).filter((one) => one.startsWith('chunk-')).sort();
  const hash = createHash('sha256');
  for (const one of names) hash.update(await readFile(path.join(out, one)));
  return { names, hash: hash.digest('hex'), out };
}

describe('one table in every format', () => {
  it('gives the same chunk files, byte for byte, whatever the number of workers', async () => {
    const first = await render('a.parquet', 1);
    expect(first.names.length).toBeGreaterThan(5);
    for (const file of FILES) {
      for (const workers of file === 'a.parquet' ? [2, 3] : [2]) {
        const { names, hash } = await render(file, workers);
        expect([file, names.length, hash]).toEqual([file, first.names.length, first.hash]);
      }
    }
  });

  it('keeps every limit, and every line is the JSON of its row', async () => {
    const { names, out } = await render('g.jsonl', 3);
    const rows = new Map(
      (await readFile(path.join(folder.path, 'g.jsonl'), 'utf8'))
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as { id: string; text: string | null; lang: string | null })
        .filter((row) => row.text !== null && row.lang !== null)
        .map((row) => [row.id, row]),
    );
    const expectedId = (id: string): string =>
      /^[\w-]{1,64}$/.test(id)
        ? id
        : `h_${createHash('sha256')
            .update(JSON.stringify([id]))
            .digest('hex')
            .slice(0, 40)}`;
    const byCustomId = new Map([...rows.values()].map((row) => [expectedId(row.id), row]));
    let seen = 0;
    for (const name of names) {
      const content = await readFile(path.join(out, name));
      expect(content.length).toBeLessThanOrEqual(LIMITS.maxBytes);
      const lines = content.toString('utf8').split('\n').slice(0, -1);
      expect(lines.length).toBeLessThanOrEqual(LIMITS.maxRequests);
      for (const line of lines) {
        const request = JSON.parse(line) as { custom_id: string; body: { messages: { content: string }[] } };
        const row = byCustomId.get(request.custom_id);
        expect(Object.keys(request)).toEqual(['custom_id', 'method', 'url', 'body']);
        expect(request.body.messages[1]?.content).toBe(`About ${row?.text} (${row?.lang}) ${row?.text}`);
        seen++;
      }
    }
    expect(seen).toBe(rows.size);
  });

  it('cuts the same plan that it renders', async () => {
    const job = await folder.job('planned', 'c.parquet', {
      limits: LIMITS,
      content: 'About {{text}} ({{lang}}) {{text}}',
    });
    const out = path.join(folder.path, 'out-planned');
    const plan = JSON.parse((await runCli(['plan', job, '--json'], folder.path)).stdout) as {
      planHash: string;
      chunks: { bytes: number; requests: number; closedBy: string }[];
    };
    await runCli(['render', job, '--out', out], folder.path);
    const manifest = JSON.parse(await readFile(path.join(out, 'manifest.json'), 'utf8')) as typeof plan & {
      chunks: { sha256: string; file: string }[];
    };
    expect(manifest.planHash).toBe(plan.planHash);
    const cut = (chunks: typeof plan.chunks): unknown[] =>
      chunks.map(({ bytes, requests, closedBy }) => [bytes, requests, closedBy]);
    expect(cut(manifest.chunks)).toEqual(cut(plan.chunks));
    for (const { file, sha256 } of manifest.chunks) {
      expect(
        createHash('sha256')
          .update(await readFile(path.join(out, file)))
          .digest('hex'),
      ).toBe(sha256);
    }
  });

  it('keeps rows of the first n only when the job says so, in every format', async () => {
    for (const file of ['a.parquet', 'd.arrow', 'f.csv', 'g.jsonl']) {
      const job = await folder.job(`first-${file}`, file, { dataset: { limit: 777 } });
      const { stdout } = await runCli(['plan', job, '--json'], folder.path);
      expect([file, (JSON.parse(stdout) as { rows: number }).rows]).toEqual([file, 777]);
    }
  });

  it('gives the same chunks whatever is kept of the rows, and keeps it whole', async () => {
    await folder.write('many.jsonl', postsJsonl(60_000));
    const hashes: string[] = [];
    for (const columns of [[], ['text', 'lang']]) {
      const name = `kept-${columns.length}`;
      const job = await folder.job(name, 'many.jsonl', { results: { columns }, dataset: { key: ['id', 'text'] } });
      const out = path.join(folder.path, `out-${name}`);
      const { code, stderr } = await runCli(['render', job, '--out', out], folder.path, { TRANCHE_WORKERS: '1' });
      expect(code, stderr).toBe(0);
      const hash = createHash('sha256');
      for (const file of (await readdir(out)).filter((one) => one.startsWith('chunk-')).sort()) {
        hash.update(await readFile(path.join(out, file)));
      }
      hashes.push(hash.digest('hex'));
    }
    expect(hashes[1]).toBe(hashes[0]);
    const kept = await python(
      'import sys, pyarrow.parquet as pq\nt = pq.read_table(sys.argv[1])\nprint(t.num_rows, t.column("text").null_count, len(set(t.column("id").to_pylist())))',
      [path.join(folder.path, 'out-kept-2', 'keys.parquet')],
    );
    expect(kept.trim()).toBe('60000 0 60000');
  });
});
