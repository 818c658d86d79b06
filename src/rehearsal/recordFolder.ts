import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';

/** Small JSON records, one file each, all held in memory; a write is all or nothing, so a killed service leaves whole records. */
export class RecordFolder<T extends { readonly id: string }> {
  readonly #folder: string;
  readonly #records = new Map<string, T>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Reads what an earlier service left; a record that is not whole is passed over. */
  async load(isRecord: (value: unknown) => value is T): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    for (const name of await readdir(this.#folder)) {
      if (!name.endsWith('.json')) continue;
      const value = parsed(readFileSync(path.join(this.#folder, name), 'utf8'));
      if (isRecord(value) && `${value.id}.json` === name) this.#records.set(value.id, value);
    }
  }

  get(id: string): T | undefined {
    return this.#records.get(id);
  }

  all(): T[] {
    return [...this.#records.values()];
  }

  /** In memory only: what may be lost with the process. */
  show(record: T): void {
    this.#records.set(record.id, record);
  }

  /** Kept on disk before it is shown. */
  put(record: T): void {
    const target = path.join(this.#folder, `${record.id}.json`);
    writeFileSync(`${target}.new`, JSON.stringify(record));
    renameSync(`${target}.new`, target);
    this.#records.set(record.id, record);
  }

  remove(id: string): void {
    rmSync(path.join(this.#folder, `${id}.json`), { force: true });
    this.#records.delete(id);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
