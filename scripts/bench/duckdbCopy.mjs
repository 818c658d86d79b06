// node duckdbCopy.mjs SOURCE OUT THREADS: the same lines in the same order by DuckDB, one file, no cap kept. Prints the seconds of the query alone.
import { mkdirSync, rmSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';

const [, , source, out, threads] = process.argv;
rmSync(out, { recursive: true, force: true });
mkdirSync(out);
const instance = await DuckDBInstance.create(':memory:', { threads });
const connection = await instance.connect();
const read = source.endsWith('.csv')
  ? `read_csv('${source}', all_varchar = true, header = true, parallel = true)`
  : source.endsWith('.jsonl')
    ? `read_json('${source}', format = 'newline_delimited', columns = {id: 'VARCHAR', text: 'VARCHAR'})`
    : `read_parquet('${source}')`;
const line = `SELECT id AS custom_id, 'POST' AS method, '/v1/chat/completions' AS url, {model: 'gpt-4o-mini', messages: [{role: 'system', content: 'Classify the post by topic.'}, {role: 'user', content: text}]} AS body FROM ${read}`;
const began = performance.now();
const cpu = process.cpuUsage();
try {
  await connection.run(`COPY (${line}) TO '${out}/lines.jsonl' (FORMAT json)`);
} catch (error) {
  if (!source.endsWith('.csv')) throw error;
  // its parallel reader fails on some quoted newlines
  rmSync(`${out}/lines.jsonl`, { force: true });
  await connection.run(
    `COPY (${line.replace('parallel = true', 'parallel = false')}) TO '${out}/lines.jsonl' (FORMAT json)`,
  );
}
const used = process.cpuUsage(cpu);
console.log(JSON.stringify({ wallS: (performance.now() - began) / 1000, cpuS: (used.user + used.system) / 1e6 }));
