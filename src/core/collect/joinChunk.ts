import { throwIfAborted, TrancheError } from '../errors.ts';
import type { ByteSource } from '../ports.ts';
import { answerLines } from './answerLines.ts';
import type { AnswerShape } from './answerSchema.ts';
import { type LineReader, openLineReader } from './lineReader.ts';
import { type Answer, parseAnswer } from './parseAnswer.ts';

/** An output or error file of a batch. */
export interface AnswerFile {
  readonly open: (signal: AbortSignal) => Promise<ByteSource>;
}

/** What came back for one chunk, to be joined to its rows. */
export interface ChunkToJoin {
  /** Number of the chunk, from 1. */
  readonly chunk: number;
  /** Output and error file of its last attempt; a row answered more than once counts as its first ok answer. */
  readonly files: readonly AnswerFile[];
  /** What becomes of a row that no line answers, as the chunk's last batch ended. */
  readonly unanswered: { readonly outcome: 'missing' | 'expired' | 'failed'; readonly error: string };
}

/** Oddities met while joining; all zero for a clean run. */
export interface JoinNotes {
  /** Lines beyond the first of their row. */
  readonly duplicates: number;
  /** Rows answered that the chunk does not have. */
  readonly unknown: number;
  /** Lines that are no JSON object with a custom_id. */
  readonly broken: number;
}

/** The answers of one chunk by custom_id, most of them still in their files. */
export interface ChunkJoin {
  /** The answer of a row of this chunk, null where no line has it. Ask for each row once. */
  readonly take: (customId: string, signal: AbortSignal) => Promise<Answer | null>;
  /** Complete once every row has been taken. */
  readonly notes: () => JoinNotes;
  readonly close: () => Promise<void>;
}

interface Place {
  readonly file: number;
  readonly from: number;
  readonly to: number;
}

interface OpenFile {
  readonly source: ByteSource;
  readonly reader: LineReader;
}

const MAX_ENTRIES = 2_000_000;
const MAX_COPIES = 16;
const MAX_LINE_BYTES = 256_000_000;
/** The id where services write it: in front, or right behind the line's own id. Everything else is parsed. */
const HEAD = /^\s*\{\s*(?:"id"\s*:\s*"[^"\\]*"\s*,\s*)?"custom_id"\s*:\s*"([\w-]{1,64})"\s*[,}]/;

function idInHead(head: Uint8Array, decoder: TextDecoder): string | null {
  return HEAD.exec(decoder.decode(head))?.[1] ?? null;
}

class ChunkIndex implements ChunkJoin {
  readonly #shape: AnswerShape;
  readonly #files: OpenFile[] = [];
  readonly #places = new Map<string, Place | Place[]>();
  readonly #decoder = new TextDecoder();
  #entries = 0;
  #duplicates = 0;
  #broken = 0;

  constructor(shape: AnswerShape) {
    this.#shape = shape;
  }

  async addFile(file: AnswerFile, signal: AbortSignal): Promise<void> {
    const source = await file.open(signal);
    const index = this.#files.push({ source, reader: openLineReader(source) }) - 1;
    for await (const line of answerLines(source, signal)) {
      const place = { file: index, from: line.from, to: line.to };
      const id = idInHead(line.head, this.#decoder) ?? (await this.#parse(place, signal))?.customId;
      if (id === undefined) this.#noteUnread(line.head, place);
      else this.#add(id, place, source);
    }
  }

  #noteUnread(head: Uint8Array, { from, to }: Place): void {
    const isBlank = to - from <= head.length && this.#decoder.decode(head).trim() === '';
    if (!isBlank) this.#broken++;
  }

  #add(id: string, place: Place, source: ByteSource): void {
    const known = this.#places.get(id);
    if (known !== undefined) this.#duplicates++;
    if (Array.isArray(known)) {
      if (known.length < MAX_COPIES) known.push(place);
      return;
    }
    this.#entries++;
    if (this.#entries > MAX_ENTRIES) {
      const limit = MAX_ENTRIES.toLocaleString('en-US');
      throw new TrancheError(
        'corrupt',
        `${source.name} answers more than ${limit} rows; it is not this chunk's output.`,
      );
    }
    this.#places.set(id, known === undefined ? place : [known, place]);
  }

  async #parse(place: Place, signal: AbortSignal): Promise<Answer | null> {
    const file = this.#files[place.file];
    if (file === undefined || place.to - place.from > MAX_LINE_BYTES) return null;
    return parseAnswer(this.#decoder.decode(await file.reader.read(place.from, place.to, signal)), this.#shape);
  }

  async take(customId: string, signal: AbortSignal): Promise<Answer | null> {
    throwIfAborted(signal);
    const found = this.#places.get(customId);
    if (found === undefined) return null;
    this.#places.delete(customId);
    let first: Answer | null = null;
    for (const place of Array.isArray(found) ? found : [found]) {
      const answer = await this.#parse(place, signal);
      if (answer?.customId !== customId) {
        this.#broken++;
        continue;
      }
      if (answer.outcome === 'ok') return answer;
      first ??= answer;
    }
    return first;
  }

  notes(): JoinNotes {
    return { duplicates: this.#duplicates, unknown: this.#places.size, broken: this.#broken };
  }

  async close(): Promise<void> {
    for (const { source } of this.#files) await source.close();
  }
}

/** Reads a chunk's files once and remembers where each row's lines are; memory holds an entry a line, never the lines. */
export async function joinChunk(answers: ChunkToJoin, shape: AnswerShape, signal: AbortSignal): Promise<ChunkJoin> {
  const index = new ChunkIndex(shape);
  try {
    for (const file of answers.files) await index.addFile(file, signal);
  } catch (error) {
    await index.close();
    throw error;
  }
  return index;
}
