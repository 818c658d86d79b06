import { readSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { answerTo } from './answers/answer.ts';
import type { Spoil } from './answers/answered.ts';
import { errorBody } from './apiError.ts';
import { faultNamed, faultNumber, type Fault } from './faults.ts';
import type { InputScan } from './inputScan.ts';
import { isObject, parseJson, type JsonObject } from './json.ts';
import { LineWriter } from './outputWriter.ts';
import { planRowFaults, type RowFault } from './rowPlan.ts';
import { digestOf, shuffledIndexes } from './seeded.ts';
import type { BatchUsage, Endpoint } from './shapes.ts';

const SPOILS: Readonly<Partial<Record<RowFault, Spoil>>> = {
  'rows-refused': 'refused',
  'rows-length': 'length',
  'rows-invalid': 'invalid',
};

/** What the rows of one batch need. */
interface RowWork {
  readonly batchId: string;
  readonly endpoint: Endpoint;
  readonly inputPath: string;
  readonly outputPath: string;
  readonly errorPath: string;
  readonly scan: InputScan;
  readonly faults: readonly Fault[];
  readonly seed: string;
}

/** Answers the rows of one batch one after the other, in an order that its id decides, into an output and an error file. */
export class RowRunner {
  readonly #work: RowWork;
  readonly #input: FileHandle;
  readonly #output: LineWriter;
  readonly #errors: LineWriter;
  readonly #order: Uint32Array;
  readonly #struck: ReadonlyMap<number, RowFault>;
  readonly #failAll: boolean;
  #next = 0;
  #completed = 0;
  #failed = 0;
  #inputTokens = 0;
  #outputTokens = 0;

  private constructor(work: RowWork, input: FileHandle, output: LineWriter, errors: LineWriter) {
    this.#work = work;
    this.#input = input;
    this.#output = output;
    this.#errors = errors;
    const rows = work.scan.offsets.length;
    this.#order = shuffledIndexes(rows, 'order', work.batchId);
    this.#struck = planRowFaults(work.faults, rows, work.seed);
    this.#failAll = faultNamed(work.faults, 'null-output') !== undefined;
  }

  /** Opens the files; `close` must be called. */
  static async open(work: RowWork): Promise<RowRunner> {
    const input = await open(work.inputPath, 'r');
    const writers: LineWriter[] = [];
    try {
      for (const path of [work.outputPath, work.errorPath]) writers.push(await LineWriter.create(path));
      const [output, errors] = writers as [LineWriter, LineWriter];
      return new RowRunner(work, input, output, errors);
    } catch (error) {
      await Promise.allSettled([input, ...writers].map((held) => held.close()));
      throw error;
    }
  }

  get done(): number {
    return this.#next;
  }

  get counts(): { completed: number; failed: number } {
    return { completed: this.#completed, failed: this.#failed };
  }

  get outputLines(): number {
    return this.#output.lines;
  }

  get errorLines(): number {
    return this.#errors.lines;
  }

  get usage(): BatchUsage {
    return {
      input_tokens: this.#inputTokens,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: this.#outputTokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: this.#inputTokens + this.#outputTokens,
    };
  }

  /** Answers the next row. */
  async step(): Promise<void> {
    const index = this.#order[this.#next++] ?? 0;
    const { customId, body } = this.#read(index);
    const fault = this.#failAll ? 'rows-failed' : this.#struck.get(index);
    switch (fault) {
      case 'rows-missing':
        this.#completed++;
        return;
      case 'rows-failed':
        return this.#fail(customId, 400, errorBody(400, '[rehearsal] This row fails on purpose.', null, null));
      case 'rows-error':
        return this.#fail(customId, 500, errorBody(500, '[rehearsal] The server failed on purpose.', null, null));
      case 'rows-zero':
        return this.#fail(customId, 0, {});
      default:
        return this.#answer(customId, body, fault);
    }
  }

  /** Writes the rows that were not reached into the error file, as an expired batch does; like there, they count neither as completed nor as failed. */
  async expireRest(): Promise<void> {
    for (let position = this.#next; position < this.#order.length; position++) {
      const { customId } = this.#read(this.#order[position] ?? 0);
      const error = { code: 'batch_expired', message: 'This request was not run before the completion window ended.' };
      await this.#errors.write(
        JSON.stringify({ id: this.#rowId(customId), custom_id: customId, response: null, error }),
      );
    }
  }

  /** Adds what the batch's faults put at the end of its output file. */
  async finish(): Promise<void> {
    const unknown = faultNumber(this.#work.faults, 'rows-unknown') ?? 0;
    for (let number = 1; number <= unknown; number++) {
      const { body } = this.#read(0);
      const { status, body: answer } = answerTo(this.#work.endpoint, body, 'none');
      await this.#output.write(this.#line(`rehearsal-unknown-${number}`, status, answer));
    }
    if (faultNamed(this.#work.faults, 'truncated-output') !== undefined) this.#output.truncateLastLine();
  }

  async close(): Promise<void> {
    const ends = await Promise.allSettled([this.#input.close(), this.#output.close(), this.#errors.close()]);
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  async #answer(customId: string, body: JsonObject, fault: RowFault | undefined): Promise<void> {
    const answer = answerTo(this.#work.endpoint, body, (fault && SPOILS[fault]) ?? 'none');
    if (answer.status !== 200) return this.#fail(customId, answer.status, answer.body);
    this.#completed++;
    this.#inputTokens += answer.inputTokens;
    this.#outputTokens += answer.outputTokens;
    const line = this.#line(customId, 200, answer.body);
    await this.#output.write(line);
    if (fault === 'rows-duplicate') await this.#output.write(line);
  }

  async #fail(customId: string, status: number, body: object): Promise<void> {
    this.#failed++;
    await this.#errors.write(this.#line(customId, status, body));
  }

  #line(customId: string, status: number, body: object): string {
    const response = {
      status_code: status,
      request_id: digestOf('request', this.#work.batchId, customId).slice(0, 32),
      body,
    };
    return JSON.stringify({ id: this.#rowId(customId), custom_id: customId, response, error: null });
  }

  #rowId(customId: string): string {
    return `batch_req_${digestOf('row', this.#work.batchId, customId).slice(0, 32)}`;
  }

  /** Read synchronously: from the page cache that takes microseconds, and rows come in slices that let others in between. */
  #read(index: number): { customId: string; body: JsonObject } {
    const bytes = Buffer.allocUnsafe(this.#work.scan.lengths[index] ?? 0);
    const bytesRead = readSync(this.#input.fd, bytes, 0, bytes.length, this.#work.scan.offsets[index] ?? 0);
    const line = parseJson(bytes.toString('utf8', 0, bytesRead));
    const body = isObject(line) ? line['body'] : undefined;
    if (!isObject(line) || !isObject(body)) throw new Error('The input file changed while its batch was running.');
    return { customId: String(line['custom_id']), body };
  }
}
