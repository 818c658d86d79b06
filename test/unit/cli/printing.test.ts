import { describe, expect, it } from 'vitest';
import { plain, plainLines } from '../../../src/cli/print/plain.ts';
import { planText } from '../../../src/cli/print/planText.ts';
import { statusText } from '../../../src/cli/print/runText.ts';
import { usdText } from '../../../src/protocol/numberTexts.ts';
import { replayRun } from '../../../src/core/runs/replay.ts';
import { exactly, unknownFigure } from '../../../src/core/model/figure.ts';
import type { Plan } from '../../../src/core/model/plan.ts';
import { runCreated } from '../../scenario/runWorld.ts';

const EVIL = 'a\u001b[2Jb\u009bc\rd\u0007';
// The very characters that printing must not let through.
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;

describe('what reaches a terminal', () => {
  it('has no control characters but the ends of its lines', () => {
    expect(plain(`${EVIL}\n`)).toBe('a?[2Jb?c?d??');
    expect(plainLines(`${EVIL}\nx`)).toBe('a?[2Jb?c?d?\nx');
  });

  it('has none in a plan whose keys hold them', () => {
    const cost = {
      greatest: unknownFigure(),
      input: unknownFigure(),
      output: unknownFigure(),
      pricesAsOf: null,
      warnings: [EVIL],
    };
    const plan: Plan = {
      planHash: 'a',
      dataset: EVIL,
      rows: 1,
      limits: { maxBytes: 1, maxRequests: 1, maxInputs: null, maxTokens: null },
      chunks: [],
      notPlanned: [{ row: 0, key: [EVIL], reason: 'null', detail: EVIL }],
      notPlannedRows: 1,
      tokens: exactly(0),
      cost,
      warnings: [EVIL],
    };
    const text = planText(plan);
    expect(text).toContain('a?[2Jb?c?d? (row 1)');
    expect(text).not.toMatch(CONTROL);
  });

  it('has none in the status of a run, and names who drives it', () => {
    const created = { ...runCreated(1, 2), job: { name: EVIL, path: EVIL }, model: EVIL, resultsUri: EVIL };
    const run = replayRun([
      { ...created, seq: 1, at: '2026-11-24T06:05:00.000Z', fence: 1 },
      { type: 'unsettled', chunk: 1, attempt: 1, message: EVIL, seq: 2, at: '2026-11-24T06:05:00.000Z', fence: 1 },
    ]);
    expect(
      statusText(run, { who: 'the command line (process 12 on host)', isEditor: false, isLiving: true }),
    ).not.toMatch(CONTROL);
    const owners = [
      { who: 'the command line (process 12 on host)', isEditor: false, isLiving: true },
      { who: 'the command line (process 12 on host)', isEditor: false, isLiving: false },
      null,
    ].map((owner) => /Owner +(.*)/.exec(statusText(run, owner))?.[1]);
    expect(owners).toEqual([
      'the command line (process 12 on host)',
      `the command line (process 12 on host), which is gone; go on with: tranche resume ${created.runId}`,
      `none; go on with: tranche resume ${created.runId}`,
    ]);
  });
});

it('a cost above nothing never looks like nothing', () => {
  expect([0, 0.00004, 0.000099, 0.0001, 0.05, 18.4].map(usdText)).toEqual([
    '$0',
    '< $0.0001',
    '< $0.0001',
    '$0.0001',
    '$0.0500',
    '$18.40',
  ]);
});
