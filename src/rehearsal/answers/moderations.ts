import type { JsonObject } from '../json.ts';
import type { Answered } from './answered.ts';
import { inputsOf, inputTokensOf } from './rowRequest.ts';

const CATEGORIES = [
  'harassment',
  'harassment/threatening',
  'hate',
  'hate/threatening',
  'illicit',
  'illicit/violent',
  'self-harm',
  'self-harm/instructions',
  'self-harm/intent',
  'sexual',
  'sexual/minors',
  'violence',
  'violence/graphic',
] as const;

const allCategories = <T>(value: T) => Object.fromEntries(CATEGORIES.map((category) => [category, value]));

/** A moderations answer: nothing is ever flagged. */
export function moderations(body: JsonObject, id: string): Answered {
  const result = {
    flagged: false,
    categories: allCategories(false),
    category_scores: allCategories(0),
    category_applied_input_types: allCategories(['text']),
  };
  return {
    body: { id: `modr-${id}`, model: body['model'], results: inputsOf(body).map(() => result) },
    inputTokens: inputTokensOf(body),
    outputTokens: 0,
  };
}
