// Data of the benchmark: posts in several languages, long-tailed sizes, text that compresses little. Made once, the same everywhere.
import { createWriteStream, existsSync, mkdirSync, renameSync } from 'node:fs';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export const dataFolder = fileURLToPath(new URL('../../bench-data/', import.meta.url));

const SYLLABLES =
  'ba be bi bo bu da de di do du fa fe fi ga go ka ke ki ko la le li lo lu ma me mi mo na ne ni no pa pe po ra re ri ro sa se si so ta te ti to va ve vi zu'.split(
    ' ',
  );
const OTHER = [
  'für',
  'größe',
  'naïve',
  'señal',
  'żółty',
  'привет',
  'данные',
  'мир',
  '東京',
  '漢字',
  '데이터',
  '한국',
  'بيانات',
  'שלום',
  'Ωμέγα',
  '👍',
  '🎉',
  '👩‍💻',
];
const MARKS = ['. ', ', ', '! ', '? ', ' - ', '; ', '\n', ' "so" ', ' \\ ', '\t'];

/** mulberry32: a small seeded generator. */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function words(next) {
  const pick = (list) => list[Math.floor(next() * list.length)];
  return Array.from({ length: 30_000 }, () => {
    if (next() < 0.06) return pick(OTHER) + Math.floor(next() * 1000).toString(36);
    return Array.from({ length: 1 + Math.floor(next() * 4) }, () => pick(SYLLABLES)).join('');
  });
}

/** About 300 bytes on average, median below 200, up to 15 kB. */
function text(next, dictionary) {
  const target = Math.min(15_000, 30 + 150 * Math.exp((next() + next() + next() - 1.5) * 2.2));
  let out = '';
  while (out.length < target) {
    out += dictionary[Math.floor(next() * dictionary.length)];
    out += next() < 0.12 ? MARKS[Math.floor(next() * MARKS.length)] : ' ';
  }
  return out.trimEnd();
}

async function writePosts(file, rows, seed) {
  const next = random(seed);
  const dictionary = words(next);
  const out = createWriteStream(`${file}.part`, { highWaterMark: 8 << 20 });
  let buffer = '';
  for (let row = 0; row < rows; row++) {
    const post = {
      id: `p${String(row).padStart(8, '0')}`,
      text: text(next, dictionary),
      lang: ['en', 'de', 'ja', 'ru'][row % 4],
      likes: Math.floor(next() * 5000),
    };
    buffer += `${JSON.stringify(post)}\n`;
    if (buffer.length > 1 << 20) {
      if (!out.write(buffer)) await once(out, 'drain');
      buffer = '';
    }
  }
  out.end(buffer);
  await once(out, 'finish');
  renameSync(`${file}.part`, file);
}

async function convert(jsonl, stem, variants) {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const source = `read_json('${jsonl}', format = 'newline_delimited', columns = {id: 'VARCHAR', text: 'VARCHAR', lang: 'VARCHAR', likes: 'INTEGER'})`;
  await connection.run('SET preserve_insertion_order = true');
  for (const [name, options] of variants) {
    const file = `${stem}.${name}`;
    if (existsSync(file)) continue;
    await connection.run(`COPY (SELECT * FROM ${source}) TO '${file}.part' (${options})`);
    renameSync(`${file}.part`, file);
  }
  connection.closeSync();
  instance.closeSync();
}

const PARQUET = [
  ['zstd.parquet', 'FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 100000'],
  ['snappy.parquet', 'FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 100000'],
];
const MILLION = [['million.parquet', 'FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 1000000']];
const CSV = [['csv', 'FORMAT csv, HEADER true']];

/** Makes what is missing of the data below bench-data/. */
export async function makeData() {
  mkdirSync(dataFolder, { recursive: true });
  for (const [name, rows, seed] of [
    ['posts', 250_000, 7],
    ['big', 1_350_000, 11],
  ]) {
    const stem = dataFolder + name;
    if (!existsSync(`${stem}.jsonl`)) await writePosts(`${stem}.jsonl`, rows, seed);
    await convert(`${stem}.jsonl`, stem, [...PARQUET, ...CSV, ...(name === 'big' ? MILLION : [])]);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await makeData();
