import type { OpenedDataset } from '../core/datasets/openDataset.ts';
import type { Column } from '../core/model/columnType.ts';
import { datasetRows } from '../core/pipeline/datasetRows.ts';
import type { ReadEnv } from '../core/datasets/formatReader.ts';
import { placeholderName } from './placeholderName.ts';

/** What a guess about columns rests on: so many first rows, fewer where they take more bytes. */
interface Beginning {
  readonly rows: number;
  readonly bytes: number;
}
const OF_KEYS: Beginning = { rows: 1_000, bytes: 1_000_000 };
const OF_TEXTS: Beginning = { rows: 200, bytes: 16_000_000 };
/** Columns that are looked at. */
const MOST_KEYS = 8;
const MOST_TEXTS = 40;

const LIKELY = /^(_?id|key|uuid|guid)$/i;
const POSSIBLE = /(_id|_key|_uuid|Id)$/;

async function firstLines(
  opened: OpenedDataset,
  columns: readonly Column[],
  most: Beginning,
  env: ReadEnv,
  signal: AbortSignal,
): Promise<{ readonly lines: readonly string[]; readonly bytes: number }> {
  const names = columns.map(({ name }) => placeholderName(name));
  const lines: string[] = [];
  let bytes = 0;
  for await (const piece of datasetRows(opened.dataset, { columns: names, limit: most.rows }, env, signal)) {
    lines.push(...new TextDecoder().decode(piece).split('\n'));
    bytes += piece.length;
    if (bytes > most.bytes) break;
  }
  return { lines: lines.filter((line) => line !== ''), bytes };
}

function isScalar({ type }: Column): boolean {
  return ['int', 'utf8', 'uuid', 'cell', 'json', 'decimal', 'binary'].includes(type.kind);
}

function rankOf({ name }: Column): number {
  if (LIKELY.test(name)) return 0;
  return POSSIBLE.test(name) ? 1 : 2;
}

/** The column that most likely names a row: its name says so, and no value of the first rows is null, there twice or a long text. Null if no column fits. */
export async function guessKey(opened: OpenedDataset, env: ReadEnv, signal: AbortSignal): Promise<string | null> {
  const scalar = opened.dataset.columns.filter(isScalar);
  const ranked = [0, 1, 2].flatMap((rank) => scalar.filter((column) => rankOf(column) === rank));
  for (const column of ranked.slice(0, MOST_KEYS)) {
    const { lines, bytes } = await firstLines(opened, [column], OF_KEYS, env, signal);
    if (bytes > OF_KEYS.bytes || lines.some((line) => line.endsWith(':null}'))) continue;
    if (new Set(lines).size === lines.length) return column.name;
  }
  return null;
}

/** Words of a column's name that say it holds what people write. */
const TEXT_WORDS = /^(text|body|content|description|message|review|comment|title|summary|question|prompt)$/;
/** A named column wins over a larger one only where its texts are more than labels. */
const LEAST_MEAN_CHARS = 20;

function saysText(name: string): boolean {
  const words = name.replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2').toLowerCase();
  return words.split(/[^\p{L}]+/u).some((word) => TEXT_WORDS.test(word));
}

interface Texts {
  readonly name: string;
  count: number;
  chars: number;
}

function textsOf(columns: readonly Column[], lines: readonly string[]): Texts[] {
  const all = new Map(columns.map(({ name }): [string, Texts] => [name, { name, count: 0, chars: 0 }]));
  for (const line of lines) {
    for (const [name, value] of Object.entries(JSON.parse(line) as object)) {
      const texts = all.get(name);
      if (texts === undefined || typeof value !== 'string') continue;
      texts.count += 1;
      texts.chars += value.length;
    }
  }
  return [...all.values()].filter(({ chars }) => chars > 0).sort((a, b) => b.chars - a.chars);
}

/** The column other than the key that most likely holds the text: one whose name says so, else the one with the most text in the first rows; null where there is no text. */
export async function guessText(
  opened: OpenedDataset,
  key: string | null,
  env: ReadEnv,
  signal: AbortSignal,
): Promise<string | null> {
  const kinds = ['utf8', 'cell', 'json'];
  const columns = opened.dataset.columns
    .filter(({ name, type }) => name !== key && kinds.includes(type.kind))
    .slice(0, MOST_TEXTS);
  if (columns.length === 0) return null;
  const { lines } = await firstLines(opened, columns, OF_TEXTS, env, signal);
  const texts = textsOf(columns, lines);
  const named = texts.find(({ name, count, chars }) => saysText(name) && chars >= LEAST_MEAN_CHARS * count);
  return (named ?? texts[0])?.name ?? null;
}
