import { calcPrice } from '@pydantic/genai-prices';
import { TrancheError } from '../errors.ts';

/** Day of the bundled price list (`@pydantic/genai-prices` 0.1.8). */
export const PRICES_AS_OF = '2026-09-23';
/** A batch costs half of what its requests would cost one by one: https://platform.openai.com/docs/guides/batch */
const BATCH_FACTOR = 0.5;

/** US dollars for a million tokens in a batch. */
export interface BatchPrice {
  readonly inputPerMillionUsd: number;
  readonly outputPerMillionUsd: number;
  /** Day of the price list; null where this machine's configuration names the price. */
  readonly asOf: string | null;
}

/** Where the price of a model comes from: OpenAI's list, nothing to pay, or only what this machine's configuration says. */
export type PriceList = 'openai' | 'free' | 'none';

/** Prices by model, as billed in a batch (no discount is taken off them). */
export type PriceOverrides = Readonly<
  Record<string, { readonly inputPerMillionUsd: number; readonly outputPerMillionUsd: number }>
>;

/** What a price depends on. */
export interface PriceQuestion {
  readonly model: string;
  readonly list: PriceList;
  readonly overrides: PriceOverrides;
  /** Some prices rise with the length of a request: the most input tokens one can have, null where that is not known. */
  readonly largestRequestTokens: number | null;
  /** Milliseconds since the epoch; some prices change on a date. */
  readonly nowMs: number;
}

/** The greatest rate that may apply: the highest tier a request can reach, the base where it stays below all. */
function rateOf(price: unknown, largestRequestTokens: number | null): number {
  if (typeof price === 'number') return price;
  if (typeof price !== 'object' || price === null || !('base' in price) || !('tiers' in price)) return 0;
  const tiers = Array.isArray(price.tiers) ? (price.tiers as { start: number; price: number }[]) : [];
  const reached = tiers.filter((tier) => largestRequestTokens === null || largestRequestTokens > tier.start);
  return Math.max(Number(price.base), ...reached.map((tier) => tier.price));
}

function listedPrice(question: PriceQuestion): BatchPrice | null {
  const { model, largestRequestTokens, nowMs } = question;
  const found = calcPrice({ input_tokens: 0, output_tokens: 0 }, model, {
    providerId: 'openai',
    timestamp: new Date(nowMs),
  });
  if (found === null) return null;
  const prices = found.model_price;
  const rate = (key: string): number => rateOf(prices[key], largestRequestTokens) * BATCH_FACTOR;
  // What is written to a prompt cache costs more than plain input with some models, and the service decides what it caches.
  const inputPerMillionUsd = Math.max(rate('input_mtok'), rate('cache_write_mtok'));
  const outputPerMillionUsd = rate('output_mtok');
  if (!Number.isFinite(inputPerMillionUsd) || !Number.isFinite(outputPerMillionUsd)) {
    throw new TrancheError(
      'internal',
      `The price list has no readable price for "${model}"; name one under "prices" in the machine's configuration.`,
    );
  }
  return { inputPerMillionUsd, outputPerMillionUsd, asOf: PRICES_AS_OF };
}

/** The batch price of a model, the greatest where several may apply; null where it is unknown. Nothing is fetched. */
export function priceOf(question: PriceQuestion): BatchPrice | null {
  if (question.list === 'free') return { inputPerMillionUsd: 0, outputPerMillionUsd: 0, asOf: null };
  const own = Object.hasOwn(question.overrides, question.model) ? question.overrides[question.model] : undefined;
  if (own !== undefined)
    return { inputPerMillionUsd: own.inputPerMillionUsd, outputPerMillionUsd: own.outputPerMillionUsd, asOf: null };
  return question.list === 'openai' ? listedPrice(question) : null;
}
