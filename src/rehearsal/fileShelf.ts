import { renameSync, rmSync, statSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { RecordFolder } from './recordFolder.ts';
import type { FileObject } from './shapes.ts';

interface FileRecord {
  readonly id: string;
  readonly shown: FileObject;
  /** Grows with each file: the order of lists, whatever the clock does. */
  readonly sequence: number;
}

/** The files of the service: their records and their bytes, all below one folder. */
export class FileShelf {
  readonly #records: RecordFolder<FileRecord>;
  readonly #bytes: string;
  readonly #incoming: string;
  #sequence = 0;
  #arrivals = 0;

  constructor(folder: string) {
    this.#records = new RecordFolder(path.join(folder, 'files'));
    this.#bytes = path.join(folder, 'bytes');
    this.#incoming = path.join(folder, 'incoming');
  }

  /** Reads the records of an earlier service and clears what it did not finish. */
  async load(): Promise<void> {
    await rm(this.#incoming, { recursive: true, force: true });
    await mkdir(this.#incoming, { recursive: true });
    await mkdir(this.#bytes, { recursive: true });
    await this.#records.load(isFileRecord);
    for (const name of await readdir(this.#bytes)) {
      // Bytes whose record a killed service did not get to write.
      if (this.#records.get(name) === undefined) await rm(path.join(this.#bytes, name), { force: true });
    }
    this.#sequence = this.#records.all().reduce((greatest, { sequence }) => Math.max(greatest, sequence), 0);
  }

  /** A fresh path for bytes that are not a file yet. */
  incomingPath(): string {
    return path.join(this.#incoming, String(++this.#arrivals));
  }

  pathOf(id: string): string {
    return path.join(this.#bytes, id);
  }

  /** Makes a file of complete incoming bytes, which are moved. */
  adopt(
    incoming: string,
    about: Pick<FileObject, 'id' | 'filename' | 'purpose' | 'expires_at' | 'created_at'>,
  ): FileObject {
    renameSync(incoming, this.pathOf(about.id));
    const shown: FileObject = {
      id: about.id,
      object: 'file',
      bytes: statSync(this.pathOf(about.id)).size,
      created_at: about.created_at,
      expires_at: about.expires_at,
      filename: about.filename,
      purpose: about.purpose,
      status: 'processed',
      status_details: null,
    };
    this.#records.put({ id: about.id, shown, sequence: ++this.#sequence });
    return shown;
  }

  /** The file, unless it is unknown or its time has come (then it is removed). */
  get(id: string, nowMs: number): FileObject | undefined {
    const record = this.#records.get(id);
    if (record === undefined) return undefined;
    const expiresAt = record.shown.expires_at;
    if (expiresAt !== null && expiresAt * 1000 <= nowMs) {
      this.remove(id);
      return undefined;
    }
    return record.shown;
  }

  /** Every file that has not expired, oldest first. */
  all(nowMs: number): FileObject[] {
    return this.#records
      .all()
      .sort((a, b) => a.sequence - b.sequence)
      .flatMap(({ id }) => this.get(id, nowMs) ?? []);
  }

  remove(id: string): void {
    this.#records.remove(id);
    rmSync(this.pathOf(id), { force: true });
  }
}

function isFileRecord(value: unknown): value is FileRecord {
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Partial<FileRecord>;
  return typeof record.id === 'string' && typeof record.sequence === 'number' && typeof record.shown === 'object';
}
