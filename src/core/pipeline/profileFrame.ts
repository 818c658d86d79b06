import type { ReadEnv } from '../datasets/formatReader.ts';
import type { FileDescription } from '../model/fileDescription.ts';
import { formatReaders } from '../datasets/formatReaders.ts';
import { mapLimited } from '../datasets/mapLimited.ts';
import type { Dataset, Fragment } from '../model/dataset.ts';
import type { SampleDesign } from '../profile/ratioEstimate.ts';
import { datasetSeed, drawClusters, type ClusterRun } from '../profile/sampleDesign.ts';

/** A cluster to be read: which fragment it is, where it was drawn, and its size where that is known before. */
export interface FrameCluster {
  readonly fragment: Fragment;
  readonly stratum: number;
  readonly position: number;
  readonly round: number;
  /** Rows (Parquet), bytes (JSON Lines); null: the rows that are read (Arrow). */
  readonly size: number | null;
  /** Its first row in its file, from 0; null where only reading all before it tells. */
  readonly firstRow: number | null;
}

/** A sample drawn but not read. */
export interface SampleFrame {
  readonly design: SampleDesign;
  readonly clusters: readonly FrameCluster[];
  /** Share of the dataset that the clusters of the first round are, about. */
  readonly firstShare: number;
}

interface FrameRun extends ClusterRun {
  readonly fragmentOf: (index: number) => Fragment;
  readonly sizeOf: (index: number) => number | null;
  readonly firstRowOf: (index: number) => number | null;
}

/** A cluster of text bytes, or so many rows that they take about as much once unpacked. */
const CLUSTER_BYTES = 256 << 10;
const LEAST_ROWS = 128;
const MOST_ROWS = 8192;
/** Files asked for their fragments at a time. */
const AT_ONCE = 8;

function rowsPerCluster(descriptions: readonly FileDescription[], rows: number): number {
  let bytes = 0;
  for (const { columnFacts } of descriptions)
    for (const { encodedBytes } of columnFacts.values()) bytes += encodedBytes ?? 0;
  const fit = (CLUSTER_BYTES * rows) / Math.max(1, bytes);
  return Math.round(Math.min(MOST_ROWS, Math.max(LEAST_ROWS, fit)));
}

/** Parts [from, to) of `length` in pieces of at most `most`, as even as can be. */
function evenRun(
  length: number,
  most: number,
  fragmentOf: (from: number, to: number, isLast: boolean) => Fragment,
  firstRowOf: (from: number) => number | null,
): FrameRun {
  const clusters = Math.ceil(length / most);
  const edge = (index: number): number => Math.floor((length * index) / clusters);
  return {
    clusters,
    fragmentOf: (index) => fragmentOf(edge(index), edge(index + 1), index === clusters - 1),
    sizeOf: (index) => edge(index + 1) - edge(index),
    firstRowOf: (index) => firstRowOf(edge(index)),
  };
}

/** A row group is cut into ranges of rows, a run of record batches into single ones. `before` are the file's rows before it. */
function fragmentRun(fragment: Fragment, before: number | null, rows: number): FrameRun {
  const { file, part } = fragment;
  const rowAt = (from: number): number | null => (before === null ? null : before + from);
  if (part.kind === 'rowGroup') {
    const cut = (from: number, to: number): Fragment => {
      const [fromRow, toRow] = [part.fromRow + from, part.fromRow + to];
      return { file, rows: to - from, part: { ...part, fromRow, toRow } };
    };
    return evenRun(part.toRow - part.fromRow, rows, cut, rowAt);
  }
  const last = part.to ?? part.from;
  return {
    clusters: last - part.from,
    fragmentOf: (index) => ({
      file,
      rows: null,
      part: { kind: 'recordBatches', from: part.from + index, to: part.from + index + 1 },
    }),
    sizeOf: () => null,
    firstRowOf: (index) => (index === 0 ? before : null),
  };
}

async function frameRuns(
  dataset: Dataset,
  descriptions: readonly FileDescription[],
  totalRows: number,
  env: ReadEnv,
  signal: AbortSignal,
): Promise<FrameRun[]> {
  if (dataset.format === 'jsonl') {
    return dataset.files.map(({ sizeBytes }, file) =>
      evenRun(
        sizeBytes,
        CLUSTER_BYTES,
        (from, to, isLast) => ({ file, rows: null, part: { kind: 'bytes', from, to: isLast ? null : to } }),
        (from) => (from === 0 ? 0 : null),
      ),
    );
  }
  const rows = rowsPerCluster(descriptions, totalRows);
  // Without columns fragments are whole row groups: no page has to be looked at.
  const fragments = await mapLimited(dataset.files, AT_ONCE, (_, file) =>
    formatReaders[dataset.format].fragments(dataset, file, [], env, signal),
  );
  return fragments.flatMap((ofFile) => {
    let before: number | null = 0;
    return ofFile.map((fragment) => {
      const run = fragmentRun(fragment, before, rows);
      before = before === null || fragment.rows === null ? null : before + fragment.rows;
      return run;
    });
  });
}

/** Draws a sample of a dataset whose parts can be read by themselves: the same one for the same files. */
export async function sampleFrame(
  dataset: Dataset,
  descriptions: readonly FileDescription[],
  env: ReadEnv,
  signal: AbortSignal,
): Promise<SampleFrame> {
  const totalRows = descriptions.reduce((sum, { rows }) => sum + (rows ?? 0), 0);
  const runs = await frameRuns(dataset, descriptions, totalRows, env, signal);
  const { strata, drawn } = drawClusters(runs, datasetSeed(dataset.files));
  const clusters = drawn.flatMap(({ run, index, ...place }) => {
    const found = runs[run];
    if (found === undefined) return [];
    const [fragment, size, firstRow] = [found.fragmentOf(index), found.sizeOf(index), found.firstRowOf(index)];
    return [{ ...place, fragment, size, firstRow }];
  });
  const totalBytes = dataset.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const first = clusters.filter(({ round }) => round === 0).length;
  return {
    design: { strata, totalSize: dataset.format === 'jsonl' ? totalBytes : totalRows },
    clusters,
    firstShare:
      first /
      Math.max(
        1,
        strata.reduce((sum, stratum) => sum + stratum.clusters, 0),
      ),
  };
}
