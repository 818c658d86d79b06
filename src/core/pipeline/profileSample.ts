import { throwIfAborted } from '../errors.ts';
import { sumFigures } from '../model/figure.ts';
import { sampledFigures, type ProfiledCluster } from '../profile/measuredFigures.ts';
import type { MetadataFigures } from '../profile/metadataFigures.ts';
import type { SampledCluster } from '../profile/ratioEstimate.ts';
import { sampledRows, type LargestRow, type RowFigures } from '../profile/rowFigures.ts';
import type { OpenedJob } from './openJob.ts';
import { addParts, profileParts, type ProfiledPart } from './profileColumns.ts';
import type { FrameCluster, SampleFrame } from './profileFrame.ts';
import { measureLines, requestFigures, sampleLines, type DrawnRows } from './profileRequest.ts';
import type { KnownRows, ProfileSnapshot, Profiling } from './profiling.ts';

/** Texts of a column whose tokens are counted, of each cluster; fewer of each where there are many columns. */
const COUNTED_TEXTS = 40;
const LEAST_COUNTED = 6;
const COUNTED_OF_ALL_COLUMNS = 1600;
/** Further rounds are read where the interval of a total reaches farther to a side, as a share of the value. */
const GOOD_SHARE = 0.02;
/** Where a sample would read a larger share of the dataset, everything is read instead. */
const MOST_SHARE = 0.6;
/** The first clusters cost more than others (dictionaries, indexes), so only a much larger share tells at once. */
const HOPELESS_SHARE = 2;
/** Further rounds may read so much, or so great a share of the dataset. */
const SECOND_BYTES = 64_000_000;
const SECOND_SHARE = 0.25;
/** Sums of columns, cluster by cluster, that are held at most where there are further rounds. */
const MOST_SUMS = 40_000;

interface ReadCluster {
  readonly cluster: FrameCluster;
  readonly part: ProfiledPart;
}

const readBytesOf = (read: readonly ReadCluster[]): number => read.reduce((sum, { part }) => sum + part.readBytes, 0);

/** Whether what was read so far tells that reading all of the sample costs about as much as reading everything: a cluster costs the pages around it. */
function isTooDear(read: number, parts: number, clusters: number, diskBytes: number): boolean {
  const share = ((read / parts) * clusters) / diskBytes;
  return share > HOPELESS_SHARE || (share > MOST_SHARE && parts >= Math.max(4, clusters / 4));
}

/** Reads clusters; null if that turns out to be too dear. */
async function readClusters(profiling: Profiling, clusters: readonly FrameCluster[]): Promise<ReadCluster[] | null> {
  const { columns, dataset, deps, diskBytes, signal } = profiling;
  const share = Math.round(COUNTED_OF_ALL_COLUMNS / columns.paths.length);
  const counted = Math.min(COUNTED_TEXTS, Math.max(LEAST_COUNTED, share));
  const parts = new Map<number, ProfiledPart>();
  const fragments = clusters.map(({ fragment }) => fragment);
  let read = 0;
  for await (const part of profileParts(columns, dataset, fragments, counted, deps.pool, signal)) {
    read += part.readBytes;
    profiling.addRead(part.readBytes);
    const before = parts.get(part.fragment);
    parts.set(part.fragment, before === undefined ? part : addParts(before, part));
    if (isTooDear(read, parts.size, clusters.length, diskBytes)) return null;
  }
  throwIfAborted(signal);
  return clusters.flatMap((cluster, index) => {
    const part = parts.get(index);
    return part ? [{ cluster, part }] : [];
  });
}

const sizeOf = ({ cluster, part }: ReadCluster): number => cluster.size ?? part.rows;

function figuresOf(profiling: Profiling, frame: SampleFrame, read: readonly ReadCluster[]): MetadataFigures {
  const clusters = read.map((one): SampledCluster<ProfiledCluster> => {
    const { rows, columns } = one.part;
    const { stratum, position } = one.cluster;
    return { stratum, position, size: sizeOf(one), counted: { rows, columns } };
  });
  return sampledFigures(profiling.columns.dataset, profiling.base, frame.design, clusters);
}

