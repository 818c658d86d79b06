import { open, type FileHandle } from 'node:fs/promises';

const FLUSH_CHARACTERS = 128 * 1024;

/** Appends lines to a fresh file in bounded memory; `close` must be called, whatever happened. */
export class LineWriter {
  readonly #file: FileHandle;
  #pending: string[] = [];
  #pendingCharacters = 0;
  #lines = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Begins the file anew. */
  static async create(path: string): Promise<LineWriter> {
    return new LineWriter(await open(path, 'w'));
  }

  get lines(): number {
    return this.#lines;
  }

  async write(line: string): Promise<void> {
    // Flushed before, not after: the last line stays at hand until the end.
    if (this.#pendingCharacters >= FLUSH_CHARACTERS) await this.#flush();
    this.#pending.push(line, '\n');
    this.#pendingCharacters += line.length;
    this.#lines++;
  }

  /** Cuts the last line in its middle, line end included. */
  truncateLastLine(): void {
    const last = this.#pending.at(-2);
    if (last === undefined) return;
    this.#pending.splice(-2, 2, last.slice(0, Math.ceil(last.length / 2)));
  }

  async close(): Promise<void> {
    try {
      await this.#flush();
    } finally {
      await this.#file.close();
    }
  }

  async #flush(): Promise<void> {
    const text = this.#pending.join('');
    this.#pending = [];
    this.#pendingCharacters = 0;
    await this.#file.appendFile(text);
  }
}
