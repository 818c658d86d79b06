import type { Figure } from './figure.ts';
import type { ChunkLimits, ClosedBy } from './limits.ts';
import type { QuarantineReason } from './outcome.ts';

/** One planned batch input file: lines [firstLine, firstLine + requests) of the plan's rows in dataset order. */
export interface PlannedChunk {
  /** 1, 2, ...: the number in its file name. */
  readonly index: number;
  /** Dataset row numbers [firstRow, endRow); quarantined rows lie in between. */
  readonly firstRow: number;
  readonly endRow: number;
  /** Rows with a line in this chunk (equal to `requests` while one row is one request). */
  readonly rows: number;
  readonly bytes: number;
  readonly requests: number;
  readonly tokens: Figure;
  readonly closedBy: ClosedBy;
}

/** A row that gets no line, and why. `row` counts from 0 in dataset order. */
export interface NotPlanned {
  readonly row: number;
  readonly key: readonly string[];
  readonly reason: QuarantineReason;
  /** One sentence for people. */
  readonly detail: string;
}

/** What a run may cost, in US dollars at batch prices. */
export interface CostBound {
  /** Greatest cost; unknown when the model has no known price. */
  readonly greatest: Figure;
  readonly input: Figure;
  readonly output: Figure;
  /** Date of the price list, `2026-09-23`; null when unknown. */
  readonly pricesAsOf: string | null;
  readonly warnings: readonly string[];
}

/** The exact cut of a dataset under all limits, made before anything is spent. */
export interface Plan {
  /** sha256 hex over snapshot, request, limits, key and renderer version; the same on any machine. */
  readonly planHash: string;
  readonly dataset: string;
  readonly rows: number;
  readonly limits: ChunkLimits;
  readonly chunks: readonly PlannedChunk[];
  readonly notPlanned: readonly NotPlanned[];
  /** All rows without a line; `notPlanned` lists the first of them. */
  readonly notPlannedRows: number;
  readonly tokens: Figure;
  readonly cost: CostBound;
  readonly warnings: readonly string[];
}
