import type { BatchApi } from '../../../src/core/submit/batchApi.ts';
import { openOpenaiBatchApi } from '../../../src/platform/openaiBatchApi.ts';

/** The key of `apiAt`: no error may show it. */
export const API_KEY = 'sk-secret-abcdefghij0123456789';

/** The API of a service at an address, as a provider set up here has it. */
export function apiAt(baseUrl: string): BatchApi {
  return openOpenaiBatchApi({
    baseUrl,
    apiKey: API_KEY,
    keyName: 'MY_API_KEY',
    project: null,
    organization: null,
    inputExpiresAfterSeconds: 2_592_000,
  });
}

/** Everything that pieces hold. */
export async function read(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}
