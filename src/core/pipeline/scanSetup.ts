import type { ColumnPath } from '../model/columnType.ts';
import type { Dataset } from '../model/dataset.ts';
import type { Job } from '../model/job.ts';
import type { Encoding } from '../profile/tokens.ts';
import type { LineTemplate } from '../render/template.ts';
import type { SampleLimits } from './lineSample.ts';
import type { RequestTexts } from './requestTexts.ts';

/** What a worker needs to know to turn a job's fragments into blocks. Plain data. */
export interface ScanSetup {
  readonly dataset: Dataset;
  readonly template: LineTemplate;
  readonly key: readonly ColumnPath[];
  readonly carried: readonly ColumnPath[];
  /** `measure`: line lengths; `render`: the lines as well; `find`: only the rows whose id has a wanted hash. */
  readonly mode: 'measure' | 'render' | 'find';
  /** Whether blocks bring ids, keys and carried columns to be kept. */
  readonly keep: boolean;
  readonly wantedHashes: readonly bigint[];
  /** Longest line any chunk can hold, newline included. */
  readonly maxLineBytes: number;
  readonly onNull: Job['request']['onNull'];
  readonly oversized: Job['limits']['oversized'];
  /** Null where nothing counts or cuts by tokens. */
  readonly tokens: TokenSetup | null;
}

/** How a scan counts tokens. */
export interface TokenSetup {
  readonly texts: RequestTexts;
  /** Null: unknown, every byte counts as a token (an upper bound). */
  readonly encoding: Encoding | null;
  /** `all`: every line is counted; `sample`: the lines of lowest hashes are given, to be counted later. */
  readonly count: 'all' | 'sample';
  readonly sample: SampleLimits;
  /** Whether each fragment has a sample of its own, or all have one. */
  readonly sampleOf: 'scan' | 'fragment';
  /** 32 bits from the snapshot: another dataset, another sample. */
  readonly seed: number;
  /** Most tokens of one line; null where there is no such limit. */
  readonly maxLineTokens: number | null;
  /** Per template column: tokens its text is cut to, or null. */
  readonly cutTo: readonly (number | null)[];
}
