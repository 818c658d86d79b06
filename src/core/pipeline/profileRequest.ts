import type { ReadEnv } from '../datasets/formatReader.ts';
import { TrancheError } from '../errors.ts';
import type { Block, SampledLine } from '../model/block.ts';
import type { Fragment } from '../model/dataset.ts';
import { estimated, exactly, scaleFigure, sumFigures, type Figure } from '../model/figure.ts';
import type { CutChunk } from '../plan/cutChunks.ts';
import { greatestCost } from '../profile/cost.ts';
import type { ColumnFigures } from '../profile/columnFigures.ts';
import type { JobFigures } from '../profile/footprint.ts';
import { maxOutputTokens } from '../profile/maxOutputTokens.ts';
import { priceOf } from '../profile/price.ts';
import { ratioTotal, type SampleDesign, type SampledCluster } from '../profile/ratioEstimate.ts';
import { emptyRows, sampledRows, wholeRows, type LargestRow, type RowFigures } from '../profile/rowFigures.ts';
import { encodingOf, openTokenCounter, tokensFromBytes, type TokenCounter } from '../profile/tokens.ts';
import { openFilePlaces } from './filePlaces.ts';
import { jobSetup } from './jobSetup.ts';
import { addLineRows } from './lineRows.ts';
import { openLineSample, SCAN_SAMPLE, type SampleLimits } from './lineSample.ts';
import { countLines } from './lineTokens.ts';
import { jobFragments, type OpenedJob } from './openJob.ts';
import type { PlanDeps } from './planJob.ts';
import { requestTexts } from './requestTexts.ts';
import { scanBlocks } from './scanBlocks.ts';
import type { ScanSetup } from './scanSetup.ts';
import { tokenFigures } from './tokenFigures.ts';
import { fixedTokens } from './tokenMeter.ts';
import type { WorkPool } from './workPool.ts';

/** What a job's lines weigh in all. */
export interface LineFigures {
  readonly requests: Figure;
  readonly rendered: Figure;
  readonly tokens: Figure;
  /** `tokens` with an interval that is hardly ever crossed, for the greatest cost. */
  readonly sureTokens: Figure;
  readonly rows: RowFigures;
}

/** Lines of a sample whose tokens are counted, and about how much text, over all clusters; no cluster goes without. */
const COUNTED_LINES = 1500;
const COUNTED_CHARS = 4_000_000;
const LEAST_OF_CLUSTER = 4;

interface Lines {
  bytes: number;
  requests: number;
  tokens: number;
}

function addBlock(lines: Lines, { lengths, tokens }: Block): void {
  lengths.forEach((length, row) => {
    if (length === 0) return;
    lines.bytes += length;
    lines.requests++;
    lines.tokens += tokens?.[row] ?? 0;
  });
}

/** Lines are measured, and the keys of rows come along, so that the largest ones can be named. */
function measureSetup(opened: OpenedJob): ScanSetup {
  return { ...jobSetup(opened, 'measure', true), carried: [] };
}

/** Notes which fragment the newest output of a pool is of. */
function followed(pool: WorkPool): { readonly pool: WorkPool; readonly fragment: () => number } {
  let newest = 0;
  return {
    fragment: () => newest,
    pool: {
      run: async function* (...order) {
        for await (const output of pool.run(...order)) {
          newest = output.fragment;
          yield output;
        }
      },
    },
  };
}

/** Measures every line of a job, as a plan does. */
export async function measureLines(
  opened: OpenedJob,
  { env, deps }: { readonly env: ReadEnv; readonly deps: { readonly pool: WorkPool } },
  signal: AbortSignal,
): Promise<LineFigures> {
  const fragments = await jobFragments(opened, false, env, signal);
  const lines: Lines = { bytes: 0, requests: 0, tokens: 0 };
  const sample = openLineSample<SampledLine>(SCAN_SAMPLE);
  const { limit } = opened.job.dataset;
  const { pool, fragment } = followed(deps.pool);
  const places = openFilePlaces(opened.dataset);
  let rows = emptyRows<LargestRow>();
  for await (const { block, firstRow, release } of scanBlocks(pool, measureSetup(opened), fragments, limit, signal)) {
    places.reached(fragments[fragment()]?.file ?? 0, firstRow);
    addBlock(lines, block);
    rows = addLineRows(rows, block, (row) => places.of(firstRow + row));
    block.sampled.forEach(sample.add);
    release();
  }
  const chunk: CutChunk = { index: 1, firstRow: 0, endRow: 0, closedBy: 'end', ...lines };
  const { all, sure } = await tokenFigures(opened, lines.requests === 0 ? [] : [chunk], sample.lines());
  return {
    requests: exactly(lines.requests),
    rendered: exactly(lines.bytes),
    tokens: all,
    sureTokens: sure,
    rows: wholeRows(rows),
  };
}

