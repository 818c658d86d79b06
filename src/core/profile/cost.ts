import { bodyAt } from '../model/body.ts';
import type { BodyNode } from '../model/body.ts';
import { estimated, exactly, scaleFigure, sumFigures, unknownFigure } from '../model/figure.ts';
import type { Figure } from '../model/figure.ts';
import type { Endpoint } from '../model/job.ts';
import type { CostBound } from '../model/plan.ts';
import { countedTexts } from './countedTexts.ts';
import type { BatchPrice } from './price.ts';

/** What the greatest cost depends on. */
export interface CostQuestion {
  readonly endpoint: Endpoint;
  readonly model: string;
  readonly body: BodyNode;
  readonly requests: number;
  /** Input tokens over all requests, as `countedTexts` has them; the greatest cost rests on `high` and adds its margin. */
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

/** Input that the texts of the body do not tell: media, what lies with the service, and what its own tools read. */
function unboundInput(endpoint: Endpoint, body: BodyNode): string[] {
  const tools = bodyAt(body, 'tools');
  const items = typeof tools === 'object' && tools !== null && 'items' in tools ? tools.items : [];
  const kinds = items.map((tool) => bodyAt(tool, 'type')).filter((kind) => typeof kind === 'string');
  const own = kinds.filter((kind) => kind !== 'function' && kind !== 'custom');
  return [...new Set([...countedTexts(endpoint, body).uncounted, ...own])].sort();
}

function inputWarnings(unbound: readonly string[]): string[] {
  if (unbound.length === 0) return [];
  return [
    `What ${unbound.map((kind) => `"${kind}"`).join(', ')} in the body costs cannot be told from its texts, so the greatest cost is not known.`,
  ];
}

const perToken = (perMillionUsd: number): number => perMillionUsd / 1_000_000;

/** The bound itself is the value, so that what is shown is what may be spent. */
function atMost(sum: Figure): Figure {
  return sum.known === 'estimate' ? estimated(sum.high, sum.low, sum.high) : sum;
}

/** What a run may cost at most: its input, and for each request the largest answer the body allows, else the most the model can write (with a warning). */
export function greatestCost(question: CostQuestion): CostBound {
  const { price, requests, model, body } = question;
  const answer = answerBound(question);
  const unbound = unboundInput(question.endpoint, body);
  const warnings = [...answer.warnings, ...inputWarnings(unbound)];
  if (price === null) {
    const unknown = unknownFigure();
    const sentence = `The batch price of "${model}" is not known; name it under "prices" in the machine's configuration.`;
    return { greatest: unknown, input: unknown, output: unknown, pricesAsOf: null, warnings: [sentence, ...warnings] };
  }
  const known = unbound.length === 0 || price.inputPerMillionUsd === 0 || requests === 0;
  const input = known ? inputCost(question, price.inputPerMillionUsd) : unknownFigure();
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

/** The input as it is counted here, and at most as the service may frame it. */
function inputCost({ endpoint, body, requests, inputTokens }: CostQuestion, perMillionUsd: number): Figure {
  if (perMillionUsd === 0 || requests === 0) return exactly(0);
  const counted = scaleFigure(inputTokens, perToken(perMillionUsd));
  const margin = requests * countedTexts(endpoint, body).marginTokens * perToken(perMillionUsd);
  if (margin === 0 || counted.known === 'unknown') return counted;
  return estimated(counted.value, counted.low, counted.high + margin);
}

function outputCost(requests: number, tokensPerRequest: number | null, perMillionUsd: number): Figure {
  if (perMillionUsd === 0 || requests === 0 || tokensPerRequest === 0) return exactly(0);
  return tokensPerRequest === null ? unknownFigure() : exactly(requests * tokensPerRequest * perToken(perMillionUsd));
}
