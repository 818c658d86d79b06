import { APIConnectionError } from 'openai';
import { describe, expect, it } from 'vitest';
import { providerError } from '../../../src/platform/openaiErrors.ts';

const SERVICE = { baseUrl: 'https://batches.example/v1', apiKey: null, keyName: null };

function broken(code: string): APIConnectionError {
  return new APIConnectionError({
    cause: new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) }),
  });
}

describe('a call without an answer', () => {
  it.each([
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'refusedByProvider'],
    ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'refusedByProvider'],
    ['ERR_SSL_HTTP_REQUEST', 'refusedByProvider'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'refusedByProvider'],
    ['CERT_HAS_EXPIRED', 'refusedByProvider'],
    ['ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', 'network'],
    ['ERR_SSL_SSL/TLS_ALERT_INTERNAL_ERROR', 'network'],
    ['EPROTO', 'network'],
    ['EPIPE', 'network'],
    ['EACCES', 'network'],
    ['EPERM', 'network'],
    ['EMFILE', 'network'],
  ])('counts with %s as %s when a batch was to be created', (code, expected) => {
    expect(providerError(broken(code), 'the creation of a batch', SERVICE)).toMatchObject({ code: expected });
  });

  it('may lie at the disk only where a file was sent', () => {
    expect(providerError(broken('EIO'), 'the upload of a.jsonl', SERVICE, true)).toMatchObject({ code: 'disk' });
    expect(providerError(broken('EIO'), 'the upload of a.jsonl', SERVICE)).toMatchObject({ code: 'network' });
  });
});
