import type { DatasetFormat } from '../model/dataset.ts';

const ENDINGS: Readonly<Record<string, DatasetFormat>> = {
  parquet: 'parquet',
  pq: 'parquet',
  arrow: 'arrow',
  arrows: 'arrow',
  feather: 'arrow',
  ipc: 'arrow',
  csv: 'csv',
  tsv: 'csv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
};

/** The format that a file's ending names (`.gz` and `.zst` are looked through), null if it names none. */
export function formatOfEnding(name: string): DatasetFormat | null {
  const [, ending] = /\.([a-z0-9]+)(?:\.(?:gz|zst))?$/.exec(name.toLowerCase()) ?? [];
  return ending !== undefined && Object.hasOwn(ENDINGS, ending) ? (ENDINGS[ending] ?? null) : null;
}
