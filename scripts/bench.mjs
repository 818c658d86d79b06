// `npm run bench`: makes its data, then prints one table; each line is a ratio measured in this very run.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { checkChunks } from './bench/checkChunks.mjs';
import { dataFolder, makeData } from './bench/makeData.mjs';
import { cli, measure, median } from './bench/measure.mjs';
import { newerNode } from './bench/newerNode.mjs';
import { build } from './build.mjs';
import { root } from './install.mjs';

const RUNS = Number(process.env.BENCH_RUNS ?? 3);
const WORKERS = '2';
const work = path.join(dataFolder, 'work');
const script = (name) => path.join(root, 'scripts/bench', name);

const SOURCES = [
  ['Parquet zstd, groups of 100,000', 'big.zstd.parquet'],
  ['Parquet snappy, groups of 100,000', 'big.snappy.parquet'],
  ['Parquet zstd, groups of a million', 'big.million.parquet'],
  ['CSV', 'big.csv'],
  ['JSONL', 'big.jsonl'],
];

function writeJob(source) {
  const file = path.join(work, `${source}.tranche.json`);
  const messages = [
    { role: 'system', content: 'Classify the post by topic.' },
    { role: 'user', content: '{{text}}' },
  ];
  const request = { endpoint: '/v1/chat/completions', model: 'gpt-4o-mini', body: { messages } };
  writeFileSync(file, JSON.stringify({ dataset: { uri: dataFolder + source, key: 'id' }, request }));
  return file;
}

function renderOurs(node, source) {
  const out = path.join(work, 'ours');
  rmSync(out, { recursive: true, force: true });
  const used = measure(node, cli, ['render', writeJob(source), '--out', out], {
    TRANCHE_HOME: path.join(work, 'home'),
    TRANCHE_WORKERS: WORKERS,
  });
  return { ...used, out };
}

function renderDuckdb(source) {
  const { stdout } = measure(process.execPath, script('duckdbCopy.mjs'), [
    dataFolder + source,
    path.join(work, 'duckdb'),
    WORKERS,
  ]);
  return JSON.parse(stdout);
}

const rows = [];
const row = (...cells) => {
  rows.push(cells);
  console.error(cells.join(' | '));
};
const seconds = (value) => `${value.toFixed(2)} s`;
const times = (value) => `${value.toFixed(2)} x`;

/** Ours and DuckDB in turn, so that both meet the same machine. */
function compare(title, source, nodes) {
  const ours = new Map(nodes.map((node) => [node, []]));
  const duckdb = [];
  for (let run = 0; run < RUNS; run++) {
    duckdb.push(renderDuckdb(source));
    for (const node of nodes) ours.get(node).push(renderOurs(node, source));
  }
  const theirs = median(duckdb);
  const checked = checkChunks(path.join(work, 'ours'));
  for (const [node, runs] of ours) {
    const best = median(runs);
    const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
    row(
      `render from ${title}`,
      version,
      `ours ${seconds(best.wallS)} / ${seconds(best.cpuS)} CPU`,
      `DuckDB ${seconds(theirs.wallS)} / ${seconds(theirs.cpuS)} CPU`,
      `${times(theirs.wallS / best.wallS)} its speed at ${times(best.cpuS / theirs.cpuS)} its CPU`,
      `peak ${best.rssMb.toFixed(0)} MB, ${checked.violations} violations, ${checked.rows} rows`,
    );
  }
  return median(ours.get(nodes[0]));
}

function copyTime() {
  const from = path.join(work, 'ours');
  const to = path.join(work, 'copy');
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to);
  const began = performance.now();
  for (const name of readdirSync(from)) copyFileSync(path.join(from, name), path.join(to, name));
  return (performance.now() - began) / 1000;
}

async function compareUploads() {
  const probes = path.join(work, 'probes.mjs');
  const folder = path.join(work, 'upload');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const line = `${JSON.stringify({ custom_id: 'x', body: 'y'.repeat(980) })}\n`;
  const content = line.repeat(Math.floor(90_000_000 / line.length));
  for (let file = 0; file < 8; file++) writeFileSync(path.join(folder, `f${file}.jsonl`), content);
  const server = spawn(process.execPath, [probes, 'serve', path.join(work, 'rehearsal')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await once(server.stdout, 'data');
  const { url } = JSON.parse(said.toString());
  const { stdout } = measure(process.execPath, probes, ['upload', url, folder]);
  server.kill();
  const { files, addedMb, seconds: took } = JSON.parse(stdout);
  row(
    `${files} parallel uploads of 90 MB from disk`,
    process.version,
    seconds(took),
    '-',
    `add ${addedMb.toFixed(0)} MB`,
    'to reach: under 100 MB',
  );
}

async function bundleProbes() {
  const esbuild = await import('esbuild');
  const banner = "import { createRequire as __r } from 'node:module'; const require = __r(import.meta.url);";
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: ['scripts/bench/probes.ts'],
    outfile: path.join(work, 'probes.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    banner: { js: banner },
    logLevel: 'warning',
  });
}

function profileLines() {
  for (const source of ['big.zstd.parquet', 'big.csv']) {
    const args = ['profile', dataFolder + source, '--json'];
    const used = measure(process.execPath, cli, args, { TRANCHE_HOME: path.join(work, 'home') });
    const { read } = JSON.parse(used.stdout);
    row(
      `profile of ${source}`,
      process.version,
      `${seconds(used.wallS)} / ${seconds(used.cpuS)} CPU`,
      '-',
      `read ${(read.bytes / 1e6).toFixed(1)} MB`,
      `peak ${used.rssMb.toFixed(0)} MB`,
    );
  }
}

await build();
await makeData();
rmSync(work, { recursive: true, force: true });
mkdirSync(work);
await bundleProbes();
const newer = newerNode();
const nodes = newer === null ? [process.execPath] : [process.execPath, newer];
let first;
for (const [title, source] of SOURCES) first = compare(title, source, nodes) ?? first;
const stringify = measure(process.execPath, script('stringify.mjs'), [
  dataFolder + 'big.jsonl',
  path.join(work, 'stringify.jsonl'),
]);
row(
  'one JSON.stringify a row, from JSONL',
  process.version,
  `ours ${seconds(first.wallS)}`,
  `it ${seconds(stringify.wallS)}`,
  `${times(stringify.wallS / first.wallS)} its speed`,
  `its peak ${stringify.rssMb.toFixed(0)} MB`,
);
const copied = copyTime();
row(
  'a plain copy of the output',
  process.version,
  `ours ${seconds(first.wallS)}`,
  `copy ${seconds(copied)}`,
  `${times(first.wallS / copied)} its time`,
  '',
);
const planned = JSON.parse(measure(process.execPath, path.join(work, 'probes.mjs'), ['plan']).stdout);
row(
  'plan of 9 million row sizes',
  process.version,
  `${planned.ms.toFixed(0)} ms`,
  '-',
  `${planned.chunks} chunks`,
  'to reach: under 100 ms',
);
profileLines();
await compareUploads();
rmSync(work, { recursive: true, force: true });
console.log(
  `\n| what | Node | ours | peer | ratio | notes |\n|---|---|---|---|---|---|\n${rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}`,
);
