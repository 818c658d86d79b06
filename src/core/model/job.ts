import type { BodyNode } from './body.ts';
import type { DatasetFormat } from './dataset.ts';

/** An endpoint whose requests can be made in batches. */
export type Endpoint =
  '/v1/chat/completions' | '/v1/responses' | '/v1/embeddings' | '/v1/completions' | '/v1/moderations';

/** The endpoints that a job can name. */
export const ENDPOINTS: readonly Endpoint[] = [
  '/v1/chat/completions',
  '/v1/responses',
  '/v1/embeddings',
  '/v1/completions',
  '/v1/moderations',
];

/** A job file, read, checked and with every default filled in. Plain data: it crosses to workers. */
export interface Job {
  /** Absolute path of the job file. */
  readonly path: string;
  /** The file's name without `.tranche.json`. */
  readonly name: string;
  readonly dataset: {
    /** Absolute path or glob (later an object URI). */
    readonly uri: string;
    readonly format: DatasetFormat | null;
    readonly key: readonly string[];
    readonly limit: number | null;
  };
  readonly request: {
    readonly endpoint: Endpoint;
    readonly model: string;
    /** The body with `$file` already replaced by texts and `model` as its first key unless the body names it; placeholders still in. */
    readonly body: BodyNode;
    readonly onNull: 'quarantine' | 'empty' | 'fail';
  };
  readonly limits: {
    readonly maxBytes: number;
    readonly maxRequests: number;
    readonly maxTokens: number | null;
    readonly oversized: 'quarantine' | 'truncate' | 'fail';
    /** Column (as written in a placeholder) -> tokens its text is cut to. */
    readonly truncate: Readonly<Record<string, { readonly tokens: number }>>;
  };
  readonly provider: string | null;
  readonly budget: { readonly maxUsd: number | null };
  readonly results: {
    /** Absolute path of the folder. */
    readonly uri: string;
    readonly columns: readonly string[];
    readonly formats: readonly ('parquet' | 'jsonl')[];
  };
}
