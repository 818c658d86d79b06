import { digestOf } from '../seeded.ts';
import type { JsonObject } from '../json.ts';
import type { Endpoint } from '../shapes.ts';
import { chatCompletion, completion, response } from './text.ts';
import { embeddings } from './embeddings.ts';
import { moderations } from './moderations.ts';
import type { Answered, Spoil } from './answered.ts';
import { refusedBody } from './bodyCheck.ts';

/** What the model endpoint would have answered for one row. */
export interface Answer {
  readonly status: number;
  readonly body: JsonObject;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

const ANSWERS: Readonly<Record<Endpoint, (body: JsonObject, id: string, spoil: Spoil) => Answered>> = {
  '/v1/chat/completions': chatCompletion,
  '/v1/responses': response,
  '/v1/completions': completion,
  '/v1/embeddings': embeddings,
  '/v1/moderations': moderations,
};

/** The answer to one row: plainly synthetic and decided by the body alone, so the same request is answered alike at any time and in any batch. */
export function answerTo(endpoint: Endpoint, body: JsonObject, spoil: Spoil): Answer {
  const refused = refusedBody(endpoint, body);
  if (refused !== null) return { status: 400, body: refused, inputTokens: 0, outputTokens: 0 };
  const id = digestOf(endpoint, JSON.stringify(body)).slice(0, 32);
  return { status: 200, ...ANSWERS[endpoint](body, id, spoil) };
}
