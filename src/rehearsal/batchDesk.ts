import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { ApiError } from './apiError.ts';
import { BatchBook } from './batchBook.ts';
import type { BatchForm } from './batchForm.ts';
import { BatchLife, type BatchSurroundings } from './batchLife.ts';
import type { Fault } from './faults.ts';
import { isTerminal, secondsNow, type BatchObject } from './shapes.ts';
import { breathe } from './wait.ts';

const DAY_SECONDS = 24 * 3600;

/** The batches of the service: created, cancelled and looked up here; what an earlier service left unfinished goes on by the same clock. */
export class BatchDesk {
  readonly #book: BatchBook;
  readonly #life: BatchLife;
  readonly #work: string;
  readonly #closing = new AbortController();
  readonly #running = new Map<string, { readonly stop: AbortController; readonly end: Promise<void> }>();

  constructor(folder: string, around: BatchSurroundings) {
    this.#book = new BatchBook(path.join(folder, 'batches'));
    this.#work = path.join(folder, 'work');
    this.#life = new BatchLife(this.#book, this.#work, around, this.#closing.signal);
  }

  /** Reads the batches of an earlier service. */
  async load(): Promise<void> {
    await mkdir(this.#work, { recursive: true });
    await this.#book.load();
  }

  /** Goes on with the batches that have not ended. */
  resume(): void {
    for (const { id, shown } of this.#book.all()) if (!isTerminal(shown.status)) this.#start(id);
  }

  /** The batch; an unknown id is a 404. */
  get(id: string): BatchObject {
    return this.#book.get(id).shown;
  }

  /** Newest first. */
  all(): BatchObject[] {
    return this.#book
      .all()
      .sort((a, b) => b.sequence - a.sequence)
      .map(({ shown }) => shown);
  }

  create(id: string, form: BatchForm, faults: readonly Fault[]): BatchObject {
    this.#book.add({
      id,
      shown: freshBatch(id, form),
      faults,
      createdMs: Date.now(),
      inProgressMs: null,
      endedRowsMs: null,
      cancelledAfter: null,
      inputTokens: 0,
      outputExpiresAfterSeconds: form.outputExpiresAfterSeconds,
    });
    this.#start(id);
    return this.get(id);
  }

  /** Begins the cancellation; a batch that is being cancelled is returned as it is, one that has ended is a 409. */
  cancel(id: string): BatchObject {
    const { shown, endedRowsMs } = this.#book.get(id);
    if (shown.status === 'cancelling') return shown;
    if (isTerminal(shown.status)) throw new ApiError(409, `Cannot cancel a batch with status '${shown.status}'.`);
    const { total, completed, failed } = shown.request_counts;
    this.#book.change(id, {
      cancelledAfter: endedRowsMs === null ? completed + failed : total,
      shown: { status: 'cancelling', cancelling_at: secondsNow() },
    });
    this.#running.get(id)?.stop.abort();
    return this.get(id);
  }

  /** Stops every batch where it is and keeps it for the next service. */
  async close(): Promise<void> {
    this.#closing.abort();
    const running = [...this.#running.values()];
    for (const { stop } of running) stop.abort();
    await Promise.all(running.map(({ end }) => end));
  }

  #start(id: string): void {
    const stop = new AbortController();
    // The creation is answered before anything happens to the batch.
    const end = breathe()
      .then(() => this.#life.lead(id, stop.signal))
      .finally(() => this.#running.delete(id));
    this.#running.set(id, { stop, end });
  }
}

function freshBatch(id: string, form: BatchForm): BatchObject {
  const created = secondsNow();
  return {
    id,
    object: 'batch',
    endpoint: form.endpoint,
    model: null,
    errors: null,
    input_file_id: form.inputFileId,
    completion_window: '24h',
    status: 'validating',
    output_file_id: null,
    error_file_id: null,
    created_at: created,
    in_progress_at: null,
    expires_at: created + DAY_SECONDS,
    finalizing_at: null,
    completed_at: null,
    failed_at: null,
    expired_at: null,
    cancelling_at: null,
    cancelled_at: null,
    request_counts: { total: 0, completed: 0, failed: 0 },
    usage: null,
    metadata: form.metadata,
  };
}
