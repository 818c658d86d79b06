import type { ReadEnv } from '../datasets/formatReader.ts';
import { TrancheError } from '../errors.ts';
import type { Block } from '../model/block.ts';
import type { Fragment } from '../model/dataset.ts';
import { estimated, exactly, scaleFigure, sumFigures, type Figure } from '../model/figure.ts';
import type { CutChunk } from '../plan/cutChunks.ts';
import { greatestCost } from '../profile/cost.ts';
import type { ColumnFigures } from '../profile/columnFigures.ts';
import type { RequestFigures } from '../profile/footprint.ts';
import { maxOutputTokens } from '../profile/maxOutputTokens.ts';
import { priceOf } from '../profile/price.ts';
import { ratioTotal, type SampleDesign, type SampledCluster } from '../profile/ratioEstimate.ts';
import { encodingOf, openTokenCounter, type TokenCounter } from '../profile/tokens.ts';
import type { ScanSetup } from './scanSetup.ts';
import { jobSetup } from './jobSetup.ts';
import { jobFragments, type OpenedJob } from './openJob.ts';
import type { PlanDeps } from './planJob.ts';
import { requestTexts } from './requestTexts.ts';
import { scanBlocks } from './scanBlocks.ts';
import { tokenFigures } from './tokenFigures.ts';
import { fixedTokens } from './tokenMeter.ts';
import type { WorkPool } from './workPool.ts';

/** What a job's lines weigh in all. */
export interface LineFigures {
  readonly requests: Figure;
  readonly rendered: Figure;
  readonly tokens: Figure;
}

/** Lines of a sample whose tokens are counted, over all clusters. */
const COUNTED_LINES = 1500;

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

/** Measures every line of a job, as a plan does. */
export async function measureLines(
  opened: OpenedJob,
  { env, deps }: { readonly env: ReadEnv; readonly deps: { readonly pool: WorkPool } },
  signal: AbortSignal,
): Promise<LineFigures> {
  const fragments = await jobFragments(opened, false, env, signal);
  const lines: Lines = { bytes: 0, requests: 0, tokens: 0 };
  const sampled: Block['sampled'][number][] = [];
  const setup = jobSetup(opened, 'measure', false);
  const { limit } = opened.job.dataset;
  for await (const { block, release } of scanBlocks(deps.pool, setup, fragments, limit, signal)) {
    addBlock(lines, block);
    sampled.push(...block.sampled);
    release();
  }
  const chunk: CutChunk = { index: 1, firstRow: 0, endRow: 0, closedBy: 'end', ...lines };
  const { all } = await tokenFigures(opened, lines.requests === 0 ? [] : [chunk], sampled);
  return { requests: exactly(lines.requests), rendered: exactly(lines.bytes), tokens: all };
}

/** A cluster of rows that the sample of columns has drawn, with its size. */
export interface DrawnRows {
  readonly fragment: Fragment;
  readonly stratum: number;
  readonly position: number;
  readonly size: number;
}

/** Tokens of a cluster: counted line by line, or by the ratio of some lines' tokens to their bytes. */
function clusterTokens(
  lines: Lines,
  sampled: readonly Block['sampled'][number][],
  fixed: number,
  tokens: TokenCounter,
): number {
  const bytes = sampled.reduce((sum, line) => sum + line.bytes, 0);
  if (bytes === 0) return lines.tokens;
  const counted = sampled.reduce(
    (sum, { texts }) => texts.reduce((all, text) => all + tokens.count(text), sum + fixed),
    0,
  );
  return (counted / bytes) * lines.bytes;
}

function sampleSetup(opened: OpenedJob, rows: number): ScanSetup {
  const setup = jobSetup(opened, 'measure', false);
  if (setup.tokens === null) return setup;
  return { ...setup, tokens: { ...setup.tokens, share: Math.min(1, COUNTED_LINES / Math.max(1, rows)) } };
}

/** Estimates what a job's lines weigh from drawn clusters of `rows` rows in all. */
export async function sampleLines(
  opened: OpenedJob,
  design: SampleDesign,
  drawn: readonly DrawnRows[],
  rows: number,
  pool: WorkPool,
  signal: AbortSignal,
): Promise<LineFigures> {
  const { request } = opened.job;
  const encoding = encodingOf(request.model);
  const counter = await openTokenCounter(encoding);
  const fixed = fixedTokens(requestTexts(request, opened.dataset.columns, opened.template.columns), counter);
  const measured = drawn.map(() => ({
    lines: { bytes: 0, requests: 0, tokens: 0 },
    sampled: [] as Block['sampled'][number][],
  }));
  const fragments = drawn.map(({ fragment }) => fragment);
  for await (const { fragment, output, release } of pool.run('scan', sampleSetup(opened, rows), fragments, signal)) {
    const own = measured[fragment];
    if (output.fatal) throw fatalRow(opened, fragments[fragment], output.fatal.problem);
    if (own) {
      addBlock(own.lines, output);
      own.sampled.push(...output.sampled);
    }
    release();
  }
  const clusters = drawn.flatMap(({ stratum, position, size }, index): SampledCluster<Lines>[] => {
    const own = measured[index];
    if (own === undefined) return [];
    const tokens = clusterTokens(own.lines, own.sampled, fixed, counter);
    return [{ stratum, position, size, counted: { ...own.lines, tokens } }];
  });
  const total = (valueOf: (lines: Lines) => number): Figure => ratioTotal(design, clusters, valueOf);
  const tokens = total((lines) => lines.tokens);
  return {
    requests: total((lines) => lines.requests),
    rendered: total((lines) => lines.bytes),
    tokens: encoding === null ? fromBytes(tokens) : tokens,
  };
}

/** Where the encoding is unknown each byte was counted as a token: about four bytes make one, and hardly ever more than sixteen. */
function fromBytes(bound: Figure): Figure {
  return bound.known === 'unknown' ? bound : estimated(bound.value / 4, bound.low / 16, bound.high);
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
): Promise<RequestFigures> {
  const { job, template, dataset } = opened;
  const cost = greatestCost({
    endpoint: job.request.endpoint,
    model: job.request.model,
    body: job.request.body,
    requests: Math.ceil(lines.requests.high),
    inputTokens: lines.tokens,
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
  return { job: job.name, ...lines, cost, columns: shares };
}
