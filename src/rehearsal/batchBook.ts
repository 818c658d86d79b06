import { ApiError } from './apiError.ts';
import { RecordFolder } from './recordFolder.ts';
import type { BatchObject, BatchRecord } from './shapes.ts';

/** What changes of a record; of what is shown only the named keys. */
type BatchChanges = Partial<Omit<BatchRecord, 'id' | 'shown'>> & { readonly shown?: Partial<BatchObject> };

/** The records of all batches, each change kept on disk before it is shown. */
export class BatchBook {
  readonly #records: RecordFolder<BatchRecord>;
  #sequence = 0;

  constructor(folder: string) {
    this.#records = new RecordFolder(folder);
  }

  /** Reads what an earlier service left. */
  async load(): Promise<void> {
    await this.#records.load(isBatchRecord);
    this.#sequence = this.all().reduce((greatest, { sequence }) => Math.max(greatest, sequence), 0);
  }

  find(id: string): BatchRecord | undefined {
    return this.#records.get(id);
  }

  /** The record; an unknown id is a 404. */
  get(id: string): BatchRecord {
    const record = this.#records.get(id);
    if (record === undefined) throw new ApiError(404, `No batch found with id '${id.slice(0, 100)}'.`);
    return record;
  }

  all(): BatchRecord[] {
    return this.#records.all();
  }

  add(record: Omit<BatchRecord, 'sequence'>): void {
    this.#records.put({ ...record, sequence: ++this.#sequence });
  }

  change(id: string, changes: BatchChanges): void {
    this.#records.put(this.#changed(id, changes));
  }

  /** Shows a change that may be lost with the process. */
  show(id: string, changes: BatchChanges): void {
    this.#records.show(this.#changed(id, changes));
  }

  isCancelling(id: string): boolean {
    return this.get(id).shown.status === 'cancelling';
  }

  #changed(id: string, { shown, ...rest }: BatchChanges): BatchRecord {
    const record = this.get(id);
    return { ...record, ...rest, shown: { ...record.shown, ...shown } };
  }
}

function isBatchRecord(value: unknown): value is BatchRecord {
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Partial<BatchRecord>;
  return typeof record.id === 'string' && typeof record.createdMs === 'number' && typeof record.shown === 'object';
}
