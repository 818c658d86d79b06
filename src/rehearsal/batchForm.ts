import { ApiError } from './apiError.ts';
import { isObject, type JsonObject } from './json.ts';
import { ENDPOINTS, type Endpoint } from './shapes.ts';
import { expirySeconds } from './upload.ts';

/** The checked body of a batch creation. */
export interface BatchForm {
  readonly inputFileId: string;
  readonly endpoint: Endpoint;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly outputExpiresAfterSeconds: number | null;
}

const MAX_PAIRS = 16;
const MAX_KEY = 64;
const MAX_VALUE = 512;

/** Checks the body of a batch creation as the service documents it; the first thing wrong is a 400 naming the key. */
export function readBatchForm(body: JsonObject): BatchForm {
  for (const key of ['input_file_id', 'endpoint', 'completion_window']) {
    if (body[key] === undefined || body[key] === null) {
      const message = `Missing required parameter: '${key}'.`;
      throw new ApiError(400, message, { param: key, code: 'missing_required_parameter' });
    }
  }
  const endpoint = ENDPOINTS.find((known) => known === body['endpoint']);
  if (endpoint === undefined) throw invalid('endpoint', `one of ${ENDPOINTS.join(', ')}`);
  if (body['completion_window'] !== '24h') throw invalid('completion_window', "'24h'");
  if (typeof body['input_file_id'] !== 'string') throw invalid('input_file_id', 'a text');
  const expiry = body['output_expires_after'];
  return {
    inputFileId: body['input_file_id'],
    endpoint,
    metadata: metadataOf(body['metadata']),
    outputExpiresAfterSeconds: isObject(expiry)
      ? expirySeconds('output_expires_after', expiry['anchor'], expiry['seconds'])
      : null,
  };
}

function metadataOf(value: unknown): Record<string, string> | null {
  if (value === undefined || value === null) return null;
  if (!isObject(value)) throw invalid('metadata', 'an object');
  const pairs = Object.entries(value);
  if (pairs.length > MAX_PAIRS) throw invalid('metadata', `at most ${MAX_PAIRS} pairs`);
  const checked = pairs.map(([key, text]): [string, string] => {
    if (key.length > MAX_KEY) throw invalid('metadata', `keys of at most ${MAX_KEY} characters`);
    if (typeof text !== 'string' || text.length > MAX_VALUE) {
      throw invalid(`metadata.${key}`, `a text of at most ${MAX_VALUE} characters`);
    }
    return [key, text];
  });
  return Object.fromEntries(checked);
}

function invalid(param: string, wanted: string): ApiError {
  return new ApiError(400, `Invalid '${param}': must be ${wanted}.`, { param, code: 'invalid_value' });
}
