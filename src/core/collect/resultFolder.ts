import type { ByteSink } from './byteSink.ts';

/** A file being written for a results folder. */
export interface ResultFile extends ByteSink {
  /** Makes what was written durable. */
  readonly close: () => Promise<void>;
}

/** The file that makes a folder's tables results, and tells whose. */
export const MANIFEST_FILE = 'manifest.json';

/**
 * What lies in a results folder: nothing of ours; results, as the text of their manifest; `unfinished`, when the run that is named
 * was stopped while it moved them in, or does so now; or `foreign`, files with names of ours that no manifest speaks for.
 */
export type Occupant =
  | { readonly kind: 'free' }
  | { readonly kind: 'results'; readonly manifest: string }
  | { readonly kind: 'unfinished'; readonly runId: string }
  | { readonly kind: 'foreign'; readonly name: string };

/**
 * A results folder that is written aside and moved in at the end, so that a reader sees the old results, or the new ones with
 * their manifest, or files without a manifest, which are no results.
 */
export interface ResultFolder {
  /** For sentences: absolute, or an object's URI. */
  readonly path: string;
  /** Where a published file of that name lies. */
  readonly at: (name: string) => string;
  /** What lies there now. */
  readonly occupant: (names: readonly string[], signal: AbortSignal) => Promise<Occupant>;
  /** Begins a file of that name aside; what an earlier attempt left there is gone. */
  readonly create: (name: string) => Promise<ResultFile>;
  /**
   * Moves all created files in, `manifest.json` last, and removes those of `names` that were not written this time. One run does so
   * at a time: `refuse` is shown what lies there once no other can begin to, and throws where that must stay.
   */
  readonly publish: (names: readonly string[], refuse: (occupant: Occupant) => void) => Promise<void>;
  /** Removes everything written aside. */
  readonly discard: () => Promise<void>;
}
