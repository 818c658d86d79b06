import type { SampledLine } from '../model/block.ts';
import { exactly, type Figure } from '../model/figure.ts';
import type { CutChunk } from '../plan/cutChunks.ts';
import { within } from '../profile/figures.ts';
import { encodingOf, openTokenCounter, tokensFromBytes, type TokenCounter } from '../profile/tokens.ts';
import type { OpenedJob } from './openJob.ts';
import { countLines } from './lineTokens.ts';
import { requestTexts } from './requestTexts.ts';
import { estimateTokens } from './tokenEstimate.ts';
import { fixedTokens } from './tokenMeter.ts';

/** Tokens of all lines, and of those of one chunk. */
export interface TokenFigures {
  readonly all: Figure;
  /** `all` with an interval that is not crossed in practice (99.99 %, and a token has a byte at least): the greatest cost rests on it. */
  readonly sure: Figure;
  readonly of: (chunk: CutChunk) => Figure;
}

/** Begins to load what the figures of a job's lines are counted with, which can go on beside the scan; null where the scan counts every line itself. */
export function loadFigureCounter({ job, limits }: OpenedJob): Promise<TokenCounter> | null {
  if (limits.maxTokens !== null) return null;
  const counter = openTokenCounter(encodingOf(job.request.model));
  counter.catch(() => undefined); // thrown where it is awaited
  return counter;
}

/** Tokens of lines that were cut: counted, bounded where the encoding is unknown, or estimated from the sample. */
export async function tokenFigures(
  opened: OpenedJob,
  chunks: readonly CutChunk[],
  sampled: readonly SampledLine[],
  loading: Promise<TokenCounter> | null = loadFigureCounter(opened),
): Promise<TokenFigures> {
  const total = (pick: (chunk: CutChunk) => number): number => chunks.reduce((sum, chunk) => sum + pick(chunk), 0);
  const { request } = opened.job;
  const encoding = encodingOf(request.model);
  const honest = encoding === null ? tokensFromBytes : (figure: Figure) => figure;
  if (loading === null) {
    const all = honest(exactly(total((chunk) => chunk.tokens)));
    return {
      all,
      sure: all,
      of: (chunk) => honest(exactly(chunk.tokens)),
    };
  }
  const counter = await loading;
  const texts = requestTexts(request, opened.dataset.columns, opened.template.columns);
  const fixed = fixedTokens(texts, counter);
  const requests = total((chunk) => chunk.requests);
  const estimate = estimateTokens(await countLines(sampled, fixed, counter), requests);
  const bytes = total((chunk) => chunk.bytes);
  const all = estimate.of(bytes, requests);
  return {
    all: honest(all.figure),
    sure: honest(within(all.sure, 0, bytes + requests * texts.framingTokens)),
    of: (chunk) => honest(estimate.of(chunk.bytes, chunk.requests).figure),
  };
}
