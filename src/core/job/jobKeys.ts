/** Every key a job file may have, by section; the JSON schema shipped for editors has the same. `''` is the top. */
export const JOB_KEYS = {
  '': ['$schema', 'dataset', 'request', 'limits', 'provider', 'budget', 'results'],
  dataset: ['uri', 'format', 'key', 'limit', 'filter'],
  request: ['endpoint', 'model', 'body', 'onNull'],
  limits: ['maxBytes', 'maxRequests', 'maxTokens', 'oversized', 'truncate'],
  budget: ['maxUsd'],
  results: ['uri', 'columns', 'formats'],
} as const;

/** Values of `dataset.format`. */
export const DATASET_FORMATS = ['parquet', 'arrow', 'csv', 'jsonl'] as const;
/** Values of `request.onNull`. */
export const ON_NULL = ['quarantine', 'empty', 'fail'] as const;
/** Values of `limits.oversized`. */
export const ON_OVERSIZED = ['quarantine', 'truncate', 'fail'] as const;
/** Values in `results.formats`. */
export const RESULT_FORMATS = ['parquet', 'jsonl'] as const;

function homeOf(key: string): string | null {
  for (const [section, keys] of Object.entries(JOB_KEYS)) {
    if ((keys as readonly string[]).includes(key)) return section === '' ? key : `${section}.${key}`;
  }
  return null;
}

const SECRETS = /^(api[_-]?key|key[_-]?env|base[_-]?url|url|address|host|token|secret|authorization|headers)$/i;

/** The end of a sentence about a key that stands in the wrong section, or that no job may hold. */
export function explainJobKey(key: string, nearest: string | null): string | null {
  if (nearest !== null) return null;
  const home = homeOf(key);
  if (home !== null) return `did you mean "${home}"?`;
  if (!SECRETS.test(key)) return null;
  return 'a job holds neither addresses nor keys, only the name of a "provider" set up on this machine.';
}
