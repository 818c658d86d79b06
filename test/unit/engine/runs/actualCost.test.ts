import { describe, expect, it } from 'vitest';
import { actualCostUsd } from '../../../../src/engine/runs/actualCost.ts';
import { sumCounts, countsOf } from '../../../../src/core/runs/rowCounts.ts';
import type { MachineConfig } from '../../../../src/platform/machineConfig.ts';

const local = { name: 'local', kind: 'openai', baseUrl: 'http://x', apiKeyEnv: null, priceList: 'none' } as const;
const config: MachineConfig = {
  path: '/config.json',
  maxUsd: null,
  providers: { local },
  prices: {
    m: { inputPerMillionUsd: 1, outputPerMillionUsd: 10 },
    free: { inputPerMillionUsd: 0, outputPerMillionUsd: 0 },
  },
};
const created = (model: string, rehearsal = false) => ({
  model,
  provider: { name: 'local', baseUrl: 'http://x', project: null, rehearsal },
});
const results = (rowsReporting: number) => ({
  rows: sumCounts([countsOf('ok', 3), countsOf('invalid', 1), countsOf('failed', 5), countsOf('quarantined', 2)]),
  usage: { promptTokens: 1_000_000, completionTokens: 100_000, rowsReporting },
});

describe('what a run cost', () => {
  it('is known when every answer reports its tokens, rows that failed aside', () => {
    expect(actualCostUsd(config, created('m'), results(4))).toBeCloseTo(2, 10);
  });

  it('is unknown, never nothing, when some answers do not', () => {
    expect(actualCostUsd(config, created('m'), results(3))).toBeNull();
    expect(actualCostUsd(config, created('m'), results(0))).toBeNull();
  });

  it('is unknown without a price or without results, and nothing where nothing is charged', () => {
    expect(actualCostUsd(config, created('other'), results(4))).toBeNull();
    expect(actualCostUsd({ ...config, providers: {}, prices: {} }, created('m'), results(4))).toBeNull();
    expect(actualCostUsd(config, created('m'), null)).toBeNull();
    expect(actualCostUsd(config, created('free'), results(0))).toBe(0);
    expect(actualCostUsd(config, created('m', true), results(0))).toBe(0);
  });
});
