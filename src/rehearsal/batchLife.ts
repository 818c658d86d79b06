import { rmSync } from 'node:fs';
import path from 'node:path';
import PQueue from 'p-queue';
import type { BatchBook } from './batchBook.ts';
import { faultNamed, faultNumber, type Fault } from './faults.ts';
import type { FileShelf } from './fileShelf.ts';
import { scanInput, type InputScan } from './inputScan.ts';
import { refusalsOf } from './refusals.ts';
import { RowRunner } from './rowRunner.ts';
import { digestOf } from './seeded.ts';
import { isTerminal, secondsNow, type BatchLineError, type BatchObject, type BatchRecord } from './shapes.ts';
import type { Limits, Timeline } from './settings.ts';
import { breathe, wait } from './wait.ts';

/** Row phases at one time: each holds three open files. */
const MAX_RUNNING = 32;
const TICK_MS = 50;
const MIN_TICK_MS = 5;
const SLICE_MS = 8;
const OUTPUT_LIFE_SECONDS = 30 * 24 * 3600;

/** What the batches live on. */
export interface BatchSurroundings {
  readonly shelf: FileShelf;
  readonly timeline: Timeline;
  readonly limits: Limits;
  readonly seed: string;
}

/** What the row phase of a batch left behind. */
interface RowsEnd {
  readonly shown: Partial<BatchObject>;
  readonly hasOutput: boolean;
  readonly hasErrors: boolean;
}

/** Leads batches from creation to their end by the clock: a batch met in any state, after a restart too, goes on from there. */
export class BatchLife {
  readonly #book: BatchBook;
  readonly #work: string;
  readonly #around: BatchSurroundings;
  readonly #closing: AbortSignal;
  readonly #slots = new PQueue({ concurrency: MAX_RUNNING });
  readonly #scans = new PQueue({ concurrency: 1 });

  constructor(book: BatchBook, work: string, around: BatchSurroundings, closing: AbortSignal) {
    this.#book = book;
    this.#work = work;
    this.#around = around;
    this.#closing = closing;
  }

