import type { ColumnFootprint, Footprint } from '../../../src/core/profile/footprint.ts';
import { footprintRules } from '../../../src/core/profile/footprintRules.ts';
import { estimated, exactly, unknownFigure, type Figure } from '../../../src/core/model/figure.ts';
import type { ClosedBy } from '../../../src/core/model/limits.ts';
import type { NotPlanned, Plan, PlannedChunk } from '../../../src/core/model/plan.ts';
import type { FootprintPageState, PlanPageState } from '../../../src/protocol/pageProtocol.ts';

/** The same numbers each time: tests and pictures must not differ by chance. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

const around = (value: number, share: number): Figure => estimated(value, value * (1 - share), value * (1 + share));

/** Counts that rise and fall like a bell on a log scale. */
function bell(from: number, to: number, middle: number, most: number): NonNullable<Footprint['rowSizes']> {
  const buckets: { from: number; to: number; count: number }[] = [];
  for (let size = from; size < to; size *= 1.35) {
    const away = Math.log(size / middle);
    const count = Math.max(1, Math.round(most * Math.exp((-away * away) / 2.2)));
    buckets.push({ from: Math.round(size), to: Math.round(size * 1.35), count });
  }
  return {
    buckets,
    known: 'estimate',
    p50: around(middle, 0.02),
    p90: around(middle * 4, 0.03),
    p99: around(middle * 14, 0.05),
    max: estimated(to, to, to * 3),
  };
}

function column(name: string, type: string, diskBytes: number, more: Partial<ColumnFootprint> = {}): ColumnFootprint {
  return {
    name,
    type,
    disk: exactly(diskBytes),
    arrow: around(diskBytes * 3.4, 0.018),
    nulls: exactly(0),
    text: null,
    rendered: around(diskBytes * 2.1, 0.04),
    tokens: around(diskBytes / 2.4, 0.03),
    pandas: around(diskBytes * 5, 0.05),
    spark: estimated(diskBytes * 3, diskBytes * 0.2, diskBytes * 3.1),
    used: false,
    histogram: null,
    ...more,
  };
}

function textColumn(name: string, diskBytes: number, middle: number, used: boolean): ColumnFootprint {
  const sizes = bell(Math.max(1, middle / 60), middle * 300, middle, 9000);
  const { p50, p90, p99, max } = sizes;
  return column(name, 'utf8', diskBytes, { used, text: { p50, p90, p99, max }, histogram: sizes });
}

function footprintOf(columns: readonly ColumnFootprint[], more: Partial<Footprint> = {}): Footprint {
  return {
    uri: '/lake/posts',
    format: 'parquet',
    files: 32,
    rows: exactly(4_250_000),
    columns,
    bytes: {
      disk: exactly(2_600_000_000),
      arrow: around(5_900_000_000, 0.018),
      pandas: around(11_200_000_000, 0.06),
      pandasArrow: around(6_100_000_000, 0.02),
      spark: estimated(5_400_000_000, 310_000_000, 5_600_000_000),
      rendered: around(3_300_000_000, 0.04),
    },
    tokens: around(212_000_000, 0.03),
    cost: estimated(27.9, 20, 27.9),
    request: {
      job: 'posts',
      requests: exactly(4_250_000),
      rendered: around(3_300_000_000, 0.04),
      tokens: around(212_000_000, 0.03),
      cost: {
        greatest: estimated(27.9, 20, 27.9),
        input: estimated(15.4, 14.9, 15.9),
        output: exactly(12),
        pricesAsOf: '2026-11-02',
        warnings: [],
      },
    },
    rowSizes: bell(100, 20_000_000, 612, 90_000),
    largestRows: [14_200_000, 2_100_000, 1_400_000, 910_000, 880_400].map((bytes, index) => ({
      key: [`post-${8_812_031 - index * 771_203}`],
      file: `part-000${17 - index}.parquet`,
      row: 120_331 - index * 9041,
      bytes,
    })),
    read: { bytes: 1_900_000, seconds: 0.8 },
    stage: 'sample',
    rules: footprintRules('parquet', true),
    warnings: [],
    ...more,
  };
}

