import type { Block } from '../model/block.ts';
import type { Fragment } from '../model/dataset.ts';
import type { FragmentProfile, ProfileSetup } from '../profile/fragmentProfile.ts';
import type { ScanSetup } from './scanSetup.ts';

/** What workers can do with a fragment: what they are told once, and what they give for each part of it. All of it plain data. */
export interface Works {
  /** Lines measured or rendered; one output a block of rows. */
  readonly scan: { readonly setup: ScanSetup; readonly output: Block };
  /** Columns weighed; one output a fragment. */
  readonly profile: { readonly setup: ProfileSetup; readonly output: FragmentProfile };
}

/** What workers can do. */
export type WorkKind = keyof Works;

/** An output and where it comes from. */
export interface WorkOutput<K extends WorkKind> {
  /** Index into the fragments that were given. */
  readonly fragment: number;
  readonly output: Works[K]['output'];
  /** Gives the output's memory back to the worker: to be called once nobody reads it any more. */
  readonly release: () => void;
}

/** Workers that take fragments and give outputs. */
export interface WorkPool {
  /**
   * The outputs of all fragments in dataset order, whatever the number of workers; a bounded number waits unread.
   * The first failing fragment, in order, ends it. Leaving the loop early stops the workers.
   */
  run: <K extends WorkKind>(
    kind: K,
    setup: Works[K]['setup'],
    fragments: readonly Fragment[],
    signal: AbortSignal,
  ) => AsyncGenerator<WorkOutput<K>>;
}
