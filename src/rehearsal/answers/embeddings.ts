import { randomOf } from '../seeded.ts';
import type { JsonObject } from '../json.ts';
import type { Answered } from './answered.ts';
import { inputsOf, inputTokensOf } from './rowRequest.ts';

/** An embeddings answer: one unit-length vector for each input, decided by the input, the model and the dimensions. */
export function embeddings(body: JsonObject): Answered {
  const model = String(body['model']);
  const dimensions =
    typeof body['dimensions'] === 'number' ? body['dimensions'] : model.includes('3-large') ? 3072 : 1536;
  const asBase64 = body['encoding_format'] === 'base64';
  const data = inputsOf(body).map((input, index) => {
    const vector = vectorOf(input, model, dimensions);
    return { object: 'embedding', index, embedding: asBase64 ? base64Of(vector) : vector };
  });
  const inputTokens = inputTokensOf(body);
  return {
    body: { object: 'list', data, model, usage: { prompt_tokens: inputTokens, total_tokens: inputTokens } },
    inputTokens,
    outputTokens: 0,
  };
}

function vectorOf(input: unknown, model: string, dimensions: number): number[] {
  const random = randomOf(JSON.stringify(input), model, String(dimensions));
  const raw = Array.from({ length: dimensions }, () => random() * 2 - 1);
  const length = Math.hypot(...raw) || 1;
  // Eight digits are what a 32-bit float holds, so both encodings carry the same floats.
  return raw.map((value) => Math.round((value / length) * 1e8) / 1e8);
}

function base64Of(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  vector.forEach((value, index) => bytes.writeFloatLE(value, index * 4));
  return bytes.toString('base64');
}
