import type { Kernel } from '../../../kernel/kernel.ts';
import type { TextColumn } from '../../../kernel/textColumn.ts';
import { TrancheError, throwIfAborted } from '../../errors.ts';
import type { ColumnSlots, RowTexts } from './columnSlots.ts';
import type { RecordFormat } from './recordFormat.ts';
import { RecordProblem } from './recordProblem.ts';
import { CONVERT, invalidUtf8At } from './textEncoding.ts';
import type { TextOptions } from './textOptions.ts';
import type { TextPlace } from './textPlace.ts';
import type { TextWindow } from './textWindow.ts';

/** What a text's records are read with. */
export interface TextReading {
  readonly kernel: Kernel;
  readonly window: TextWindow;
  readonly slots: ColumnSlots;
  readonly format: RecordFormat;
  readonly options: TextOptions;
  /** The file's name, for error sentences. */
  readonly name: string;
  /** Counts the file's lines before an offset. */
  readonly placeOf: (offset: number) => Promise<TextPlace>;
}

/** Records as text columns. */
export interface SlotBatch {
  readonly rows: number;
  readonly columns: readonly TextColumn[];
}

/** A record that ends the reading: where it starts, rows of this reading before it, what is wrong with it. */
interface Broken {
  readonly offset: number;
  readonly rowsBefore: number;
  readonly problem: string;
}

/** The records that the window brings, in batches; each stands until the next is asked for. */
export async function* textBatches(reading: TextReading, signal: AbortSignal): AsyncGenerator<SlotBatch> {
  const { window, slots, options } = reading;
  let done = 0;
  let scanEnd = window.at;
  let isShort = true; // the last batch was not ended by its number of rows
  while (true) {
    throwIfAborted(signal);
    if (isShort || window.at >= scanEnd) {
      await window.fill();
      scanEnd = reading.format.scanEnd(window.at, window.end, window.ended);
    }
    if (window.at === window.end) return;
    const before = window.at;
    slots.reset();
    const { rows, broken } = takeRecords(reading, scanEnd);
    if (broken !== undefined) throw await brokenRecord(reading, { ...broken, rowsBefore: done + broken.rowsBefore });
    done += rows;
    isShort = rows < options.maxRows;
    if (rows > 0) yield { rows, columns: slots.columns() };
    else if (window.at === before && (window.ended || window.isFull)) {
      if (window.ended && reading.format.isNothing(window.unread())) return;
      const texts = await longRecord(reading, done);
      if (texts === null) continue;
      done++;
      yield { rows: 1, columns: slots.alone(texts) };
    }
  }
}

/** Takes whole records from the window into the slots: the plain ones by the kernel, the others by the strict parser. */
function takeRecords(reading: TextReading, scanEnd: number): { rows: number; broken?: Broken } {
  const { window, slots, format, options } = reading;
  let rows = 0;
  while (rows < options.maxRows && window.at < scanEnd) {
    const scan = options.strictOnly
      ? { rows: 0, stopped: window.at, odd: true }
      : format.scan(window.at, scanEnd, rows);
    const broken = utf8Problem(reading, window.at, scan.stopped, rows);
    if (broken !== undefined) return { rows, broken };
    rows += scan.rows;
    window.at = scan.stopped;
    if (!scan.odd || rows === options.maxRows) break;
    const offset = window.offsetOf(window.at);
    try {
      const length = format.recordEnd()(window.unread());
      if (length < 0) break;
      const invalid = utf8Problem(reading, window.at, window.at + length, rows);
      if (invalid !== undefined) return { rows, broken: invalid };
      const texts = format.strict(window.unread().subarray(0, length));
      window.at += length;
      if (texts !== null) slots.append(rows++, texts);
    } catch (error) {
      if (!(error instanceof RecordProblem)) throw error;
      return { rows, broken: { offset, rowsBefore: rows, problem: error.message } };
    }
  }
  return { rows };
}

/** Checks whole records at [at, end), the first of them row `rows`. */
function utf8Problem(reading: TextReading, at: number, end: number, rows: number): Broken | undefined {
  const { kernel, window, format } = reading;
  if (kernel.validUtf8(at, end) !== 0) return undefined;
  const bad = invalidUtf8At(kernel.bytes(at, end - at));
  const offset = window.offsetOf(at) + bad;
  reading.slots.reset();
  const before = format.scan(at, format.scanEnd(at, at + bad, false), 0);
  return {
    offset: window.offsetOf(before.stopped),
    rowsBefore: rows + before.rows,
    problem: `is not UTF-8 (byte ${offset} of the text); ${CONVERT}`,
  };
}

async function longRecord(reading: TextReading, rowsBefore: number): Promise<RowTexts | null> {
  const { window, format, options } = reading;
  const offset = window.offsetOf(window.at);
  try {
    const record = await window.takeLong(format.recordEnd(), options.maxRecordBytes);
    if (record === 'unfinished') throw new RecordProblem(format.unfinished);
    if (record === 'tooLong') throw new RecordProblem(format.tooLong);
    const bad = invalidUtf8At(record);
    if (bad >= 0) throw new RecordProblem(`is not UTF-8 (byte ${offset + bad} of the text); ${CONVERT}`);
    return format.strict(record);
  } catch (error) {
    if (!(error instanceof RecordProblem)) throw error;
    throw await brokenRecord(reading, { offset, rowsBefore, problem: error.message });
  }
}

async function brokenRecord(reading: TextReading, broken: Broken): Promise<TrancheError> {
  const place = await reading.placeOf(broken.offset);
  const row = reading.format.lineByLine ? place.nonBlankLines + 1 : broken.rowsBefore + 1;
  return new TrancheError('badData', `${reading.name}: row ${row} (line ${place.lines + 1}) ${broken.problem}.`);
}
