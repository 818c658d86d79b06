import type { DatasetFormat } from '../model/dataset.ts';

const ARROW_RULE: Readonly<Record<DatasetFormat, string>> = {
  parquet:
    'Arrow: the unpadded buffers of each column as one piece (values, 4-byte offsets of text, a bit a row where there are nulls), dictionaries unfolded.',
  arrow: 'Arrow: the buffers of the file itself, unpacked.',
  csv: 'Arrow: every column as text (4-byte offsets, UTF-8, a bit a row where there are nulls). What a CSV file holds lies together, so bytes on disk are known only in all.',
  jsonl:
    'Arrow: every key of the lines as text (4-byte offsets, UTF-8, a bit a row where there are nulls). What a line holds lies together, so bytes on disk are known only in all.',
};

/** How figures came about, one sentence each, for people. */
export function footprintRules(format: DatasetFormat, forJob: boolean): string[] {
  return [
    ARROW_RULE[format],
    'pandas: what memory_usage(deep=True) counts with numpy types and Python strings (an 8-byte pointer, 49 bytes a string and 1, 2 or 4 bytes a character by its widest; integers with nulls as 8-byte floats). The string type of pandas 3 with pyarrow holds text as Arrow does: the smaller figure.',
    'Spark: the in-memory columnar cache without compression (value widths, 4 bytes before a text, 4 bytes a null; https://spark.apache.org/docs/latest/sql-performance-tuning.html#caching-data); columns with few distinct values shrink, so the interval reaches far below.',
    forJob
      ? "Lines and tokens: those of the job's requests; a column's share is what its placeholders put in, before any cut."
      : 'Batch lines without a job: the escaped text of all columns; tokens: those of the texts in o200k_base. Name a job with --job for its lines and cost.',
    `A row: ${forJob ? 'its batch line, newline included' : 'the texts of all its columns'}. The largest rows are those among the rows that were read.`,
    'Intervals hold with 95 % confidence.',
  ];
}
