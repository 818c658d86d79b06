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
    [refusal(401, 'key'), 5, 'run'],
    [refusal(403, 'rights'), 5, 'run'],
    [refusal(400, 'bad endpoint'), 0, 'run'],
    [refusal(400, 'bad endpoint'), 1, 'chunk'],
    [refusal(400, 'File is too large.'), 0, 'chunk'],
    [refusal(413, ''), 0, 'chunk'],
    [refusal(null, 'certificate'), 5, 'run'],
    [new TrancheError('disk', 'full'), 5, 'run'],
  ])('%s with %i batches stops the %s', (error, batches, verdict) => {
    expect(verdictOn(error, batches)).toBe(verdict);
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
