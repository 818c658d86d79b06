import { throwIfAborted, TrancheError } from '../errors.ts';
import type { Job } from '../model/job.ts';
import type { RowCounts } from '../model/outcome.ts';
import { answerShape, type AnswerShape, type SchemaCompiler } from './answerSchema.ts';
import type { ChunkToJoin, JoinNotes } from './joinChunk.ts';
import { type JoinedRow, joinRun, type JoinTotals, type UsageTotals } from './joinRun.ts';
import type { KeptRows } from './keptRows.ts';
import type { PagePacker } from './parquetFile.ts';
import { failureColumns, NotOfItsType, type ResultColumn, resultColumns } from './resultColumns.ts';
import { MANIFEST_FILE, type Occupant, type ResultFile, type ResultFolder } from './resultFolder.ts';
import { openLinesTable, openParquetTable, type ResultTable } from './resultTable.ts';

/** Everything that result tables are made from. */
export interface WriteResultsInput {
  readonly job: Job;
  readonly planHash: string;
  readonly runId: string;
  /** Rows of the plan, quarantined ones included. */
  readonly rows: number;
  readonly kept: KeptRows;
  /** Every chunk of the plan. */
  readonly chunks: readonly ChunkToJoin[];
  readonly folder: ResultFolder;
  /** Results of another run may be overwritten. */
  readonly replace: boolean;
  /** Null writes Parquet uncompressed. */
  readonly packer: PagePacker | null;
  readonly compileSchema: SchemaCompiler;
  /** Is shown the rows by outcome before anything is published, and throws where they are not what the run counted. */
  readonly checkRows: (rows: RowCounts) => void;
}

/** Result tables that were published. */
export interface WrittenResults {
  readonly rows: RowCounts;
  readonly usage: UsageTotals;
  readonly notes: JoinNotes;
  /** Paths of the result tables. */
  readonly results: readonly string[];
  /** Path of the table of rows that are not ok. */
  readonly failures: string;
  readonly manifest: string;
  /** Columns that stayed text since a value was not of their type; empty as a rule. */
  readonly keptAsText: readonly string[];
}

const FAILURES = 'failures.parquet';
const TABLES = { parquet: 'results.parquet', jsonl: 'results.jsonl' } as const;

/** Names this writes in a results folder, the manifest last. */
export const RESULT_FILES: readonly string[] = [...Object.values(TABLES), FAILURES, MANIFEST_FILE];

function runOf(manifest: string): string | null {
  try {
    const value: unknown = JSON.parse(manifest);
    const isRun = typeof value === 'object' && value !== null && 'runId' in value && typeof value.runId === 'string';
    return isRun ? String(value.runId) : null;
  } catch {
    return null;
  }
}

type Newcomer = Pick<WriteResultsInput, 'folder' | 'runId' | 'replace'>;

/** Throws `exists`, naming the folder and `--replace`, when results of another run lie where this one's will. */
export async function refuseOccupied(input: Newcomer, signal: AbortSignal): Promise<void> {
  refuseOccupant(input, await input.folder.occupant(RESULT_FILES, signal));
}

function refuseOccupant(input: Newcomer, occupant: Occupant): void {
  const { path } = input.folder;
  if (input.replace || occupant.kind === 'free') return;
  if (occupant.kind === 'foreign') {
    const what = `${path} already has a file ${occupant.name} that is no finished result`;
    throw new TrancheError(
      'exists',
      `${what}; name another folder in results.uri, or let it be overwritten (--replace).`,
    );
  }
  const owner = occupant.kind === 'results' ? runOf(occupant.manifest) : occupant.runId;
  if (owner === input.runId) return;
  const whose = owner === null ? 'results of another run' : `the results of run ${owner}`;
  throw new TrancheError(
    'exists',
    `${path} already holds ${whose}; move them away, name another results.uri for a new run, or let them be overwritten (--replace).`,
  );
}

interface OpenTable {
  readonly name: string;
  readonly file: ResultFile;
  readonly table: ResultTable;
  readonly wants: (row: JoinedRow) => boolean;
}

interface WrittenFile {
  readonly file: string;
  readonly rows: number;
  readonly bytes: number;
}