function footprintState(footprint: Footprint, more: Partial<FootprintPageState> = {}): FootprintPageState {
  return {
    page: 'footprint',
    title: 'posts',
    where: '/lake/posts',
    state: 'done',
    snapshot: { footprint, doing: null },
    error: null,
    jobName: 'posts',
    ...more,
  };
}

/** A lake of posts, sampled, with a job. */
export function lakeFootprint(more: Partial<FootprintPageState> = {}): FootprintPageState {
  const columns = [
    textColumn('body', 1_000_000_000, 720, true),
    textColumn('title', 80_000_000, 48, true),
    column('author', 'dictionary<utf8>', 6_000_000, { nulls: around(2300, 0.2) }),
    column('created_at', 'timestamp[us, UTC]', 9_000_000),
    column('embedding', 'fixed_list<float32>[1536]', 1_400_000_000),
  ];
  return footprintState(footprintOf(columns), more);
}

const LONG = 'a_column_name_that_somebody_made_by_joining_every_word_of_a_sentence_that_would_not_end';

/** 200 columns, among them names that are long or run from right to left. */
export function wideFootprint(): FootprintPageState {
  const random = seeded(7);
  const columns = Array.from({ length: 200 }, (_, index) => {
    if (index === 1) return textColumn('עמודה עם שם ארוך', 12_000_000, 900, true);
    if (index === 2) return textColumn('تعليق المستخدم', 4_000_000, 300, false);
    if (index === 3) return textColumn(LONG, 400_000_000, 2000, true);
    return column(`field_${String(index).padStart(3, '0')}`, 'float64', Math.round(9e6 * random()));
  });
  return footprintState(footprintOf(columns), { title: LONG, where: `/lake/${LONG}/${LONG}` });
}

/** Before anything was read: metadata of a text format says next to nothing. */
export function unknownFootprint(): FootprintPageState {
  const unknown = unknownFigure();
  const columns = ['id', 'text', 'lang'].map((name) =>
    column(name, 'text', 0, {
      disk: unknown,
      arrow: unknown,
      nulls: unknown,
      rendered: unknown,
      tokens: unknown,
      used: name === 'text',
    }),
  );
  const { bytes } = footprintOf([]);
  const footprint = footprintOf(columns, {
    format: 'csv',
    files: 1,
    rows: unknown,
    bytes: {
      ...bytes,
      disk: exactly(812_000_000),
      arrow: unknown,
      pandas: unknown,
      pandasArrow: unknown,
      spark: unknown,
      rendered: unknown,
    },
    tokens: unknown,
    cost: unknown,
    request: null,
    rowSizes: null,
    largestRows: [],
    stage: 'metadata',
    rules: footprintRules('csv', true),
    read: { bytes: 65_536, seconds: 0.02 },
  });
  return footprintState(footprint, {
    title: 'posts.csv',
    state: 'reading',
    snapshot: { footprint, doing: { what: 'columns', done: 310_000_000, total: 812_000_000 } },
  });
}

/** A table without rows. */
export function emptyFootprint(): FootprintPageState {
  const nothing = exactly(0);
  const columns = ['id', 'text'].map((name) =>
    column(name, 'utf8', 0, {
      arrow: nothing,
      rendered: nothing,
      tokens: nothing,
      pandas: nothing,
      spark: nothing,
      used: null,
    }),
  );
  const footprint = footprintOf(columns, {
    files: 1,
    rows: nothing,
    bytes: {
      disk: exactly(612),
      arrow: nothing,
      pandas: nothing,
      pandasArrow: nothing,
      spark: nothing,
      rendered: nothing,
    },
    tokens: nothing,
    cost: unknownFigure(),
    request: null,
    rowSizes: null,
    largestRows: [],
    rules: footprintRules('parquet', false),
    read: { bytes: 612, seconds: 0.01 },
    stage: 'exact',
  });
  return footprintState(footprint, { title: 'empty.parquet', jobName: null });
}

function chunkOf(index: number, firstRow: number, requests: number, bytes: number, closedBy: ClosedBy): PlannedChunk {
  return {
    index,
    firstRow,
    endRow: firstRow + requests,
    rows: requests,
    requests,
    bytes,
    tokens: around(bytes / 8.1, 0.006),
    closedBy,
  };
}

function closedByOf(index: number, count: number): ClosedBy {
  if (index === count - 1) return 'end';
  const share = index / count;
  if (share < 0.61) return 'bytes';
  return share < 0.9 ? 'requests' : index % 2 === 0 ? 'tokens' : 'inputs';
}

