import { describe, expect, it } from 'vitest';
import { TrancheError } from '../../../../src/core/errors.ts';
import { isFileNotYetThere, verdictOn } from '../../../../src/core/runs/refusal.ts';
import { ProviderError } from '../../../../src/core/submit/providerError.ts';

function refusal(status: number | null, providerMessage: string): ProviderError {
  const fault = { status, providerCode: null, providerMessage, retryAfterMs: null, mayPass: false };
  return new ProviderError('refusedByProvider', providerMessage, fault);
}

describe('a refusal', () => {
  it.each([
    [refusal(401, 'key'), 'run'],
    [refusal(402, 'pay'), 'run'],
    [refusal(403, 'rights'), 'run'],
    [refusal(400, 'bad endpoint'), 'run'],
    [refusal(400, 'Billing hard limit has been reached'), 'run'],
    [refusal(400, 'File is too large.'), 'chunk'],
    [refusal(413, ''), 'chunk'],
    [refusal(null, 'certificate'), 'run'],
    [new TrancheError('disk', 'full'), 'run'],
  ])('%s stops the %s', (error, verdict) => {
    expect(verdictOn(error)).toBe(verdict);
  });

  it.each([
    [refusal(400, 'Cannot find file file-1 or project p does not have access to it.'), true],
    [refusal(404, 'No such File object: file-1'), true],
    [refusal(400, 'The file file-1 does not exist'), true],
    [refusal(400, 'Missing required parameter'), false],
    [refusal(500, 'Cannot find file file-1'), false],
  ])('%s of a fresh file is worth another try: %s', (error, expected) => {
    expect(isFileNotYetThere(error, { fileId: 'file-1' })).toBe(expected);
  });
});
