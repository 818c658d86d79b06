import { throwIfAborted, TrancheError } from '../errors.ts';
import { ROW_OUTCOMES, type RowCounts, type RowOutcome } from '../model/outcome.ts';
import type { AnswerShape } from './answerSchema.ts';
import { type ChunkToJoin, type ChunkJoin, joinChunk, type JoinNotes } from './joinChunk.ts';
import type { KeptBlock, KeptRows, RowRange } from './keptRows.ts';
import type { Answer } from './parseAnswer.ts';
import { textAt } from './parquetPages.ts';

/** What became of one row; its kept values are row `row` of `block`. */
export interface JoinedRow {
  readonly block: KeptBlock;
  readonly row: number;
  readonly status: RowOutcome;
  /** Null where no line answers the row. */
  readonly answer: Answer | null;
  /** Why the row is not ok; null where it is. */
  readonly error: string | null;
}

/** Tokens the answers report; rows without a report count nothing. */
export interface UsageTotals {
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Rows whose answer reports its tokens. */
  readonly rowsReporting: number;
}

/** What joining answers to rows came to. */
export interface JoinTotals {
  readonly rows: RowCounts;
  readonly usage: UsageTotals;
  readonly notes: JoinNotes;
}

/** Rows between two turns of the event loop, so that signals get through. */
const ROWS_A_TURN = 4096;

async function turn(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  throwIfAborted(signal);
}

/** One chunk's answers at a time, in the order the rows ask for them. */
class ChunkCursor {
  readonly #byNumber: ReadonlyMap<number, ChunkToJoin>;
  readonly #shape: AnswerShape;
  #chunk = 0;
  #join: ChunkJoin | null = null;
  #notes: JoinNotes = { duplicates: 0, unknown: 0, broken: 0 };

  constructor(chunks: readonly ChunkToJoin[], shape: AnswerShape) {
    this.#byNumber = new Map(chunks.map((chunk) => [chunk.chunk, chunk]));
    this.#shape = shape;
  }

  get notes(): JoinNotes {
    return this.#notes;
  }

  async close(): Promise<void> {
    const join = this.#join;
    this.#join = null;
    if (join === null) return;
    const [sum, more] = [this.#notes, join.notes()];
    this.#notes = {
      duplicates: sum.duplicates + more.duplicates,
      unknown: sum.unknown + more.unknown,
      broken: sum.broken + more.broken,
    };
    await join.close();
  }

  async answersOf(chunk: number, signal: AbortSignal): Promise<{ join: ChunkJoin; answers: ChunkToJoin }> {
    const answers = this.#byNumber.get(chunk);
    if (answers === undefined) throw new TrancheError('internal', `Nothing is known of chunk ${chunk}.`);
    if (chunk < this.#chunk) throw new TrancheError('corrupt', `The kept rows name chunk ${chunk} out of order.`);
    if (chunk !== this.#chunk || this.#join === null) {
      await this.close();
      this.#chunk = chunk;
      this.#join = await joinChunk(answers, this.#shape, signal);
    }
    return { join: this.#join, answers };
  }
}

class Tally {
  readonly #rows: Record<RowOutcome, number> = Object.fromEntries(ROW_OUTCOMES.map((name) => [name, 0])) as Record<
    RowOutcome,
    number
  >;
  #usage: UsageTotals = { promptTokens: 0, completionTokens: 0, rowsReporting: 0 };

  add({ status, answer }: JoinedRow): void {
    this.#rows[status]++;
    if (answer === null || (answer.promptTokens === null && answer.completionTokens === null)) return;
    this.#usage = {
      promptTokens: this.#usage.promptTokens + (answer.promptTokens ?? 0),
      completionTokens: this.#usage.completionTokens + (answer.completionTokens ?? 0),
      rowsReporting: this.#usage.rowsReporting + 1,
    };
  }

  get usage(): UsageTotals {
    return this.#usage;
  }

  /** Counts by outcome; an error when they are not the rows there are. */
  rows(expected: number): RowCounts {
    const sum = ROW_OUTCOMES.reduce((total, name) => total + this.#rows[name], 0);
    if (sum !== expected) {
      throw new TrancheError(
        'corrupt',
        `The run has ${expected} rows but ${sum} of them were kept; render the job again.`,
      );
    }
    return { in: expected, ...this.#rows };
  }
}

async function joinRow(block: KeptBlock, row: number, cursor: ChunkCursor, signal: AbortSignal): Promise<JoinedRow> {
  const chunk = block.chunks[row] ?? 0;
  if (chunk === 0) {
    const reason = textAt(block.reasons, row);
    if (reason === null)
      throw new TrancheError('corrupt', 'The kept rows hold a row that is in no chunk for no reason.');
    return { block, row, status: 'quarantined', answer: null, error: textAt(block.details, row) ?? reason };
  }
  const id = block.columns[0] === undefined ? null : textAt(block.columns[0], row);
  if (id === null) throw new TrancheError('corrupt', 'The kept rows hold a row without its custom_id.');
  const { join, answers } = await cursor.answersOf(chunk, signal);
  const answer = await join.take(id, signal);
  if (answer === null) {
    const { outcome, error } = answers.unanswered;
    return { block, row, status: outcome, answer, error };
  }
  return { block, row, status: answer.outcome, answer, error: answer.error };
}

/** A run to be joined: its kept rows, its answers, and who gets each row. */
export interface JoinRunInput {
  readonly kept: KeptRows;
  /** Rows of the plan, quarantined ones included. */
  readonly rows: number;
  readonly chunks: readonly ChunkToJoin[];
  readonly shape: AnswerShape;
  /** Gets every row in dataset order; a promise is awaited. */
  readonly onRow: (row: JoinedRow) => Promise<void> | null;
}

/**
 * Counts the rows of one chunk by outcome. `rows` holds all of them and may hold others; `requests` is how many the chunk has,
 * any other number is a `corrupt` error.
 */
export async function countChunk(
  kept: KeptRows,
  rows: RowRange,
  requests: number,
  answers: ChunkToJoin,
  shape: AnswerShape,
  signal: AbortSignal,
): Promise<JoinTotals> {
  const cursor = new ChunkCursor([answers], shape);
  const tally = new Tally();
  try {
    for await (const block of kept.blocks(signal, rows)) {
      for (let row = 0; row < block.rows; row++) {
        if (block.chunks[row] === answers.chunk) tally.add(await joinRow(block, row, cursor, signal));
      }
      await turn(signal);
    }
  } finally {
    await cursor.close();
  }
  return { rows: tally.rows(requests), usage: tally.usage, notes: cursor.notes };
}

/**
 * Gives every kept row its one outcome; any other number of kept rows than the plan has is a `corrupt` error.
 * Memory: a block of kept rows, one chunk's index and a window of its files.
 */
export async function joinRun(input: JoinRunInput, signal: AbortSignal): Promise<JoinTotals> {
  const cursor = new ChunkCursor(input.chunks, input.shape);
  const tally = new Tally();
  let seen = 0;
  try {
    for await (const block of input.kept.blocks(signal)) {
      for (let row = 0; row < block.rows; row++) {
        const joined = await joinRow(block, row, cursor, signal);
        tally.add(joined);
        const written = input.onRow(joined);
        if (written !== null) await written;
        seen++;
        if (seen % ROWS_A_TURN === 0) await turn(signal);
      }
    }
  } finally {
    await cursor.close();
  }
  return { rows: tally.rows(input.rows), usage: tally.usage, notes: cursor.notes };
}
