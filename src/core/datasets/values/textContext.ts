import type { Kernel } from '../../../kernel/kernel.ts';
import type { TextColumn } from '../../../kernel/textColumn.ts';
import type { ArrowArray } from './arrowArray.ts';

/** All values of a dictionary. */
export interface DictionaryText {
  readonly text: TextColumn;
  readonly rows: number;
}

/** What turning arrays into text needs. */
export interface TextContext {
  readonly kernel: Kernel;
  /** Texts of dictionaries that outlive a batch. */
  readonly dictionaries: ReadonlyMap<readonly ArrowArray[], DictionaryText>;
  /** Rows [from, to) of an array as text in the kernel; what is out of bounds or not UTF-8 is a plain Error with a short cause. */
  readonly textOf: (array: ArrowArray, from: number, to: number) => TextColumn;
}
