import { throwIfAborted } from '../errors.ts';
import { sumFigures } from '../model/figure.ts';
import type { RequestFigures } from '../profile/footprint.ts';
import { sampledFigures, type ProfiledCluster } from '../profile/measuredFigures.ts';
import type { MetadataFigures } from '../profile/metadataFigures.ts';
import type { SampledCluster } from '../profile/ratioEstimate.ts';
import type { OpenedJob } from './openJob.ts';
import { addParts, profileParts, type ProfiledPart } from './profileColumns.ts';
import type { FrameCluster, SampleFrame } from './profileFrame.ts';
import { measureLines, requestFigures, sampleLines, type DrawnRows } from './profileRequest.ts';
import type { ProfileSnapshot, Profiling } from './profiling.ts';

/** Texts of a column whose tokens are counted, of each cluster; fewer of each where there are many columns. */
const COUNTED_TEXTS = 40;
const LEAST_COUNTED = 6;
const COUNTED_OF_ALL_COLUMNS = 1600;
/** A second round is read where the interval of a total reaches farther to a side, as a share of the value. */
const GOOD_SHARE = 0.02;
/** Where a sample would read a larger share of the dataset, everything is read instead. */
const MOST_SHARE = 0.6;
/** A second round may read so much, or so great a share of the dataset. */
const SECOND_BYTES = 64_000_000;
const SECOND_SHARE = 0.25;

interface ReadCluster {
  readonly cluster: FrameCluster;
  readonly part: ProfiledPart;
}

const readBytesOf = (read: readonly ReadCluster[]): number => read.reduce((sum, { part }) => sum + part.readBytes, 0);

/** Reads clusters; null as soon as the first of them tells that all would cost about as much as reading everything (a cluster costs the pages around it). */
async function readClusters(profiling: Profiling, clusters: readonly FrameCluster[]): Promise<ReadCluster[] | null> {
  const { columns, dataset, deps, diskBytes, signal } = profiling;
  const share = Math.round(COUNTED_OF_ALL_COLUMNS / columns.paths.length);
  const counted = Math.min(COUNTED_TEXTS, Math.max(LEAST_COUNTED, share));
  const parts = clusters.map((): ProfiledPart | null => null);
  const fragments = clusters.map(({ fragment }) => fragment);
  for await (const part of profileParts(columns, dataset, fragments, counted, deps.pool, signal)) {
    profiling.addRead(part.readBytes);
    const before = parts[part.fragment] ?? null;
    parts[part.fragment] = before === null ? part : addParts(before, part);
    if (part.fragment === 0 && part.readBytes * clusters.length > MOST_SHARE * diskBytes) return null;
  }
  throwIfAborted(signal);
  return clusters.flatMap((cluster, index) => {
    const part = parts[index];
    return part ? [{ cluster, part }] : [];
  });
}

const sizeOf = ({ cluster, part }: ReadCluster): number => cluster.size ?? part.rows;

function figuresOf(profiling: Profiling, frame: SampleFrame, read: readonly ReadCluster[]): MetadataFigures {
  const clusters = read.map((one): SampledCluster<ProfiledCluster> => {
    const { rows, columns } = one.part;
    return { stratum: one.cluster.stratum, size: sizeOf(one), counted: { rows, columns } };
  });
  return sampledFigures(profiling.columns.dataset, profiling.base, frame.design, clusters);
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

/** Whether the second round is worth what it reads, going by the first. */
function isCheap(profiling: Profiling, read: readonly ReadCluster[], more: number): boolean {
  const cost = (readBytesOf(read) / Math.max(1, read.length)) * more;
  return more > 0 && cost <= Math.max(SECOND_BYTES, SECOND_SHARE * profiling.diskBytes);
}

/**
 * Reads a sample, and more of it where the first round leaves totals too uncertain. True, and no last snapshot, where reading everything costs no more.
 */
export async function* profileSample(
  profiling: Profiling,
  frame: SampleFrame,
): AsyncGenerator<ProfileSnapshot, boolean> {
  const { opened } = profiling;
  const inRound = (round: number): FrameCluster[] => frame.clusters.filter((cluster) => cluster.round === round);
  const [first, second] = [inRound(0), inRound(1)];
  let read = await readClusters(profiling, first);
  if (read === null) return true;
  let figures = figuresOf(profiling, frame, read);
  if (!isGood(figures) && isCheap(profiling, read, second.length)) {
    const footprint = profiling.footprint('sample', figures, null);
    yield { footprint, doing: { what: 'columns', done: readBytesOf(read), total: null } };
    const more = await readClusters(profiling, second);
    read = [...read, ...(more ?? [])];
    figures = figuresOf(profiling, frame, read);
  }
  if (opened !== null) {
    const rows = figures.rows.known === 'unknown' ? null : figures.rows.value;
    yield { footprint: profiling.footprint('sample', figures, null), doing: { what: 'lines', done: 0, total: rows } };
  }
  const request = opened && (await requestOf(profiling, opened, frame, read, figures));
  yield { footprint: profiling.footprint('sample', figures, request), doing: null };
  return false;
}

/** Lines of the sampled rows; of the first rows only, if the job says so, all of them. */
async function requestOf(
  profiling: Profiling,
  opened: OpenedJob,
  frame: SampleFrame,
  read: readonly ReadCluster[],
  figures: MetadataFigures,
): Promise<RequestFigures> {
  const { deps, signal } = profiling;
  const drawn = read.map((one): DrawnRows => {
    const { fragment, stratum } = one.cluster;
    return { fragment, stratum, size: sizeOf(one) };
  });
  const rows = read.reduce((sum, { part }) => sum + part.rows, 0);
  const lines =
    opened.job.dataset.limit === null
      ? await sampleLines(opened, frame.design, drawn, rows, deps.pool, signal)
      : await measureLines(opened, profiling, signal);
  return requestFigures(opened, lines, figures.rows, figures.columns, deps.prices);
}
