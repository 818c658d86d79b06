import { mkdir } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import path from 'node:path';
import PQueue from 'p-queue';
import { ApiError } from './apiError.ts';
import { faultNamed, faultNumber, type Fault } from './faults.ts';
import type { FileShelf } from './fileShelf.ts';
import { scanInput, type InputScan } from './inputScan.ts';
import { RecordFolder } from './recordFolder.ts';
import { RowRunner } from './rowRunner.ts';
import { digestOf } from './seeded.ts';
import { isTerminal, type BatchLineError, type BatchObject, type BatchRecord, type Endpoint } from './shapes.ts';
import type { Limits, Timeline } from './startRehearsal.ts';
import { breathe, wait } from './wait.ts';

/** Row phases at one time: each holds three open files. */
const MAX_RUNNING = 32;
const TICK_MS = 50;
const MIN_TICK_MS = 5;
const SLICE_MS = 8;
const DAY_SECONDS = 24 * 3600;
const OUTPUT_LIFE_SECONDS = 30 * DAY_SECONDS;
const DEFAULT_QUEUE_TOKENS = 2_000_000;

/** What a creation asks for, already checked. */
export interface BatchRequest {
  readonly inputFileId: string;
  readonly endpoint: Endpoint;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly outputExpiresAfterSeconds: number | null;
  readonly faults: readonly Fault[];
}

/** What the batches live on. */
export interface BatchSurroundings {
  readonly folder: string;
  readonly shelf: FileShelf;
  readonly timeline: Timeline;
  readonly limits: Limits;
  readonly seed: string;
}

type Changes = Partial<Omit<BatchRecord, 'id' | 'shown'>> & { readonly shown?: Partial<BatchObject> };

/** What the row phase of a batch left behind. */
interface RowsEnd {
  readonly shown: Partial<BatchObject>;
  readonly hasOutput: boolean;
  readonly hasErrors: boolean;
}

/** The batches of the service, each led from creation to its end by the clock; what an earlier service left goes on by the same clock. */
export class BatchDesk {
  readonly #around: BatchSurroundings;
  readonly #records: RecordFolder<BatchRecord>;
  readonly #work: string;
  readonly #running = new Map<string, { readonly stop: AbortController; readonly end: Promise<void> }>();
  readonly #slots = new PQueue({ concurrency: MAX_RUNNING });
  readonly #scans = new PQueue({ concurrency: 1 });
  #sequence = 0;
  readonly #closing = new AbortController();

  constructor(around: BatchSurroundings) {
    this.#around = around;
    this.#records = new RecordFolder(path.join(around.folder, 'batches'));
    this.#work = path.join(around.folder, 'work');
  }

