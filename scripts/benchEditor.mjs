// `npm run bench:editor`: 250,000 posts are profiled, planned and rehearsed inside a real VS Code with the tree of runs open.
// Prints one table; fails where a row is missing or our own code held up the extension host for longer than MAX_SLICE_MS.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runHostTests } from '../test/host/runTest.mjs';
import { setUpChromium } from '../test/host/setUpChromium.mjs';
import { setUpHost } from '../test/host/setUpHost.mjs';
import { dataFolder, makeData } from './bench/makeData.mjs';
import { build } from './build.mjs';

const ROWS = 250_000;
const MAX_SLICE_MS = 50;
const LIMIT_MS = 3_600_000;
/** Slices that are worth a line of the table. */
const SHOWN_SLICES = 6;

const count = (value) => value.toLocaleString('en-US');
const mb = (value) => `${value.toFixed(0)} MB`;

/** The lines of the table. */
function linesOf({ steps, rows, memory, slices, chunks }) {
  const times = (name) => slices.find((slice) => slice.name === name)?.count ?? 0;
  return [
    ...steps.map(({ name, seconds }) => [name, `${seconds.toFixed(2)} s`]),
    ['Chunks', count(chunks)],
    ...rows.map((one) => [`Rows ${one.name}`, one.rows === null ? 'unknown' : count(one.rows)]),
    ['Refreshes of the tree', count(times('runs.flush'))],
    ['Rows of the tree drawn', count(times('runs.item'))],
    ['Activation', `${(slices.find(({ name }) => name === 'activate')?.ms ?? 0).toFixed(1)} ms`],
    ['Extension host before', mb(memory.beforeMb)],
    ['Extension host at most', `${mb(memory.mostMb)}, ${mb(memory.mostHeapMb)} of it heap`],
    ...slices.slice(0, SHOWN_SLICES).map(({ name, ms }) => [`Longest slice of ${name}`, `${ms.toFixed(1)} ms`]),
  ];
}

/** What must not be; empty where all is well. */
function faultsOf({ rows, slices }) {
  const missing = rows.filter((one) => one.rows !== ROWS).map(({ name }) => `Not every row is ${name}.`);
  const slow = slices.filter(({ ms }) => ms > MAX_SLICE_MS);
  return [...missing, ...slow.map(({ name, ms }) => `${name} held up the extension host for ${ms.toFixed(1)} ms.`)];
}

const folder = mkdtempSync(path.join(tmpdir(), 'tranche-bench-'));
const figures = path.join(folder, 'figures.json');
try {
  await build();
  setUpHost();
  setUpChromium();
  await makeData();
  const { OPENAI_API_KEY: _key, OPENAI_BASE_URL: _address, ...env } = process.env;
  const { failed } = await runHostTests(
    {
      ...env,
      TRANCHE_BENCH_DATA: `${dataFolder}posts.zstd.parquet`,
      TRANCHE_BENCH_FIGURES: figures,
      TRANCHE_HOST_TEST_LIMIT_MS: String(LIMIT_MS),
    },
    ['editor.bench'],
  );
  if (failed > 0 || !existsSync(figures)) throw new Error('The editor did not come to the end of it.');
  const found = JSON.parse(readFileSync(figures, 'utf8'));
  const lines = linesOf(found);
  const width = Math.max(...lines.map(([name]) => name.length));
  for (const [name, value] of lines) console.log(`${name.padEnd(width)}  ${value}`);
  for (const fault of faultsOf(found)) {
    console.log(`FAILED  ${fault}`);
    process.exitCode = 1;
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