  /** Resolves once the batch has ended or the service closes; `stop` is aborted by a cancellation too. Never rejects: trouble ends the batch as failed. */
  async lead(id: string, stop: AbortSignal): Promise<void> {
    try {
      await this.#validate(id, stop);
    } catch (error) {
      if (this.#closing.aborted) return;
      const message = `The rehearsal could not run this batch: ${error instanceof Error ? error.message : String(error)}`;
      const errors = { object: 'list', data: [{ code: 'server_error', line: null, message, param: null }] } as const;
      // Shown, not kept: what went wrong is the service's own trouble, and a later one tries again.
      this.#book.show(id, { shown: { status: 'failed', failed_at: secondsNow(), errors } });
    }
  }

  async #validate(id: string, stop: AbortSignal): Promise<void> {
    await wait(this.#book.get(id).createdMs + this.#around.timeline.validatingMs - Date.now(), stop);
    if (this.#closing.aborted) return;
    const scan = this.#isCancelledEarly(id) ? null : await this.#prepare(id);
    if (this.#closing.aborted || isTerminal(this.#book.get(id).shown.status)) return;
    if (scan === null || this.#isCancelledEarly(id)) return this.#endCancelled(id, null);
    const rows = await this.#slots.add(async () => {
      const known = scan === 'later' ? await this.#scan(id) : scan;
      return known === null || this.#closing.aborted ? null : this.#runRows(id, known, stop);
    });
    if (rows !== null && !this.#closing.aborted) await this.#finalize(id, rows, stop);
  }

  /** A batch that has to wait for its rows' turn is scanned again then, so that waiting ones hold no memory. */
  async #prepare(id: string): Promise<InputScan | 'later' | null> {
    const scan = await this.#scan(id);
    return scan !== null && this.#slots.pending >= MAX_RUNNING ? 'later' : scan;
  }

  async #finalize(id: string, rows: RowsEnd, stop: AbortSignal): Promise<void> {
    const { faults, endedRowsMs } = this.#book.get(id);
    const expires = faultNamed(faults, 'expire') !== undefined;
    if (faultNamed(faults, 'stuck') !== undefined) await wait(Infinity, stop);
    else if (!expires) await wait((endedRowsMs ?? 0) + this.#around.timeline.finalizingMs - Date.now(), stop);
    if (this.#closing.aborted) return;
    if (this.#book.isCancelling(id)) return this.#endCancelled(id, rows);
    const end = expires ? { expired_at: secondsNow() } : { completed_at: secondsNow() };
    this.#end(id, rows, { status: expires ? 'expired' : 'completed', ...end });
  }

  #isCancelledEarly(id: string): boolean {
    return this.#book.get(id).inProgressMs === null && this.#book.isCancelling(id);
  }

  async #endCancelled(id: string, rows: RowsEnd | null): Promise<void> {
    const until = (this.#book.get(id).shown.cancelling_at ?? 0) * 1000 + this.#around.timeline.cancellingMs;
    await wait(until - Date.now(), this.#closing);
    if (this.#closing.aborted) return;
    this.#end(id, rows, { status: 'cancelled', cancelled_at: secondsNow() });
  }

  /** Validates a batch and sets it going, or finds its lines again after a restart; null if it failed. */
  async #scan(id: string): Promise<InputScan | null> {
    const record = this.#book.get(id);
    const { shelf, limits } = this.#around;
    if (shelf.get(record.shown.input_file_id, Date.now()) === undefined) {
      const message = `The input file ${record.shown.input_file_id} is gone.`;
      this.#fail(id, [{ code: 'file_not_found', line: null, message, param: null }]);
      return null;
    }
    const unknown = faultNamed(record.faults, 'unknown-model')?.value;
    const rules = {
      endpoint: record.shown.endpoint,
      maxRequests: limits.maxRequests,
      unknownModel: unknown === undefined ? null : String(unknown),
    };
    const inputPath = shelf.pathOf(record.shown.input_file_id);
    const scan = await this.#scans.add(() => scanInput(inputPath, rules, this.#closing));
    if (record.inProgressMs !== null || this.#book.isCancelling(id)) return scan;
    const errors = refusalsOf(record, scan, this.#book.all(), limits);
    if (errors.length > 0) {
      this.#fail(id, errors, scan.model);
      return null;
    }
    const counts = { total: scan.offsets.length, completed: 0, failed: 0 };
    this.#book.change(id, {
      inProgressMs: Date.now(),
      inputTokens: scan.inputTokens,
      shown: { status: 'in_progress', in_progress_at: secondsNow(), model: scan.model, request_counts: counts },
    });
    return scan;
  }

  #fail(id: string, errors: readonly BatchLineError[], model: string | null = null): void {
    this.#book.change(id, {
      shown: { status: 'failed', failed_at: secondsNow(), errors: { object: 'list', data: errors }, model },
    });
    this.#clearWork(id);
  }

  /** Answers the rows as the clock allows, up to the batch's end, its fault's share, or a cancellation. */
  async #runRows(id: string, scan: InputScan, stop: AbortSignal): Promise<RowsEnd> {
    const record = this.#book.get(id);
    const runner = await RowRunner.open({
      batchId: id,
      endpoint: record.shown.endpoint,
      inputPath: this.#around.shelf.pathOf(record.shown.input_file_id),
      outputPath: this.#workPath(id, 'output'),
      errorPath: this.#workPath(id, 'error'),
      scan,
      faults: record.faults,
      seed: this.#around.seed,
    });
    try {
      const total = scan.offsets.length;
      const goal = goalOf(record.faults, total);
      await this.#advance(id, runner, total, goal, stop);
      if (!this.#closing.aborted) await this.#endRows(id, runner);
      return {
        shown: { usage: runner.usage, request_counts: this.#countsOf(record, runner, total) },
        hasOutput: runner.outputLines > 0,
        hasErrors: runner.errorLines > 0,
      };
    } finally {
      await runner.close();
    }
  }

  async #advance(id: string, runner: RowRunner, total: number, goal: number, stop: AbortSignal): Promise<void> {
    const record = this.#book.get(id);
    while (!this.#closing.aborted) {
      const end = this.#book.get(id).cancelledAfter ?? goal;
      if (runner.done >= end) return;
      const due = stop.aborted || record.endedRowsMs !== null ? end : Math.min(end, this.#dueRows(record, total));
      if (runner.done >= due) {
        await wait(Math.max(MIN_TICK_MS, Math.min(TICK_MS, this.#around.timeline.inProgressMs / total)), stop);
        continue;
      }
      for (const until = Date.now() + SLICE_MS; runner.done < due && Date.now() < until;) await runner.step();
      this.#showCounts(id, runner, total);
      await breathe();
    }
  }

  #dueRows(record: BatchRecord, total: number): number {
    const { inProgressMs } = this.#around.timeline;
    const elapsed = Date.now() - (record.inProgressMs ?? 0);
    return elapsed >= inProgressMs ? total : Math.floor((total * Math.max(0, elapsed)) / inProgressMs);
  }

  async #endRows(id: string, runner: RowRunner): Promise<void> {
    const { faults, endedRowsMs } = this.#book.get(id);
    if (this.#book.isCancelling(id) || faultNamed(faults, 'stuck') !== undefined) return;
    if (faultNamed(faults, 'expire') !== undefined) await runner.expireRest();
    await runner.finish();
    if (endedRowsMs !== null) return;
    const finalizing = { status: 'finalizing' as const, finalizing_at: secondsNow() };
    this.#book.change(id, {
      endedRowsMs: Date.now(),
      shown: faultNamed(faults, 'expire') === undefined && !this.#book.isCancelling(id) ? finalizing : {},
    });
  }

  #showCounts(id: string, runner: RowRunner, total: number): void {
    const record = this.#book.get(id);
    const { completed, failed } = record.shown.request_counts;
    // A replay after a restart never shows less than was shown before.
    if (runner.done <= completed + failed) return;
    this.#book.show(id, { shown: { request_counts: this.#countsOf(record, runner, total) } });
  }

  #countsOf(record: BatchRecord, runner: RowRunner, total: number): BatchObject['request_counts'] {
    const { completed, failed } = runner.counts;
    if (faultNamed(record.faults, 'counts-lie') !== undefined)
      return { total, completed: completed + failed, failed: 0 };
    return { total, completed, failed };
  }