/** A cluster of rows that the sample of columns has drawn, with its size. */
export interface DrawnRows {
  readonly fragment: Fragment;
  readonly stratum: number;
  readonly position: number;
  readonly size: number;
  /** Its first row in its file; null where that is not known. */
  readonly firstRow: number | null;
}

/** What was measured of a cluster; `variance` is that of its tokens where not all of its lines were counted. */
interface ClusterLines extends Lines {
  readonly variance: number;
}

/** Tokens of a cluster: counted line by line, or by the ratio of some lines' tokens to their bytes. */
async function clusterLines(
  lines: Lines,
  sampled: readonly SampledLine[],
  fixed: number,
  tokens: TokenCounter,
): Promise<ClusterLines> {
  if (sampled.length === 0) return { ...lines, variance: 0 };
  const counted = await countLines(sampled, fixed, tokens);
  const bytes = counted.reduce((sum, line) => sum + line.bytes, 0);
  const ratio = counted.reduce((sum, line) => sum + line.tokens, 0) / bytes;
  const all = { ...lines, tokens: ratio * lines.bytes };
  const own = counted.reduce((sum, line) => sum + line.variance, 0);
  if (counted.length === lines.requests) return { ...all, variance: own };
  const squares = counted.reduce((sum, line) => sum + (line.tokens - ratio * line.bytes) ** 2, 0);
  const variance = (lines.requests ** 2 * squares) / (counted.length * Math.max(1, counted.length - 1));
  return { ...all, variance };
}

function sampleSetup(opened: OpenedJob, clusters: number): ScanSetup {
  const setup = measureSetup(opened);
  if (setup.tokens === null) return setup;
  const sample: SampleLimits = {
    lines: Math.max(LEAST_OF_CLUSTER, Math.ceil(COUNTED_LINES / clusters)),
    least: LEAST_OF_CLUSTER,
    chars: COUNTED_CHARS / clusters,
  };
  return { ...setup, tokens: { ...setup.tokens, sample, sampleOf: 'fragment' } };
}

/** Estimates what a job's lines weigh from drawn clusters. */
export async function sampleLines(
  opened: OpenedJob,
  design: SampleDesign,
  drawn: readonly DrawnRows[],
  pool: WorkPool,
  signal: AbortSignal,
): Promise<LineFigures> {
  const { request } = opened.job;
  const encoding = encodingOf(request.model);
  const counter = await openTokenCounter(encoding);
  const fixed = fixedTokens(requestTexts(request, opened.dataset.columns, opened.template.columns), counter);
  const setup = sampleSetup(opened, Math.max(1, drawn.length));
  const measured = drawn.map(() => ({
    lines: { bytes: 0, requests: 0, tokens: 0 },
    readRows: 0,
    rows: emptyRows<LargestRow>(),
    sample: openLineSample<SampledLine>(setup.tokens?.sample ?? SCAN_SAMPLE),
  }));
  const fragments = drawn.map(({ fragment }) => fragment);
  for await (const { fragment, output, release } of pool.run('scan', setup, fragments, signal)) {
    const own = measured[fragment];
    if (output.fatal) throw fatalRow(opened, fragments[fragment], output.fatal.problem);
    if (own) {
      addBlock(own.lines, output);
      own.rows = addLineRows(own.rows, output, placesIn(opened, drawn[fragment], own.readRows));
      own.readRows += output.rows;
      output.sampled.forEach(own.sample.add);
    }
    release();
  }
  const clusters: SampledCluster<ClusterLines>[] = [];
  const rows = measured.flatMap((own, index) => {
    const { stratum = 0, position = 0, size = 0 } = drawn[index] ?? {};
    return { stratum, position, size, counted: own.rows };
  });
  for (const [index, { stratum, position, size }] of drawn.entries()) {
    const own = measured[index];
    if (own === undefined) continue;
    const counted = await clusterLines(own.lines, own.sample.lines(), fixed, counter);
    clusters.push({ stratum, position, size, counted });
  }
  const total = (valueOf: (lines: Lines) => number): Figure => ratioTotal(design, clusters, valueOf);
  const counted = ratioTotal(
    design,
    clusters,
    (lines) => lines.tokens,
    (lines) => lines.variance,
  );
  const tokens = encoding === null ? tokensFromBytes(counted) : counted;
  const [requests, rendered] = [total((lines) => lines.requests), total((lines) => lines.bytes)];
  const longest = Math.min(setup.maxLineBytes, rendered.high);
  return {
    requests,
    rendered,
    tokens,
    sureTokens: twiceAsFar(tokens),
    rows: sampledRows(design, rows, requests, longest),
  };
}

