import type { AnswerShape } from './answerSchema.ts';
import { countField, field, isJsonObject, type JsonObject, listField, textField } from './jsonValue.ts';
import { readEmbedding } from './readEmbedding.ts';

/** What the body of a 200 response says. */
export interface BodyAnswer {
  readonly outcome: 'ok' | 'failed' | 'refused' | 'truncated' | 'invalid';
  readonly content: string | null;
  readonly embeddings: readonly Float32Array[];
  readonly finishReason: string | null;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly error: string | null;
}

/** Reads what the body of an answer says, in one of the shapes of an endpoint. */
export type BodyReader = (body: JsonObject, shape: AnswerShape) => BodyAnswer;

const FILTERED = 'The provider filtered the content of the answer.';
const CUT = 'The answer was cut at the greatest length the request allows.';
const EMPTY = 'The answer holds no content.';

interface Said {
  readonly content: string | null;
  readonly refusal: string | null;
  readonly finishReason: string | null;
}

function judged(said: Said): Pick<BodyAnswer, 'outcome' | 'error'> {
  if (said.refusal !== null) return { outcome: 'refused', error: said.refusal };
  if (said.finishReason === 'content_filter') return { outcome: 'refused', error: FILTERED };
  if (said.finishReason === 'length' || said.finishReason === 'max_output_tokens') {
    return { outcome: 'truncated', error: CUT };
  }
  return said.content === null ? { outcome: 'failed', error: EMPTY } : { outcome: 'ok', error: null };
}

function usageOf(body: JsonObject): Pick<BodyAnswer, 'promptTokens' | 'completionTokens'> {
  const usage = field(body, 'usage');
  return {
    promptTokens: countField(usage, 'prompt_tokens') ?? countField(usage, 'input_tokens'),
    completionTokens: countField(usage, 'completion_tokens') ?? countField(usage, 'output_tokens'),
  };
}

function textAnswer(body: JsonObject, said: Said): BodyAnswer {
  return {
    ...judged(said),
    content: said.content,
    embeddings: [],
    finishReason: said.finishReason,
    ...usageOf(body),
  };
}

/** A message's content: text, or the texts of its parts; else its tool calls as JSON. */
function messageText(message: unknown): string | null {
  const content = field(message, 'content');
  if (typeof content === 'string' && content !== '') return content;
  const parts = listField(message, 'content').flatMap((part) => textField(part, 'text') ?? []);
  if (parts.length > 0) return parts.join('');
  const calls = listField(message, 'tool_calls');
  if (calls.length > 0) return JSON.stringify(calls);
  return typeof content === 'string' ? content : null;
}

function firstChoice(body: JsonObject): unknown {
  const choices = listField(body, 'choices');
  return choices.find((choice) => field(choice, 'index') === 0) ?? choices[0];
}

const chat: BodyReader = (body) => {
  const choice = firstChoice(body);
  const message = field(choice, 'message');
  const refusals = listField(message, 'content').flatMap((part) => textField(part, 'refusal') ?? []);
  return textAnswer(body, {
    content: messageText(message),
    refusal: textField(message, 'refusal') ?? refusals[0] ?? null,
    finishReason: textField(choice, 'finish_reason'),
  });
};

const completions: BodyReader = (body) => {
  const choice = firstChoice(body);
  const text = field(choice, 'text');
  return textAnswer(body, {
    content: typeof text === 'string' ? text : null,
    refusal: null,
    finishReason: textField(choice, 'finish_reason'),
  });
};

/** Texts of all messages; a call of a function stands in for a missing text. */
function responseText(output: readonly unknown[], parts: readonly unknown[]): string | null {
  const texts = parts.flatMap((part) => {
    const text = field(part, 'type') === 'output_text' ? field(part, 'text') : undefined;
    return typeof text === 'string' ? [text] : [];
  });
  if (texts.length > 0) return texts.join('');
  const calls = output.filter((item) => (textField(item, 'type') ?? '').endsWith('_call'));
  return calls.length > 0 ? JSON.stringify(calls) : null;
}

const responses: BodyReader = (body) => {
  const output = listField(body, 'output');
  const parts = output
    .filter((item) => field(item, 'type') === 'message')
    .flatMap((item) => listField(item, 'content'));
  const status = textField(body, 'status');
  const reason = textField(field(body, 'incomplete_details'), 'reason');
  const answer = textAnswer(body, {
    content: responseText(output, parts),
    refusal: parts.flatMap((part) => textField(part, 'refusal') ?? [])[0] ?? null,
    finishReason: reason ?? status,
  });
  if (status === 'failed' || status === 'cancelled') {
    const error = textField(field(body, 'error'), 'message') ?? `The response is ${status}.`;
    return { ...answer, outcome: 'failed', error };
  }
  if (status !== 'incomplete' || answer.outcome === 'refused') return answer;
  return { ...answer, outcome: 'truncated', error: CUT };
};

const embeddings: BodyReader = (body, shape) => {
  const vectors: Float32Array[] = [];
  const data = listField(body, 'data');
  for (const [place, item] of data.entries()) {
    const index = countField(item, 'index') ?? place;
    const vector = readEmbedding(field(item, 'embedding'));
    if (index < shape.embeddings && vector !== null) vectors[index] ??= vector;
  }
  const found = Object.keys(vectors).length;
  const missing = found < shape.embeddings;
  const asked = shape.embeddings === 1 ? 'one was' : `${shape.embeddings} were`;
  return {
    outcome: missing ? 'failed' : 'ok',
    content: null,
    embeddings: missing ? [] : vectors,
    finishReason: null,
    ...usageOf(body),
    error: missing ? `The answer holds ${found} readable embeddings where ${asked} asked for.` : null,
  };
};

const moderations: BodyReader = (body) => {
  const results = listField(body, 'results').filter(isJsonObject);
  const content = results.length === 0 ? null : JSON.stringify(results.length === 1 ? results[0] : results);
  return textAnswer(body, { content, refusal: null, finishReason: null });
};

const READERS: Readonly<Record<AnswerShape['endpoint'], BodyReader>> = {
  '/v1/chat/completions': chat,
  '/v1/responses': responses,
  '/v1/embeddings': embeddings,
  '/v1/completions': completions,
  '/v1/moderations': moderations,
};

/** How the bodies of an endpoint's answers are read. */
export function bodyReader(shape: AnswerShape): BodyReader {
  return READERS[shape.endpoint];
}