/** Sizes of the rows by themselves; null with a job, whose lines tell them. */
function rowsOf(
  { columns: { weighsRows }, dataset }: Profiling,
  { design }: SampleFrame,
  read: readonly ReadCluster[],
  figures: MetadataFigures,
): RowFigures | null {
  if (!weighsRows) return null;
  const clusters = read.map((one) => {
    const { stratum, position, fragment, firstRow } = one.cluster;
    const file = dataset.files[fragment.file]?.name ?? '';
    const largest = one.part.rowSizes.largest.map(({ row, bytes }): LargestRow => ({
      key: null,
      file,
      row: firstRow === null ? null : firstRow + row,
      bytes,
    }));
    return { stratum, position, size: sizeOf(one), counted: { ...one.part.rowSizes, largest } };
  });
  const bound = figures.columns.reduce((sum, { text }) => sum + text.high, 0);
  return sampledRows(design, clusters, figures.rows, bound);
}

function isGood({ columns }: MetadataFigures): boolean {
  const totals = [
    sumFigures(columns.map(({ arrow }) => arrow)),
    sumFigures(columns.map(({ rendered }) => rendered)),
    sumFigures(columns.map(({ tokens }) => tokens)),
  ];
  return totals.every(
    ({ known, value, low, high }) => known === 'unknown' || Math.max(high - value, value - low) <= GOOD_SHARE * value,
  );
}

/** The clusters of as many further rounds as are worth what they read, going by the first. */
function moreClusters(profiling: Profiling, frame: SampleFrame, read: readonly ReadCluster[]): FrameCluster[] {
  const budget = Math.max(SECOND_BYTES, SECOND_SHARE * profiling.diskBytes);
  const perCluster = readBytesOf(read) / Math.max(1, read.length);
  const rounds = Math.floor(budget / Math.max(1, perCluster * frame.design.strata.length));
  const perRound = frame.design.strata.length * profiling.columns.paths.length;
  const most = Math.min(rounds, Math.floor(MOST_SUMS / perRound) - 1);
  return frame.clusters.filter(({ round }) => round >= 1 && round <= most);
}

/**
 * Reads a sample, and more of it where the first round leaves totals too uncertain. True, and no last snapshot, where reading everything costs no more.
 */
export async function* profileSample(
  profiling: Profiling,
  frame: SampleFrame,
): AsyncGenerator<ProfileSnapshot, boolean> {
  const { opened } = profiling;
  const first = await readClusters(
    profiling,
    frame.clusters.filter(({ round }) => round === 0),
  );
  if (first === null) return true;
  let read = first;
  let figures = figuresOf(profiling, frame, read);
  const known = (): KnownRows | null => {
    const rowFigures = rowsOf(profiling, frame, read, figures);
    return rowFigures && { rowFigures, job: null };
  };
  const more = isGood(figures) ? [] : moreClusters(profiling, frame, read);
  const perCluster = readBytesOf(read) / Math.max(1, read.length);
  if (more.length > 0 && perCluster * more.length > MOST_SHARE * profiling.diskBytes) return true;
  if (more.length > 0) {
    const footprint = profiling.footprint('sample', figures, known());
    yield { footprint, doing: { what: 'columns', done: readBytesOf(read), total: null } };
    const second = await readClusters(profiling, more);
    if (second === null) return true;
    read = [...read, ...second];
    figures = figuresOf(profiling, frame, read);
  }
  if (opened !== null) {
    const rows = figures.rows.known === 'unknown' ? null : figures.rows.value;
    yield { footprint: profiling.footprint('sample', figures, null), doing: { what: 'lines', done: 0, total: rows } };
  }
  const all = opened === null ? known() : await linesOf(profiling, opened, frame, read, figures);
  yield { footprint: profiling.footprint('sample', figures, all), doing: null };
  return false;
}

/** Lines of the sampled rows; of the first rows only, if the job says so, all of them. */
async function linesOf(
  profiling: Profiling,
  opened: OpenedJob,
  frame: SampleFrame,
  read: readonly ReadCluster[],
  figures: MetadataFigures,
): Promise<KnownRows> {
  const { deps, signal } = profiling;
  const drawn = read.map((one): DrawnRows => {
    const { fragment, stratum, position, firstRow } = one.cluster;
    return { fragment, stratum, position, firstRow, size: sizeOf(one) };
  });
  const lines =
    opened.job.dataset.limit === null
      ? await sampleLines(opened, frame.design, drawn, deps.pool, signal)
      : await measureLines(opened, profiling, signal);
  const job = await requestFigures(opened, lines, figures.rows, figures.columns, deps.prices);
  return { rowFigures: lines.rows, job };
}