/** Where the rows of a block lie that comes behind `before` rows of a cluster. */
function placesIn(
  { dataset }: OpenedJob,
  cluster: DrawnRows | undefined,
  before: number,
): (row: number) => Pick<LargestRow, 'file' | 'row'> {
  const { fragment, firstRow = null } = cluster ?? {};
  const file = dataset.files[fragment?.file ?? 0]?.name ?? '';
  return (row) => ({ file, row: firstRow === null ? null : firstRow + before + row });
}

/** An estimate with twice the reach: 95 % become 99.99 % where errors are normal. */
function twiceAsFar(figure: Figure): Figure {
  if (figure.known !== 'estimate') return figure;
  return estimated(figure.value, Math.max(0, 2 * figure.low - figure.value), 2 * figure.high - figure.value);
}

function fatalRow(opened: OpenedJob, fragment: Fragment | undefined, problem: string): TrancheError {
  const uri = opened.dataset.files[fragment?.file ?? 0]?.uri ?? opened.dataset.uri;
  return new TrancheError('badData', `${uri}, a row of the sample ${problem}`);
}

/** What a column's placeholders put into lines: what it puts in for all rows where each has a line, else a bound. */
function contribution(figure: Figure, times: number, lines: LineFigures, rows: Figure, isCut: boolean): Figure {
  const scaled = scaleFigure(figure, times);
  if (scaled.known === 'unknown') return scaled;
  const same = lines.requests.value === rows.value || lines.requests.high >= rows.low;
  if (same && !isCut) return scaled;
  const share = rows.value === 0 ? 0 : Math.min(1, lines.requests.value / rows.value);
  return estimated(scaled.value * share, isCut ? 0 : scaled.low * share * 0.5, scaled.high);
}

/** Greatest cost, and what each column puts into lines. `fields` are the figures of fields inside columns, in the order of the template's long paths. */
export async function requestFigures(
  opened: OpenedJob,
  lines: LineFigures,
  rows: Figure,
  columns: readonly ColumnFigures[],
  prices: PlanDeps['prices'],
): Promise<JobFigures> {
  const { job, template, dataset } = opened;
  const cost = greatestCost({
    endpoint: job.request.endpoint,
    model: job.request.model,
    body: job.request.body,
    requests: Math.ceil(lines.requests.high),
    inputTokens: lines.sureTokens,
    price: priceOf({ model: job.request.model, largestRequestTokens: null, ...prices }),
    modelMaxOutputTokens: await maxOutputTokens(job.request.model),
  });
  const shares = new Map<string, { rendered: Figure; tokens: Figure }>();
  let field = dataset.columns.length;
  for (const [index, path] of template.columns.entries()) {
    const [name = ''] = path;
    const at = path.length > 1 ? field++ : dataset.columns.findIndex((column) => column.name === name);
    const figures = columns[at];
    if (figures === undefined) continue;
    const times = template.slots.filter((slot) => slot === index).length;
    const isCut = (opened.cutTo[index] ?? null) !== null;
    const share = {
      rendered: contribution(figures.rendered, times, lines, rows, isCut),
      tokens: contribution(figures.tokens, times, lines, rows, isCut),
    };
    const other = shares.get(name);
    shares.set(name, {
      rendered: other ? sumFigures([other.rendered, share.rendered]) : share.rendered,
      tokens: other ? sumFigures([other.tokens, share.tokens]) : share.tokens,
    });
  }
  const { requests, rendered, tokens } = lines;
  return { request: { job: job.name, requests, rendered, tokens, cost }, shares };
}
