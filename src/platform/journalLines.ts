import { createHash } from 'node:crypto';
import { TrancheError } from '../core/errors.ts';
import type { RecordedEvent } from '../core/runs/runEvents.ts';

const TAIL = /,"sum":"([0-9a-f]{8})"\}$/;

/** One line of a journal with its newline; its last field is a checksum over all that stands before. */
export function journalLine(record: RecordedEvent): string {
  const body = JSON.stringify(record).slice(0, -1);
  return `${body},"sum":"${sumOf(body)}"}\n`;
}

function sumOf(body: string): string {
  return createHash('sha256').update(body, 'utf8').digest('hex').slice(0, 8);
}

/** The event of a line without its newline, null when the line is broken. */
function recordOf(line: string): RecordedEvent | null {
  const tail = TAIL.exec(line);
  if (tail === null) return null;
  const body = line.slice(0, tail.index);
  if (sumOf(body) !== tail[1]) return null;
  try {
    const value: unknown = JSON.parse(`${body}}`);
    return isRecord(value) ? value : null;
  } catch {
    return null; // broken like a wrong checksum
  }
}

/** Only the frame is checked: what has the right checksum was written by us. */
function isRecord(value: unknown): value is RecordedEvent {
  if (typeof value !== 'object' || value === null) return false;
  const { seq, at, fence, type } = value as Record<string, unknown>;
  const isNumbered = Number.isSafeInteger(seq) && Number.isSafeInteger(fence);
  return isNumbered && typeof type === 'string' && typeof at === 'string' && !Number.isNaN(Date.parse(at));
}

/** Reads a journal line by line, from its beginning or where it stopped. */
export interface JournalReader {
  /** Takes what follows the bytes taken so far; returns new events. Throws `corrupt` naming the line. */
  take: (text: string) => RecordedEvent[];
  /** Characters of the last text that were not taken: a line that is torn or not yet whole. */
  rest: () => string;
}

/**
 * Events in order; what a former owner still wrote after a new one had begun is passed over.
 * A broken line is torn if it is the last, and `corrupt` if another follows.
 */
export function openJournalReader(path: string): JournalReader {
  let lines = 0;
  let rest = '';
  let seq = 0;
  let fence = 0;
  const corrupt = (line: number, why: string): TrancheError =>
    new TrancheError('corrupt', `Line ${line} of ${path} ${why}; put a copy of the file back or start another run.`);
  const admit = (record: RecordedEvent): boolean => {
    if (record.fence < fence) return false;
    const isTakeover = record.fence > fence && record.seq <= seq;
    if (record.seq !== seq + 1 && !isTakeover) throw corrupt(lines, `is event ${record.seq} where ${seq + 1} belongs`);
    seq = record.seq;
    fence = record.fence;
    return true;
  };
  return {
    take: (text) => {
      const parts = text.split('\n');
      rest = parts.pop() ?? '';
      const events: RecordedEvent[] = [];
      for (const [at, line] of parts.entries()) {
        const record = recordOf(line);
        if (record === null) {
          const after = parts.slice(at + 1).join('\n') + rest;
          if (after !== '') throw corrupt(lines + 1, 'is broken');
          rest = `${line}\n`;
          break;
        }
        lines++;
        if (admit(record)) events.push(record);
      }
      return events;
    },
    rest: () => rest,
  };
}
