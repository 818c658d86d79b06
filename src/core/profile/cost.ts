import { bodyAt } from '../model/body.ts';
import type { BodyNode } from '../model/body.ts';
import { estimated, exactly, scaleFigure, sumFigures, unknownFigure } from '../model/figure.ts';
import type { Figure } from '../model/figure.ts';
import type { Endpoint } from '../model/job.ts';
import type { CostBound } from '../model/plan.ts';
import type { BatchPrice } from './price.ts';

export interface CostQuestion {
  readonly endpoint: Endpoint;
  readonly model: string;
  readonly body: BodyNode;
  readonly requests: number;
  /** Input tokens over all requests; `high` is the bound that the greatest cost rests on. */
  readonly inputTokens: Figure;
  /** From `priceOf`; null is unknown. */
  readonly price: BatchPrice | null;
  /** From `maxOutputTokens`; null is unknown. */
  readonly modelMaxOutputTokens: number | null;
}

/** Body keys that end an answer, the one to set first. Endpoints without an answer in tokens have none. */
const ANSWER_KEYS: Readonly<Record<Endpoint, readonly string[]>> = {
  '/v1/chat/completions': ['max_completion_tokens', 'max_tokens'],
  '/v1/responses': ['max_output_tokens'],
  '/v1/completions': ['max_tokens'],
  '/v1/embeddings': [],
  '/v1/moderations': [],
};

function countAt(body: BodyNode, key: string): number | null {
  const value = bodyAt(body, key);
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
}

/** Answers to one request: `n` of them, and `best_of` are written (and billed) for completions. */
function answersPerRequest(endpoint: Endpoint, body: BodyNode): number {
  if (endpoint === '/v1/responses') return 1;
  const bestOf = endpoint === '/v1/completions' ? (countAt(body, 'best_of') ?? 1) : 1;
  return Math.max(1, countAt(body, 'n') ?? 1, bestOf);
}

/** Each text of a list of prompts is completed for itself; a list of numbers is one prompt given as tokens. */
function promptsPerRequest(endpoint: Endpoint, body: BodyNode): number {
  const prompt = endpoint === '/v1/completions' ? bodyAt(body, 'prompt') : undefined;
  if (typeof prompt !== 'object' || prompt === null || !('items' in prompt)) return 1;
  return Math.max(1, prompt.items.filter((item) => typeof item !== 'number').length);
}

interface AnswerBound {
  /** Tokens of all answers to one request; null is unknown. */
  readonly tokens: number | null;
  readonly warnings: readonly string[];
}

function answerBound(question: CostQuestion): AnswerBound {
  const { endpoint, model, body, modelMaxOutputTokens } = question;
  const keys = ANSWER_KEYS[endpoint];
  const [keyToSet] = keys;
  if (keyToSet === undefined) return { tokens: 0, warnings: [] };
  const times = answersPerRequest(endpoint, body) * promptsPerRequest(endpoint, body);
  const set = keys.map((key) => countAt(body, key)).filter((value) => value !== null);
  if (set.length > 0) return { tokens: Math.max(...set) * times, warnings: [] };
  const start = `The body does not bound the answer: set "${keyToSet}" in request.body`;
  if (modelMaxOutputTokens === null) {
    return {
      tokens: null,
      warnings: [`${start}, since the longest answer of "${model}" is not known and so neither is the greatest cost.`],
    };
  }
  const most = modelMaxOutputTokens.toLocaleString('en-US');
  return {
    tokens: modelMaxOutputTokens * times,
    warnings: [
      `${start}; until then the greatest cost counts ${most} tokens an answer, the most "${model}" can write.`,
    ],
  };
}

/** Tools that the service runs itself are billed by the call. */
function toolWarnings(body: BodyNode): string[] {
  const tools = bodyAt(body, 'tools');
  if (typeof tools !== 'object' || tools === null || !('items' in tools)) return [];
  const kinds = tools.items.map((tool) => bodyAt(tool, 'type')).filter((kind) => typeof kind === 'string');
  const billed = [...new Set(kinds)].filter((kind) => kind !== 'function' && kind !== 'custom').sort();
  if (billed.length === 0) return [];
  return [
    `The service bills its own tools (${billed.join(', ')}) by the call and may read more input for them; that is not part of the greatest cost.`,
  ];
}

const perToken = (perMillionUsd: number): number => perMillionUsd / 1_000_000;

/** The bound itself is the value, so that what is shown is what may be spent. */
function atMost(sum: Figure): Figure {
  return sum.known === 'estimate' ? estimated(sum.high, sum.low, sum.high) : sum;
}

/** What a run may cost at most: its input, and for each request the largest answer the body allows, else the most the model can write (with a warning). */
export function greatestCost(question: CostQuestion): CostBound {
  const { price, requests, inputTokens, model, body } = question;
  const answer = answerBound(question);
  const warnings = [...answer.warnings, ...toolWarnings(body)];
  if (price === null) {
    const unknown = unknownFigure();
    const sentence = `The batch price of "${model}" is not known; name it under "prices" in the machine's configuration.`;
    return { greatest: unknown, input: unknown, output: unknown, pricesAsOf: null, warnings: [sentence, ...warnings] };
  }
  const free = (perMillionUsd: number): boolean => perMillionUsd === 0 || requests === 0;
  const input = free(price.inputPerMillionUsd)
    ? exactly(0)
    : scaleFigure(inputTokens, perToken(price.inputPerMillionUsd));
  const output = outputCost(requests, answer.tokens, price.outputPerMillionUsd);
  const isFree = price.inputPerMillionUsd === 0 && price.outputPerMillionUsd === 0;
  return {
    greatest: atMost(sumFigures([input, output])),
    input,
    output,
    pricesAsOf: price.asOf,
    warnings: isFree ? [] : warnings,
  };
}

function outputCost(requests: number, tokensPerRequest: number | null, perMillionUsd: number): Figure {
  if (perMillionUsd === 0 || requests === 0 || tokensPerRequest === 0) return exactly(0);
  return tokensPerRequest === null ? unknownFigure() : exactly(requests * tokensPerRequest * perToken(perMillionUsd));
}
