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
): FrameRun {
  const clusters = Math.ceil(length / most);
  const edge = (index: number): number => Math.floor((length * index) / clusters);
  return {
    clusters,
    fragmentOf: (index) => fragmentOf(edge(index), edge(index + 1), index === clusters - 1),
    sizeOf: (index) => edge(index + 1) - edge(index),
  };
}

/** A row group is cut into ranges of rows, a run of record batches into single ones. */
function fragmentRun(fragment: Fragment, rows: number): FrameRun {
  const { file, part } = fragment;
  if (part.kind === 'rowGroup')
    return evenRun(part.toRow - part.fromRow, rows, (from, to) => {
      const [fromRow, toRow] = [part.fromRow + from, part.fromRow + to];
      return { file, rows: to - from, part: { ...part, fromRow, toRow } };
    });
  const last = part.to ?? part.from;
  return {
    clusters: last - part.from,
    fragmentOf: (index) => ({
      file,
      rows: null,
      part: { kind: 'recordBatches', from: part.from + index, to: part.from + index + 1 },
    }),
    sizeOf: () => null,
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
      evenRun(sizeBytes, CLUSTER_BYTES, (from, to, isLast) => ({
        file,
        rows: null,
        part: { kind: 'bytes', from, to: isLast ? null : to },
      })),
    );
  }
  const rows = rowsPerCluster(descriptions, totalRows);
  // Without columns fragments are whole row groups: no page has to be looked at.
  const fragments = await mapLimited(dataset.files, AT_ONCE, (_, file) =>
    formatReaders[dataset.format].fragments(dataset, file, [], env, signal),
  );
  return fragments.flat().map((fragment) => fragmentRun(fragment, rows));
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
    return found === undefined ? [] : [{ ...place, fragment: found.fragmentOf(index), size: found.sizeOf(index) }];
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
