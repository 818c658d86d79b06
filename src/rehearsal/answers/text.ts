import { digestOf } from '../seeded.ts';
import { isObject, type JsonObject } from '../json.ts';
import type { Answered, Spoil } from './answered.ts';
import { approximateTokens, firstTokens, inputTokensOf, promptOf } from './rowRequest.ts';
import { schemaInstance } from './schemaInstance.ts';

/** Answers carry no real time: the same request must give the same bytes. */
const CREATED_SECONDS = 1_700_000_000;
const MAX_CHOICES = 128;
const REFUSAL = '[rehearsal] I am sorry, this request is refused on purpose.';

interface Written {
  readonly text: string;
  readonly refusal: string | null;
  readonly cut: boolean;
}

/** A chat completion: a short text that begins with `[rehearsal]`, or an instance of the schema the body asks for. */
export function chatCompletion(body: JsonObject, id: string, spoil: Spoil): Answered {
  const format = isObject(body['response_format']) ? body['response_format'] : {};
  const inner = isObject(format['json_schema']) ? format['json_schema'] : {};
  const written = choicesOf(body, (seed) => write(body, format['type'], inner['schema'], seed, spoil));
  const counts = countsOf(body, written);
  return {
    ...counts,
    body: {
      id: `chatcmpl-${id}`,
      object: 'chat.completion',
      created: CREATED_SECONDS,
      model: body['model'],
      choices: written.map(({ text, refusal, cut }, index) => ({
        index,
        message: { role: 'assistant', content: refusal === null ? text : null, refusal, annotations: [] },
        logprobs: null,
        finish_reason: cut ? 'length' : 'stop',
      })),
      usage: {
        prompt_tokens: counts.inputTokens,
        completion_tokens: counts.outputTokens,
        total_tokens: counts.inputTokens + counts.outputTokens,
        prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
        completion_tokens_details: {
          reasoning_tokens: 0,
          audio_tokens: 0,
          accepted_prediction_tokens: 0,
          rejected_prediction_tokens: 0,
        },
      },
      service_tier: 'default',
      system_fingerprint: 'fp_rehearsal',
    },
  };
}

/** A legacy completion: one text for each prompt and each of `n`. */
export function completion(body: JsonObject, id: string, spoil: Spoil): Answered {
  const written = choicesOf(body, (seed) => write(body, 'text', undefined, seed, spoil));
  const counts = countsOf(body, written);
  return {
    ...counts,
    body: {
      id: `cmpl-${id}`,
      object: 'text_completion',
      created: CREATED_SECONDS,
      model: body['model'],
      choices: written.map(({ text, refusal, cut }, index) => ({
        text: refusal ?? text,
        index,
        logprobs: null,
        finish_reason: cut ? 'length' : refusal === null ? 'stop' : 'content_filter',
      })),
      usage: {
        prompt_tokens: counts.inputTokens,
        completion_tokens: counts.outputTokens,
        total_tokens: counts.inputTokens + counts.outputTokens,
      },
    },
  };
}

/** A response object with one message. */
export function response(body: JsonObject, id: string, spoil: Spoil): Answered {
  const text = isObject(body['text']) ? body['text'] : {};
  const format = isObject(text['format']) ? text['format'] : {};
  const written = write(body, format['type'], format['schema'], '', spoil);
  const counts = countsOf(body, [written]);
  const status = written.cut ? 'incomplete' : 'completed';
  const content =
    written.refusal === null
      ? { type: 'output_text', text: written.text, annotations: [], logprobs: [] }
      : { type: 'refusal', refusal: written.refusal };
  return {
    ...counts,
    body: {
      id: `resp_${id}`,
      object: 'response',
      created_at: CREATED_SECONDS,
      status,
      background: false,
      error: null,
      incomplete_details: written.cut ? { reason: 'max_output_tokens' } : null,
      instructions: body['instructions'] ?? null,
      max_output_tokens: body['max_output_tokens'] ?? null,
      metadata: body['metadata'] ?? {},
      model: body['model'],
      output: [{ id: `msg_${id}`, type: 'message', status, role: 'assistant', content: [content] }],
      parallel_tool_calls: true,
      previous_response_id: null,
      temperature: body['temperature'] ?? 1,
      text: { format: { type: 'text' }, ...text },
      tool_choice: 'auto',
      tools: [],
      top_p: body['top_p'] ?? 1,
      truncation: 'disabled',
      usage: {
        input_tokens: counts.inputTokens,
        input_tokens_details: { cached_tokens: 0 },
        output_tokens: counts.outputTokens,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: counts.inputTokens + counts.outputTokens,
      },
    },
  };
}

function choicesOf(body: JsonObject, one: (seed: string) => Written): Written[] {
  const asked = body['n'];
  const count = typeof asked === 'number' && asked >= 1 ? Math.min(Math.floor(asked), MAX_CHOICES) : 1;
  const prompts = Array.isArray(body['prompt']) ? Math.max(1, Math.min(body['prompt'].length, MAX_CHOICES)) : 1;
  return Array.from({ length: count * prompts }, (_, index) => one(index === 0 ? '' : String(index)));
}

function countsOf(body: JsonObject, written: readonly Written[]): { inputTokens: number; outputTokens: number } {
  const outputTokens = written.reduce((sum, { text, refusal }) => sum + approximateTokens(refusal ?? text), 0);
  return { inputTokens: inputTokensOf(body), outputTokens };
}

function write(body: JsonObject, format: unknown, schema: unknown, seed: string, spoil: Spoil): Written {
  if (spoil === 'refused') return { text: '', refusal: REFUSAL, cut: false };
  const limits = [body['max_completion_tokens'], body['max_tokens'], body['max_output_tokens']];
  const limit = limits.find((value) => typeof value === 'number') ?? Infinity;
  const whole = wholeText(promptOf(body), format, schema, seed, spoil, limit);
  const half = spoil === 'length' ? Math.floor(approximateTokens(whole) / 2) : Infinity;
  const allowed = Math.min(limit, half);
  const cut = approximateTokens(whole) > allowed;
  return { text: cut ? firstTokens(whole, allowed) : whole, refusal: null, cut };
}

/** Free text is as long as the limit lets it be, like that of a model asked for a short answer; JSON is not. */
function wholeText(
  prompt: string,
  format: unknown,
  schema: unknown,
  seed: string,
  spoil: Spoil,
  limit: number,
): string {
  if (format === 'json_schema') {
    // The root of a schema the service takes is an object, so an array always breaks it.
    if (spoil === 'invalid') return '["[rehearsal] breaks the schema on purpose"]';
    return JSON.stringify(schemaInstance(schema, digestOf(prompt, seed)));
  }
  const digest = digestOf(prompt, seed).slice(0, 8);
  if (format === 'json_object') return JSON.stringify({ rehearsal: true, digest });
  const words = firstTokens(prompt, 64)
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, 12);
  let text = `[rehearsal] ${digest}`;
  for (const word of words) {
    if (approximateTokens(`${text} ${word}`) > limit) break;
    text += ` ${word}`;
  }
  return text;
}