async function openTables(
  input: WriteResultsInput,
  shape: AnswerShape,
  asText: ReadonlySet<string>,
): Promise<OpenTable[]> {
  const all = resultColumns(input.kept.schema, shape, asText);
  const failures = failureColumns(input.kept.schema, asText);
  const parquet = (columns: readonly ResultColumn[]) => (file: ResultFile) =>
    openParquetTable(file, columns, input.packer);
  const open = async (
    name: string,
    wants: OpenTable['wants'],
    make: (file: ResultFile) => ResultTable,
  ): Promise<OpenTable> => {
    const file = await input.folder.create(name);
    return { name, file, table: make(file), wants };
  };
  const { formats } = input.job.results;
  const tables: OpenTable[] = [];
  if (formats.includes('parquet')) tables.push(await open(TABLES.parquet, () => true, parquet(all)));
  if (formats.includes('jsonl')) {
    tables.push(
      await open(
        TABLES.jsonl,
        () => true,
        (file) => openLinesTable(file, all),
      ),
    );
  }
  tables.push(await open(FAILURES, ({ status }) => status !== 'ok', parquet(failures)));
  return tables;
}

/** Hands a row to every table that wants it; null while nothing has to be waited for. */
function addRow(tables: readonly OpenTable[], row: JoinedRow): Promise<void> | null {
  const pending = tables.flatMap(({ table, wants }) => (wants(row) ? (table.add(row) ?? []) : []));
  return pending.length === 0 ? null : Promise.all(pending).then(() => undefined);
}

interface Tables {
  readonly totals: JoinTotals;
  readonly files: readonly WrittenFile[];
}

async function writeTables(
  input: WriteResultsInput,
  shape: AnswerShape,
  asText: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Tables> {
  const tables = await openTables(input, shape, asText);
  const { kept, rows: expected, chunks } = input;
  const onRow = (row: JoinedRow): Promise<void> | null => addRow(tables, row);
  const totals = await joinRun({ kept, rows: expected, chunks, shape, onRow }, signal);
  const files: WrittenFile[] = [];
  for (const { name, file, table } of tables) {
    const { rows, sizeBytes } = await table.finish();
    await file.close();
    files.push({ file: name, rows, bytes: sizeBytes });
  }
  return { totals, files };
}

/** Removes what was written aside; the error that is under way says more than one of this. */
async function discardQuietly(folder: ResultFolder): Promise<void> {
  await folder.discard().catch(() => undefined);
}

/** Writes the tables; a column with a value that is not of its type makes them begin again with that column as text. */
async function writeTyped(
  input: WriteResultsInput,
  shape: AnswerShape,
  signal: AbortSignal,
): Promise<Tables & { readonly asText: ReadonlySet<string> }> {
  const asText = new Set<string>();
  for (;;) {
    try {
      return { ...(await writeTables(input, shape, asText, signal)), asText };
    } catch (error) {
      await discardQuietly(input.folder);
      if (!(error instanceof NotOfItsType) || asText.has(error.column)) throw error;
      asText.add(error.column);
    }
  }
}

async function writeManifest(input: WriteResultsInput, tables: Tables, keptAsText: readonly string[]): Promise<void> {
  const { planHash, runId, folder } = input;
  const { rows, usage, notes } = tables.totals;
  const manifest = { version: 1, planHash, runId, rows, usage, notes, files: tables.files, keptAsText };
  const file = await folder.create(MANIFEST_FILE);
  await file.write(new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`));
  await file.close();
}

/**
 * Joins the answers to the kept rows and writes `results.parquet` and `.jsonl` as the job asks, `failures.parquet` and
 * `manifest.json` into the folder, all at once. Every row ends in one outcome or it is a `corrupt` error; results of another run
 * are an `exists` error unless `replace`. The same answers give the same tables, byte for byte.
 */
export async function writeResults(input: WriteResultsInput, signal: AbortSignal): Promise<WrittenResults> {
  throwIfAborted(signal);
  await refuseOccupied(input, signal);
  const shape = answerShape(input.job, input.compileSchema);
  try {
    const { asText, ...tables } = await writeTyped(input, shape, signal);
    input.checkRows(tables.totals.rows);
    const keptAsText = [...asText].sort();
    await writeManifest(input, tables, keptAsText);
    throwIfAborted(signal);
    await input.folder.publish(RESULT_FILES, (occupant) => refuseOccupant(input, occupant));
    const { at } = input.folder;
    const names = tables.files.map(({ file }) => file).filter((name) => name !== FAILURES);
    const { rows, usage, notes } = tables.totals;
    return {
      rows,
      usage,
      notes,
      results: names.map(at),
      failures: at(FAILURES),
      manifest: at(MANIFEST_FILE),
      keptAsText,
    };
  } catch (error) {
    await discardQuietly(input.folder);
    throw error;
  }
}