  #end(id: string, rows: RowsEnd | null, shown: Partial<BatchObject>): void {
    const { faults } = this.#book.get(id);
    const withoutErrors = faultNamed(faults, 'empty-error-id') === undefined ? null : '';
    this.#book.change(id, {
      shown: {
        ...rows?.shown,
        output_file_id: rows?.hasOutput === true ? this.#adopt(id, 'output') : null,
        error_file_id: rows?.hasErrors === true ? this.#adopt(id, 'error') : withoutErrors,
        ...shown,
      },
    });
    this.#clearWork(id);
  }

  #adopt(id: string, kind: 'output' | 'error'): string {
    const created = secondsNow();
    const life = this.#book.get(id).outputExpiresAfterSeconds ?? OUTPUT_LIFE_SECONDS;
    const file = this.#around.shelf.adopt(this.#workPath(id, kind), {
      id: `file-${digestOf(id, kind).slice(0, 24)}`,
      filename: `${id}_${kind}.jsonl`,
      purpose: 'batch_output',
      created_at: created,
      expires_at: created + life,
    });
    return file.id;
  }

  #workPath(id: string, kind: 'output' | 'error'): string {
    return path.join(this.#work, `${id}.${kind}`);
  }

  #clearWork(id: string): void {
    for (const kind of ['output', 'error'] as const) rmSync(this.#workPath(id, kind), { force: true });
  }
}

function goalOf(faults: readonly Fault[], rows: number): number {
  const share = faultNumber(faults, 'expire') ?? faultNumber(faults, 'stuck');
  if (share === undefined) return rows;
  return Math.min(rows, Math.floor(share < 1 ? share * rows : share));
}
