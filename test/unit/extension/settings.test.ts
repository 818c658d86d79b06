import { describe, expect, it } from 'vitest';
import { readEngineSettings } from '../../../src/extension/settings.ts';

describe('settings', () => {
  const read = (values: Record<string, unknown>) => readEngineSettings((key) => values[key]);

  it('are nothing where nothing is set', () => {
    const nothing = { openaiBaseUrl: null, maxUsd: null, workers: null };
    expect(read({})).toEqual(nothing);
    expect(read({ 'tranche.openai.baseUrl': ' ', 'tranche.maxUsd': null, 'tranche.workers': null })).toEqual(nothing);
  });

  it('are taken where they are what they should be', () => {
    expect(read({ 'tranche.openai.baseUrl': ' http://x/v1 ', 'tranche.maxUsd': 0, 'tranche.workers': 2 })).toEqual({
      openaiBaseUrl: 'http://x/v1',
      maxUsd: 0,
      workers: 2,
    });
    expect(read({ 'tranche.maxUsd': '5', 'tranche.workers': 1.5 })).toMatchObject({ maxUsd: null, workers: null });
  });
});
