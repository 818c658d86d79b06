import type { SampledLine } from '../model/block.ts';
import { estimated, exactly, type Figure } from '../model/figure.ts';
import type { CutChunk } from '../plan/cutChunks.ts';
import { encodingOf, openTokenCounter } from '../profile/tokens.ts';
import type { OpenedJob } from './openJob.ts';
import { requestTexts } from './requestTexts.ts';
import { estimateTokens } from './tokenEstimate.ts';
import { fixedTokens } from './tokenMeter.ts';

export interface TokenFigures {
  readonly all: Figure;
  readonly of: (chunk: CutChunk) => Figure;
}

/** Where the encoding is unknown each byte was counted as a token: about four bytes make one, and hardly ever more than sixteen. */
function fromBound(bound: Figure): Figure {
  if (bound.known === 'unknown') return bound;
  return estimated(Math.ceil(bound.value / 4), Math.ceil(bound.low / 16), bound.high);
}

/** Tokens of lines that were cut: counted, bounded where the encoding is unknown, or estimated from the sample. */
export async function tokenFigures(
  opened: OpenedJob,
  chunks: readonly CutChunk[],
  sampled: readonly SampledLine[],
): Promise<TokenFigures> {
  const total = (pick: (chunk: CutChunk) => number): number => chunks.reduce((sum, chunk) => sum + pick(chunk), 0);
  const { request } = opened.job;
  const encoding = encodingOf(request.model);
  const honest = encoding === null ? fromBound : (figure: Figure) => figure;
  if (opened.limits.maxTokens !== null) {
    return {
      all: honest(exactly(total((chunk) => chunk.tokens))),
      of: (chunk) => honest(exactly(chunk.tokens)),
    };
  }
  const counter = await openTokenCounter(encoding);
  const fixed = fixedTokens(requestTexts(request, opened.dataset.columns, opened.template.columns), counter);
  const requests = total((chunk) => chunk.requests);
  const estimate = estimateTokens(sampled, fixed, requests, counter);
  return {
    all: honest(
      estimate.of(
        total((chunk) => chunk.bytes),
        requests,
      ),
    ),
    of: (chunk) => honest(estimate.of(chunk.bytes, chunk.requests)),
  };
}
