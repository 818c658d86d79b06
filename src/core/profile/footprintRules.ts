import type { DatasetFormat } from '../model/dataset.ts';

/** How some figures of a footprint come about: which ones, and one sentence for people. */
export interface FootprintRule {
  readonly about: 'arrow' | 'pandas' | 'spark' | 'lines' | 'rows' | 'intervals';
  readonly text: string;
}

const ARROW_RULE: Readonly<Record<DatasetFormat, string>> = {
  parquet:
    'Arrow: the unpadded buffers of each column as one piece (values, 4-byte offsets of text, a bit a row where there are nulls), dictionaries unfolded.',
  arrow: 'Arrow: the buffers of the file itself, unpacked.',
  csv: 'Arrow: every column as text (4-byte offsets, UTF-8, a bit a row where there are nulls). What a CSV file holds lies together, so bytes on disk are known only in all.',
  jsonl:
    'Arrow: every key of the lines as text (4-byte offsets, UTF-8, a bit a row where there are nulls). What a line holds lies together, so bytes on disk are known only in all.',
};

const PANDAS_RULE =
  'pandas: what memory_usage(deep=True) counts with numpy types and Python strings (an 8-byte pointer, 49 bytes a string and 1, 2 or 4 bytes a character by its widest; integers with nulls as 8-byte floats). The string type of pandas 3 with pyarrow holds text as Arrow does: the smaller figure.';
const SPARK_RULE =
  'Spark: the in-memory columnar cache without compression (value widths, 4 bytes before a text, 4 bytes a null; https://spark.apache.org/docs/latest/sql-performance-tuning.html#caching-data); columns with few distinct values shrink, so the interval reaches far below.';
const JOB_LINES_RULE =
  "Lines and tokens: those of the job's requests; a column's share is what its placeholders put in, before any cut.";
const TEXT_LINES_RULE =
  'Batch lines without a job: the escaped text of all columns; tokens: those of the texts in o200k_base.';

/** How the figures of a footprint come about, in the order of its totals. */
export function footprintRules(format: DatasetFormat, forJob: boolean): FootprintRule[] {
  const row = forJob ? 'its batch line, newline included' : 'the texts of all its columns';
  return [
    { about: 'arrow', text: ARROW_RULE[format] },
    { about: 'pandas', text: PANDAS_RULE },
    { about: 'spark', text: SPARK_RULE },
    { about: 'lines', text: forJob ? JOB_LINES_RULE : TEXT_LINES_RULE },
    { about: 'rows', text: `A row: ${row}. The largest rows are those among the rows that were read.` },
    { about: 'intervals', text: 'Intervals hold with 95 % confidence.' },
  ];
}
