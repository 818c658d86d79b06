import type { PageState } from '../protocol/pageProtocol.ts';
import type { RunHeader } from '../protocol/runSnapshot.ts';
import type { AskPerson } from './askPerson.ts';
import type { Slices } from './slices.ts';

/** What tests inside the editor see; nobody else gets it. */
export interface TestApi {
  /** Longest synchronous stretch of each kind of our work, and how often there was one. */
  readonly slices: Slices['longest'];
  readonly enginePid: () => number | null;
  readonly pages: () => readonly PageState[];
  readonly runs: () => readonly RunHeader[];
  /** Rows of the tree below one, by what they show. */
  readonly rows: (
    id: string | null,
  ) => readonly { readonly id: string; readonly label: string; readonly description: string }[];
  /** From here on these answer in a person's place. */
  readonly answer: (answers: Partial<AskPerson>) => void;
}