const FULL = {
  bytes: 89_700_000,
  requests: 71_000_000,
  inputs: 66_000_000,
  tokens: 60_000_000,
  end: 19_400_000,
} as const;

function chunksOf(count: number): PlannedChunk[] {
  const random = seeded(3);
  let firstRow = 0;
  return Array.from({ length: count }, (_, index) => {
    const closedBy = closedByOf(index, count);
    const requests =
      closedBy === 'requests' ? 50_000 : closedBy === 'end' ? 9120 : Math.round(41_000 + 8000 * random());
    const spread = closedBy === 'bytes' ? 0.003 : closedBy === 'end' ? 0 : 0.2;
    const chunk = chunkOf(
      index + 1,
      firstRow,
      requests,
      Math.round(FULL[closedBy] * (1 - spread * random())),
      closedBy,
    );
    firstRow += requests;
    return chunk;
  });
}

function notPlannedOf(count: number): NotPlanned[] {
  return Array.from({ length: count }, (_, index) => {
    const reason = index % 3 === 0 ? 'oversized' : index % 3 === 1 ? 'null' : 'tokens';
    const key = index === 4 ? ['מפתח-ארוך-מאוד'] : [`post-${8_812_031 - index * 13}`];
    const details = {
      oversized: 'Its line would take 104.3 MB; no file may be larger than 90 MB.',
      null: 'The column "body" is null.',
      tokens: 'It would take 131,072 tokens; the limit of a file is 100,000.',
    };
    return { row: index * 4217, key, reason, detail: details[reason] };
  });
}

function planOf(chunks: readonly PlannedChunk[], notPlanned: readonly NotPlanned[], more: Partial<Plan> = {}): Plan {
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
  return {
    planHash: '3f2a91c07be4d85512ac0f6e77b1c9e03d4af2b8815c6e90a7d1f4438be25c61',
    dataset: '/lake/posts',
    rows: (chunks.at(-1)?.endRow ?? 0) + notPlanned.length,
    limits: { maxBytes: 90_000_000, maxRequests: 50_000, maxInputs: null, maxTokens: 40_000_000 },
    chunks,
    notPlanned,
    notPlannedRows: notPlanned.length,
    tokens: around(bytes / 8.1, 0.006),
    cost: {
      greatest: estimated(27.9, 18, 27.9),
      input: estimated(15.8, 15.7, 15.9),
      output: exactly(12),
      pricesAsOf: '2026-11-02',
      warnings: [],
    },
    warnings: [],
    ...more,
  };
}

function planState(plan: Plan, more: Partial<PlanPageState> = {}): PlanPageState {
  const job = {
    name: 'posts',
    path: '/lake/posts.tranche.json',
    dataset: '/lake/posts/',
    endpoint: '/v1/chat/completions',
    model: 'gpt-4o-mini',
    provider: 'openai',
    results: '/lake/posts.results',
  };
  return {
    page: 'plan',
    title: 'posts',
    state: 'planned',
    measuredRows: plan.rows,
    planned: { job, plan },
    error: null,
    mayRun: true,
    doing: null,
    ...more,
  };
}

/** A plan with `chunks` files, closed by every limit there is, and `notPlanned` rows without a line. */
export function madeUpPlan(chunks: number, notPlanned = 3, more: Partial<PlanPageState> = {}): PlanPageState {
  return planState(planOf(chunksOf(chunks), notPlannedOf(notPlanned)), more);
}

/** As the engine says it where it knows no price. */
function unpricedCost(): Plan['cost'] {
  const unknown = unknownFigure();
  const warning = 'The batch price of "my-model" is not known; name it under "prices" in the machine\'s configuration.';
  return { greatest: unknown, input: unknown, output: unknown, pricesAsOf: null, warnings: [warning] };
}

/** No price is known, nothing gets a line. */
export function emptyPlan(): PlanPageState {
  return planState(planOf([], notPlannedOf(2), { cost: unpricedCost(), tokens: exactly(0) }));
}

/** No price is known for the model. */
export function unpricedPlan(): PlanPageState {
  return planState(planOf(chunksOf(4), [], { cost: unpricedCost(), tokens: unknownFigure() }));
}
