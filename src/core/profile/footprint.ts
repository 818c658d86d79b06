import { exactly, sumFigures, unknownFigure, type Figure } from '../model/figure.ts';
import type { Dataset, DatasetFormat } from '../model/dataset.ts';
import type { CostBound } from '../model/plan.ts';
import type { ColumnFigures, TextSizes } from './columnFigures.ts';
import { footprintRules, type FootprintRule } from './footprintRules.ts';
import type { LargestRow, RowFigures, RowSizes } from './rowFigures.ts';
import type { SizeHistogram } from './sizeHistogram.ts';
import { PANDAS_INDEX_BYTES, pandasArrowFigure, pandasFigure, sparkFigure } from './memoryRules.ts';

/** Where figures come from: metadata alone, a sample as well, or every row. */
export type FootprintStage = 'metadata' | 'sample' | 'exact';

/** What one column weighs, in bytes unless it says otherwise. */
export interface ColumnFootprint {
  readonly name: string;
  /** For people: `utf8`, `decimal(18, 4)`. */
  readonly type: string;
  readonly disk: Figure;
  readonly arrow: Figure;
  readonly nulls: Figure;
  /** Null for types that bound their texts, and where nothing was read. */
  readonly text: TextSizes | null;
  /** What the column puts into batch lines: for a job its placeholders, else its escaped text. */
  readonly rendered: Figure;
  readonly tokens: Figure;
  readonly pandas: Figure;
  readonly spark: Figure;
  /** Whether a job's request uses it; null without a job. */
  readonly used: boolean | null;
  /** UTF-8 bytes of its texts, for drawing; null where `text` is. */
  readonly histogram: SizeHistogram | null;
}

/** What a dataset weighs; every figure says how it is known. Bytes are decimal counts. Plain data: it goes over JSON. */
export interface Footprint {
  readonly uri: string;
  readonly format: DatasetFormat;
  readonly files: number;
  readonly rows: Figure;
  readonly columns: readonly ColumnFootprint[];
  readonly bytes: {
    readonly disk: Figure;
    readonly arrow: Figure;
    readonly pandas: Figure;
    /** With the string type of pandas 3. */
    readonly pandasArrow: Figure;
    readonly spark: Figure;
    readonly rendered: Figure;
  };
  readonly tokens: Figure;
  /** Greatest cost in US dollars; unknown without a job. */
  readonly cost: Figure;
  /** Null without a job. */
  readonly request: RequestFigures | null;
  /** Bytes of a row: its batch line with a job, else the texts of all its columns; null before rows were read. */
  readonly rowSizes: RowSizes | null;
  /** The largest rows that were read, largest first, at most ten; all rows were read only at the stage `exact`. */
  readonly largestRows: readonly LargestRow[];
  readonly read: { readonly bytes: number; readonly seconds: number };
  readonly stage: FootprintStage;
  readonly rules: readonly FootprintRule[];
  readonly warnings: readonly string[];
}

/** What a job makes of the dataset. */
export interface RequestFigures {
  readonly job: string;
  readonly requests: Figure;
  /** Batch lines, newlines included. */
  readonly rendered: Figure;
  readonly tokens: Figure;
  readonly cost: CostBound;
}

/** A job's figures, and by column name what its placeholders put into lines. */
export interface JobFigures {
  readonly request: RequestFigures;
  readonly shares: ReadonlyMap<string, { readonly rendered: Figure; readonly tokens: Figure }>;
}

/** Everything a footprint is made from. */
export interface FootprintParts {
  readonly dataset: Dataset;
  /** Names of the columns' types. */
  readonly types: readonly string[];
  readonly rows: Figure;
  readonly columns: readonly ColumnFigures[];
  readonly job: JobFigures | null;
  /** Null before rows, or a job's lines, were read. */
  readonly rowFigures: RowFigures | null;
  /** A job was named, so figures without one are not meant. */
  readonly forJob: boolean;
  readonly read: Footprint['read'];
  readonly stage: FootprintStage;
  readonly warnings: readonly string[];
}

function whole(figure: Figure): Figure {
  const { value, known, low, high } = figure;
  return { value: Math.round(value), known, low: Math.floor(low), high: Math.ceil(high) };
}

const NONE = { rendered: exactly(0), tokens: exactly(0) };

function columnFootprints(parts: FootprintParts): ColumnFootprint[] {
  const { dataset, types, rows, columns, job, forJob } = parts;
  return dataset.columns.flatMap((column, index) => {
    const figures = columns[index];
    if (figures === undefined) return [];
    const weighed = { type: column.type, format: dataset.format, rows, figures };
    const unknown = { rendered: unknownFigure(), tokens: unknownFigure() };
    const used = job?.shares.get(column.name);
    const lines = forJob ? (job === null ? unknown : (used ?? NONE)) : figures;
    return {
      name: column.name,
      type: types[index] ?? column.type.kind,
      disk: whole(figures.disk),
      arrow: whole(figures.arrow),
      nulls: whole(figures.nulls),
      text: figures.sizes,
      rendered: whole(lines.rendered),
      tokens: whole(lines.tokens),
      pandas: whole(pandasFigure(weighed)),
      spark: whole(sparkFigure(weighed)),
      used: forJob ? used !== undefined : null,
      histogram: figures.histogram,
    };
  });
}

/** Adds up what is known of the columns, by the documented rules. */
export function makeFootprint(parts: FootprintParts): Footprint {
  const { dataset, rows, forJob, rowFigures } = parts;
  const request = parts.job?.request ?? null;
  const columns = columnFootprints(parts);
  const sum = (pick: (column: ColumnFootprint) => Figure): Figure => sumFigures(columns.map(pick));
  const pandasArrow = dataset.columns.map((column, index) => {
    const figures = parts.columns[index];
    return figures === undefined
      ? unknownFigure()
      : pandasArrowFigure({ type: column.type, format: dataset.format, rows, figures });
  });
  const index = exactly(PANDAS_INDEX_BYTES);
  const inAll = forJob ? (request ?? { rendered: unknownFigure(), tokens: unknownFigure() }) : null;
  return {
    uri: dataset.uri,
    format: dataset.format,
    files: dataset.files.length,
    rows: whole(rows),
    columns,
    bytes: {
      disk: exactly(dataset.files.reduce((bytes, file) => bytes + file.sizeBytes, 0)),
      arrow: sum((column) => column.arrow),
      pandas: sumFigures([index, ...columns.map(({ pandas }) => pandas)]),
      pandasArrow: whole(sumFigures([index, ...pandasArrow])),
      spark: sum((column) => column.spark),
      rendered: whole(inAll?.rendered ?? sum((column) => column.rendered)),
    },
    tokens: whole(inAll?.tokens ?? sum((column) => column.tokens)),
    cost: request?.cost.greatest ?? unknownFigure(),
    request,
    rowSizes: rowFigures?.sizes ?? null,
    largestRows: rowFigures?.largest ?? [],
    read: parts.read,
    stage: parts.stage,
    rules: footprintRules(dataset.format, forJob),
    warnings: parts.warnings,
  };
}
