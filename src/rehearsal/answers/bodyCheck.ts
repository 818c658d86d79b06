import { errorBody } from '../apiError.ts';
import { isObject, type JsonObject } from '../json.ts';
import type { Endpoint } from '../shapes.ts';
import { inputsOf, inputTokensOf } from './rowRequest.ts';

const MAX_INPUT_TOKENS = 8192;
const MAX_SUMMED_TOKENS = 300_000;

/** The 400 the endpoint answers to a body it can not take, or null if it takes it. */
export function refusedBody(endpoint: Endpoint, body: JsonObject): JsonObject | null {
  const found = CHECKS[endpoint](body) ?? limitsProblem(body);
  return found === null ? null : { ...errorBody(400, found.message, found.param, found.code ?? null) };
}

interface Problem {
  readonly message: string;
  readonly param: string;
  readonly code?: string;
}

const CHECKS: Readonly<Record<Endpoint, (body: JsonObject) => Problem | null>> = {
  '/v1/chat/completions': (body) => messagesProblem(body) ?? formatProblem(body['response_format'], 'response_format'),
  '/v1/responses': (body) =>
    (body['input'] === undefined ? missing('input') : null) ??
    formatProblem(isObject(body['text']) ? body['text']['format'] : undefined, 'text.format'),
  '/v1/completions': (body) => (body['prompt'] === undefined ? missing('prompt') : null),
  '/v1/embeddings': embeddingsProblem,
  '/v1/moderations': (body) => (inputsOf(body).length === 0 ? missing('input') : null),
};

function missing(param: string): Problem {
  return { message: `Missing required parameter: '${param}'.`, param, code: 'missing_required_parameter' };
}

function invalid(param: string, wanted: string): Problem {
  return { message: `Invalid value for '${param}': expected ${wanted}.`, param, code: 'invalid_type' };
}

function messagesProblem(body: JsonObject): Problem | null {
  const messages = body['messages'];
  if (messages === undefined) return missing('messages');
  if (!Array.isArray(messages)) return invalid('messages', 'an array of objects');
  if (messages.length === 0) {
    return { message: "Invalid 'messages': empty array.", param: 'messages', code: 'empty_array' };
  }
  const bad = messages.findIndex((message) => !isObject(message) || typeof message['role'] !== 'string');
  return bad < 0 ? null : invalid(`messages[${bad}]`, 'an object with a role');
}

function formatProblem(format: unknown, param: string): Problem | null {
  if (format === undefined || format === null) return null;
  if (!isObject(format)) return invalid(param, 'an object');
  if (format['type'] !== 'json_schema') return null;
  // Chat completions wrap name and schema once more, responses do not.
  const holder = param === 'response_format' ? format['json_schema'] : format;
  const path = param === 'response_format' ? `${param}.json_schema` : param;
  if (!isObject(holder)) return missing(path);
  if (typeof holder['name'] !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(holder['name'])) {
    return invalid(`${path}.name`, '1 to 64 letters, digits, underscores and dashes');
  }
  return isObject(holder['schema']) ? null : missing(`${path}.schema`);
}

function embeddingsProblem(body: JsonObject): Problem | null {
  if (body['input'] === undefined) return missing('input');
  const inputs = inputsOf(body);
  if (inputs.length === 0) return invalid('input', 'at least one input');
  if (inputs.some((input) => input === '')) return invalid('input', 'no empty text');
  const wrong = inputs.some((input) => typeof input !== 'string' && !isTokenArray(input));
  if (wrong) return invalid('input', 'texts or arrays of tokens');
  const long = inputs.some((input) => inputTokensOf({ input }) > MAX_INPUT_TOKENS);
  if (long) {
    const message = `This model's maximum context length is ${MAX_INPUT_TOKENS} tokens; an input is longer.`;
    return { message, param: 'input', code: 'context_length_exceeded' };
  }
  if (inputTokensOf(body) > MAX_SUMMED_TOKENS) {
    return { message: `The inputs sum up to more than ${MAX_SUMMED_TOKENS} tokens.`, param: 'input' };
  }
  const dimensions = body['dimensions'];
  const whole = typeof dimensions === 'number' && Number.isInteger(dimensions) && dimensions >= 1 && dimensions <= 4096;
  if (dimensions !== undefined && !whole) return invalid('dimensions', 'a whole number from 1 to 4096');
  const encoding = body['encoding_format'];
  const known = encoding === undefined || encoding === 'float' || encoding === 'base64';
  return known ? null : invalid('encoding_format', 'float or base64');
}

function isTokenArray(input: unknown): boolean {
  return Array.isArray(input) && input.length > 0 && input.every((token) => Number.isInteger(token));
}

const LENGTH_KEYS = ['max_tokens', 'max_completion_tokens', 'max_output_tokens'];

function limitsProblem(body: JsonObject): Problem | null {
  for (const key of LENGTH_KEYS) {
    const value = body[key];
    if (value === undefined || value === null) continue;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1)
      return invalid(key, 'a whole number from 1 on');
  }
  return null;
}
