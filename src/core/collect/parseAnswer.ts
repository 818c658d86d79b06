import type { RowOutcome } from '../model/outcome.ts';
import type { AnswerShape } from './answerSchema.ts';
import { bodyReader, type BodyAnswer } from './answerBodies.ts';
import { field, isJsonObject, type JsonObject, textField } from './jsonValue.ts';
import { jsonMembers } from './jsonSlices.ts';

/** Outcomes that an answer can give a row. */
export type AnswerOutcome = Exclude<RowOutcome, 'missing' | 'quarantined'>;

/** What one line of an output or error file says about a row. */
export interface Answer {
  readonly customId: string;
  readonly outcome: AnswerOutcome;
  readonly content: string | null;
  /** One a requested input, in the order of the inputs; empty for other endpoints. */
  readonly embeddings: readonly Float32Array[];
  readonly finishReason: string | null;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  /** Why the row is not ok; null where it is. */
  readonly error: string | null;
  /** Text of each property of a JSON answer that is ok; null without a schema. */
  readonly properties: ReadonlyMap<string, string> | null;
}

const MAX_ERROR_CHARS = 2000;

/** At most 2,000 characters of a provider's text. */
function shortened(text: string): string {
  if (text.length <= MAX_ERROR_CHARS) return text;
  const splitsPair = /[\ud800-\udbff]/.test(text.charAt(MAX_ERROR_CHARS - 1));
  return `${text.slice(0, MAX_ERROR_CHARS - (splitsPair ? 1 : 0))}...`;
}

function failed(customId: string, outcome: 'failed' | 'expired', error: string): Answer {
  return {
    customId,
    outcome,
    content: null,
    embeddings: [],
    finishReason: null,
    promptTokens: null,
    completionTokens: null,
    error: shortened(error),
    properties: null,
  };
}

/** The words of an error object: its message, else its code, else nothing. */
function errorText(error: unknown): string | null {
  if (typeof error === 'string' && error !== '') return error;
  if (!isJsonObject(error)) return null;
  return textField(error, 'message') ?? textField(error, 'code') ?? textField(error, 'type');
}

/** A line without a usable answer: its own error, or the one in the response's body, or its status. */
function failedLine(customId: string, line: JsonObject, response: JsonObject | null, status: number): Answer {
  const error = field(line, 'error');
  if (isJsonObject(error) && textField(error, 'code') === 'batch_expired') {
    return failed(customId, 'expired', errorText(error) ?? 'The batch expired before this row was answered.');
  }
  const body = field(response, 'body');
  const text = errorText(error) ?? errorText(field(body, 'error')) ?? textField(body, 'message');
  if (response === null || status === 0) {
    return failed(customId, 'failed', text ?? 'The provider gave neither an answer nor an error.');
  }
  const reason = text ?? 'the provider gave no reason.';
  return failed(customId, 'failed', status >= 300 || text === null ? `${status}: ${reason}` : reason);
}

/** A JSON answer against what the body asked for: `error` is null when it fits. */
function checkJson(content: string, shape: AnswerShape): { error: string | null; members: Map<string, string> | null } {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    return { error: 'The answer is not JSON.', members: null };
  }
  try {
    const wrong = shape.check?.(value) ?? null;
    if (wrong !== null) return { error: shortened(`The answer does not fit its JSON schema: ${wrong}`), members: null };
    return { error: null, members: shape.properties.length > 0 ? jsonMembers(content) : null };
  } catch {
    return { error: 'The answer is nested too deeply to be checked against its JSON schema.', members: null };
  }
}

/** Why an answer is not ok: some services send an error with status 200, and its words then say more than what is missing. */
function whyNot({ outcome, error }: BodyAnswer, body: JsonObject): string | null {
  if (error === null) return null;
  return shortened((outcome === 'failed' ? errorText(field(body, 'error')) : null) ?? error);
}

function answered(customId: string, raw: JsonObject, shape: AnswerShape): Answer {
  const body = bodyReader(shape)(raw, shape);
  const asJson = body.outcome === 'ok' && shape.wantsJson ? checkJson(body.content ?? '', shape) : null;
  const invalid = asJson !== null && asJson.error !== null;
  return {
    customId,
    outcome: invalid ? 'invalid' : body.outcome,
    content: body.content,
    embeddings: body.embeddings,
    finishReason: body.finishReason,
    promptTokens: body.promptTokens,
    completionTokens: body.completionTokens,
    error: invalid ? asJson.error : whyNot(body, raw),
    properties: asJson?.members ?? null,
  };
}

function parseObject(line: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(line);
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}

/**
 * Reads one line of an output or error file (the documented form, and what compatible services make of it).
 * Null for a line that is no JSON object with a custom_id. Never throws, whatever the line holds.
 */
export function parseAnswer(line: string, shape: AnswerShape): Answer | null {
  const value = parseObject(line);
  const customId = value === null ? null : field(value, 'custom_id');
  if (value === null || typeof customId !== 'string') return null;
  const response = field(value, 'response');
  const known = isJsonObject(response) ? response : null;
  const status = Number(field(known, 'status_code') ?? (known === null ? 0 : 200));
  const body = field(known, 'body');
  const isAnswer = status >= 200 && status < 300 && isJsonObject(body) && errorText(field(value, 'error')) === null;
  try {
    if (!isAnswer) return failedLine(customId, value, known, Number.isFinite(status) ? status : 0);
    return answered(customId, body, shape);
  } catch {
    return failed(customId, 'failed', 'The answer could not be read: it is not built as this endpoint documents it.');
  }
}
