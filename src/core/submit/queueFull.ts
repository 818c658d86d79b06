/** What a full queue holds at most, if the provider's message says so. */
export interface QueueFull {
  readonly kind: 'tokens' | 'requests';
  readonly limit: number | null;
}

const WORDS = /enqueued[ _-](token|request)s? limit|limit reached.*enqueued (token|request)s?/i;
const LIMIT = /limit:?\s*(\d[\d,._ ]*)\s*enqueued/i;

/**
 * Recognises a refusal because the provider's queue is full, by its code or its wording.
 * Wordings: https://github.com/openai/openai-python/issues/2084 (tokens), OpenAI community topic 1002388 (requests).
 */
export function queueFull(code: string | null, message: string | null): QueueFull | null {
  const kind = kindByWords(message ?? '') ?? kindByCode(code);
  return kind === null ? null : { kind, limit: limitIn(message ?? '') };
}

function kindByWords(message: string): QueueFull['kind'] | null {
  const words = WORDS.exec(message);
  if (words === null) return null;
  return (words[1] ?? words[2])?.toLowerCase() === 'request' ? 'requests' : 'tokens';
}

function kindByCode(code: string | null): QueueFull['kind'] | null {
  if (code === 'token_limit_exceeded') return 'tokens';
  return code === 'request_limit_exceeded' ? 'requests' : null;
}

function limitIn(message: string): number | null {
  const limit = Number(LIMIT.exec(message)?.[1]?.replace(/\D/g, '') ?? '0');
  return Number.isSafeInteger(limit) && limit > 0 ? limit : null;
}