  /** Reads the batches of an earlier service and goes on with the unfinished ones. */
  async load(): Promise<void> {
    await mkdir(this.#work, { recursive: true });
    await this.#records.load(isBatchRecord);
    for (const record of this.#records.all()) {
      this.#sequence = Math.max(this.#sequence, record.sequence);
      if (!isTerminal(record.shown.status)) this.#start(record.id);
    }
  }

  get(id: string): BatchObject | undefined {
    return this.#records.get(id)?.shown;
  }

  /** Newest first. */
  all(): BatchObject[] {
    return this.#records
      .all()
      .sort((a, b) => b.sequence - a.sequence)
      .map(({ shown }) => shown);
  }

  create(id: string, request: BatchRequest): BatchObject {
    const now = Date.now();
    const seconds = Math.floor(now / 1000);
    const shown: BatchObject = {
      id,
      object: 'batch',
      endpoint: request.endpoint,
      model: null,
      errors: null,
      input_file_id: request.inputFileId,
      completion_window: '24h',
      status: 'validating',
      output_file_id: null,
      error_file_id: null,
      created_at: seconds,
      in_progress_at: null,
      expires_at: seconds + DAY_SECONDS,
      finalizing_at: null,
      completed_at: null,
      failed_at: null,
      expired_at: null,
      cancelling_at: null,
      cancelled_at: null,
      request_counts: { total: 0, completed: 0, failed: 0 },
      usage: null,
      metadata: request.metadata,
    };
    this.#records.put({
      id,
      shown,
      faults: request.faults,
      sequence: ++this.#sequence,
      createdMs: now,
      inProgressMs: null,
      endedRowsMs: null,
      cancelledAfter: null,
      inputTokens: 0,
      outputExpiresAfterSeconds: request.outputExpiresAfterSeconds,
    });
    this.#start(id);
    return shown;
  }

  /** Begins the cancellation; a batch that is being cancelled is returned as it is, one that has ended is a 409. */
  cancel(id: string): BatchObject {
    const record = this.#record(id);
    const { status } = record.shown;
    if (status === 'cancelling') return record.shown;
    if (isTerminal(status)) throw new ApiError(409, `Cannot cancel a batch with status '${status}'.`);
    const { completed, failed } = record.shown.request_counts;
    this.#change(id, {
      cancelledAfter: record.endedRowsMs === null ? completed + failed : record.shown.request_counts.total,
      shown: { status: 'cancelling', cancelling_at: seconds() },
    });
    this.#running.get(id)?.stop.abort();
    return this.#record(id).shown;
  }

  /** Stops every batch where it is and keeps it for the next service. */
  async close(): Promise<void> {
    this.#closing.abort();
    const ends = [...this.#running.values()].map(({ stop, end }) => {
      stop.abort();
      return end;
    });
    await Promise.all(ends);
  }

  get #closed(): boolean {
    return this.#closing.signal.aborted;
  }

  #record(id: string): BatchRecord {
    const record = this.#records.get(id);
    if (record === undefined) throw new ApiError(404, `No batch found with id '${id}'.`);
    return record;
  }

  #changed(id: string, { shown, ...rest }: Changes): BatchRecord {
    const record = this.#record(id);
    return { ...record, ...rest, shown: { ...record.shown, ...shown } };
  }

  #change(id: string, changes: Changes): void {
    this.#records.put(this.#changed(id, changes));
  }

  #start(id: string): void {
    const stop = new AbortController();
    const end = this.#live(id, stop.signal)
      .catch((error: unknown) => {
        if (this.#closed) return;
        const message = `The rehearsal could not run this batch: ${error instanceof Error ? error.message : String(error)}`;
        this.#fail(id, [{ code: 'server_error', line: null, message, param: null }]);
      })
      .finally(() => this.#running.delete(id));
    this.#running.set(id, { stop, end });
  }

  async #live(id: string, stop: AbortSignal): Promise<void> {
    const { timeline } = this.#around;
    // The creation is answered before anything happens to the batch.
    await breathe();
    await wait(this.#record(id).createdMs + timeline.validatingMs - Date.now(), stop);
    if (this.#closed) return;
    const scan = this.#isCancelledEarly(id) ? null : await this.#scan(id);
    if (this.#closed || isTerminal(this.#record(id).shown.status)) return;
    if (scan === null || this.#isCancelledEarly(id)) return this.#endCancelled(id, null);
    const rows = await this.#slots.add(() => this.#runRows(id, scan, stop));
    if (this.#closed || rows === undefined) return;
    if (faultNamed(this.#record(id).faults, 'stuck') !== undefined) await wait(Infinity, stop);
    if (this.#closed) return;
    if (this.#isCancelling(id)) return this.#endCancelled(id, rows);
    if (faultNamed(this.#record(id).faults, 'expire') !== undefined) {
      return this.#end(id, rows, { status: 'expired', expired_at: seconds() });
    }
    await wait((this.#record(id).endedRowsMs ?? 0) + timeline.finalizingMs - Date.now(), stop);
    if (this.#closed) return;
    if (this.#isCancelling(id)) return this.#endCancelled(id, rows);
    this.#end(id, rows, { status: 'completed', completed_at: seconds() });
  }

  #isCancelledEarly(id: string): boolean {
    return this.#record(id).inProgressMs === null && this.#isCancelling(id);
  }

  #isCancelling(id: string): boolean {
    return this.#record(id).shown.status === 'cancelling';
  }

  async #endCancelled(id: string, rows: RowsEnd | null): Promise<void> {
    const { shown } = this.#record(id);
    const until = (shown.cancelling_at ?? 0) * 1000 + this.#around.timeline.cancellingMs;
    await wait(until - Date.now(), this.#closing.signal);
    if (this.#closed) return;
    this.#end(id, rows, { status: 'cancelled', cancelled_at: seconds() });
  }

  /** Validates a batch and sets it going, or finds its lines again after a restart; null if it failed. */
  async #scan(id: string): Promise<InputScan | null> {
    const record = this.#record(id);
    const { shelf, limits } = this.#around;
    if (shelf.get(record.shown.input_file_id, Date.now()) === undefined) {
      this.#fail(id, [lineless('file_not_found', `The input file ${record.shown.input_file_id} is gone.`)]);
      return null;
    }
    const unknown = faultNamed(record.faults, 'unknown-model')?.value;
    const rules = {
      endpoint: record.shown.endpoint,
      maxRequests: limits.maxRequests,
      unknownModel: unknown === undefined ? null : String(unknown),
    };
    const inputPath = shelf.pathOf(record.shown.input_file_id);
    const scan = await this.#scans.add(() => scanInput(inputPath, rules, this.#closing.signal));
    if (record.inProgressMs !== null || this.#isCancelling(id)) return scan;
    const errors = this.#refusals(record, scan);
    if (errors.length > 0) {
      this.#fail(id, errors, scan.model);
      return null;
    }
    const counts = { total: scan.offsets.length, completed: 0, failed: 0 };
    this.#change(id, {
      inProgressMs: Date.now(),
      inputTokens: scan.inputTokens,
      shown: { status: 'in_progress', in_progress_at: seconds(), model: scan.model, request_counts: counts },
    });
    return scan;
  }

  #refusals(record: BatchRecord, scan: InputScan): readonly BatchLineError[] {
    const forced = faultNamed(record.faults, 'fail-validation')?.value;
    if (forced !== undefined) {
      const message = '[rehearsal] Validation fails on purpose.';
      return [{ code: String(forced), line: 1, message, param: null }];
    }
    if (scan.errors.length > 0) return scan.errors;
    const queueFull = this.#queueRefusal(record, scan);
    return queueFull === null ? [] : [lineless('token_limit_exceeded', queueFull)];
  }

  #queueRefusal(record: BatchRecord, scan: InputScan): string | null {
    const { queueTokens, queueRequests } = this.#around.limits;
    const queued = this.#records
      .all()
      .filter(
        ({ shown, inProgressMs }) => inProgressMs !== null && !isTerminal(shown.status) && shown.model === scan.model,
      );
    const tokens = queued.reduce((sum, other) => sum + other.inputTokens, scan.inputTokens);
    const requests = queued.reduce((sum, other) => sum + other.shown.request_counts.total, scan.offsets.length);
    const forced = faultNamed(record.faults, 'queue-full') !== undefined;
    if (forced || (queueTokens !== null && tokens > queueTokens)) {
      return queueMessage('token', scan.model, queueTokens ?? DEFAULT_QUEUE_TOKENS);
    }
    return queueRequests !== null && requests > queueRequests
      ? queueMessage('request', scan.model, queueRequests)
      : null;
  }

  #fail(id: string, errors: readonly BatchLineError[], model: string | null = null): void {
    this.#change(id, {
      shown: { status: 'failed', failed_at: seconds(), errors: { object: 'list', data: errors }, model },
    });
    this.#clearWork(id);
  }

  /** Answers the rows as the clock allows, up to the batch's end, its fault's share, or a cancellation. */
  async #runRows(id: string, scan: InputScan, stop: AbortSignal): Promise<RowsEnd> {
    const record = this.#record(id);
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
      if (!this.#closed) await this.#endRows(id, runner);
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
    const record = this.#record(id);
    while (!this.#closed) {
      const end = this.#record(id).cancelledAfter ?? goal;
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
    const { faults, endedRowsMs } = this.#record(id);
    if (this.#isCancelling(id) || faultNamed(faults, 'stuck') !== undefined) return;
    if (faultNamed(faults, 'expire') !== undefined) await runner.expireRest();
    await runner.finish();
    if (endedRowsMs !== null) return;
    const finalizing = { status: 'finalizing' as const, finalizing_at: seconds() };
    this.#change(id, {
      endedRowsMs: Date.now(),
      shown: faultNamed(faults, 'expire') === undefined && !this.#isCancelling(id) ? finalizing : {},
    });
  }

  #showCounts(id: string, runner: RowRunner, total: number): void {
    const record = this.#record(id);
    const { completed, failed } = record.shown.request_counts;
    // A replay after a restart never shows less than was shown before.
    if (runner.done <= completed + failed) return;
    this.#records.show(this.#changed(id, { shown: { request_counts: this.#countsOf(record, runner, total) } }));
  }

  #countsOf(record: BatchRecord, runner: RowRunner, total: number): BatchObject['request_counts'] {
    const { completed, failed } = runner.counts;
    if (faultNamed(record.faults, 'counts-lie') !== undefined)
      return { total, completed: completed + failed, failed: 0 };
    return { total, completed, failed };
  }

  #end(id: string, rows: RowsEnd | null, shown: Partial<BatchObject>): void {
    const { faults } = this.#record(id);
    const withoutErrors = faultNamed(faults, 'empty-error-id') === undefined ? null : '';
    this.#change(id, {
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
    const created = seconds();
    const life = this.#record(id).outputExpiresAfterSeconds ?? OUTPUT_LIFE_SECONDS;
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

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}

function lineless(code: string, message: string): BatchLineError {
  return { code, line: null, message, param: null };
}

function queueMessage(kind: 'token' | 'request', model: string | null, limit: number): string {
  const end = 'Please try again once some in_progress batches have been completed.';
  return `Enqueued ${kind} limit reached for ${model} in organization org-rehearsal. Limit: ${limit.toLocaleString('en-US')} enqueued ${kind}s. ${end}`;
}

function goalOf(faults: readonly Fault[], rows: number): number {
  const share = faultNumber(faults, 'expire') ?? faultNumber(faults, 'stuck');
  if (share === undefined) return rows;
  return Math.min(rows, Math.floor(share < 1 ? share * rows : share));
}

function isBatchRecord(value: unknown): value is BatchRecord {
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Partial<BatchRecord>;
  return typeof record.id === 'string' && typeof record.createdMs === 'number' && typeof record.shown === 'object';
}
