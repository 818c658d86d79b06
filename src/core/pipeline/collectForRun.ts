import { answerShape } from '../collect/answerSchema.ts';
import type { AnswerFile, ChunkToJoin } from '../collect/joinChunk.ts';
import { countChunk } from '../collect/joinRun.ts';
import { compileSchema } from '../collect/jsonSchema.ts';
import { openKeptRows, type KeptRows } from '../collect/keptRows.ts';
import type { PagePacker } from '../collect/parquetFile.ts';
import type { ResultFolder } from '../collect/resultFolder.ts';
import { writeResults, type WrittenResults } from '../collect/writeResults.ts';
import { TrancheError } from '../errors.ts';
import { ROW_OUTCOMES, type RowCounts } from '../model/outcome.ts';
import type { ByteSource, Codecs, Hasher } from '../ports.ts';
import { countsOf, sumCounts } from '../runs/rowCounts.ts';
import type { BatchProblem, EndStatus, SavedFile } from '../runs/runEvents.ts';
import type { ChunkAnswers, RunDeps } from '../runs/runPorts.ts';
import type { RunState } from '../runs/runState.ts';
import type { RunDocument } from './runDocument.ts';

/** What joining needs of a run's folder. */
export interface RunCollectDeps {
  /** Opens a file of the run's folder by its name there. */
  readonly openFile: (name: string, signal: AbortSignal) => Promise<ByteSource>;
  readonly codecs: Codecs;
  readonly folder: ResultFolder;
  readonly packer: PagePacker | null;
  readonly newHasher: () => Hasher;
}

/** File of the kept rows in a run's folder. */
export const KEYS_FILE = 'keys.parquet';

const UNANSWERED: Readonly<Record<EndStatus, ChunkToJoin['unanswered']>> = {
  completed: { outcome: 'missing', error: 'The batch completed without an answer to this row.' },
  failed: { outcome: 'failed', error: 'The batch failed.' },
  refused: { outcome: 'failed', error: 'The provider refused the chunk.' },
  expired: { outcome: 'expired', error: 'The batch expired before this row was answered.' },
  cancelled: { outcome: 'missing', error: 'The batch was cancelled before this row was answered.' },
  unsent: { outcome: 'missing', error: 'The run was cancelled before this row was sent.' },
};

function unansweredOf(end: EndStatus, problems: readonly BatchProblem[]): ChunkToJoin['unanswered'] {
  const plain = UNANSWERED[end];
  const [first] = problems;
  if (plain.outcome !== 'failed' || !first) return plain;
  const line = first.line === null ? '' : ` (line ${first.line})`;
  return { ...plain, error: `${first.message}${line}` };
}

const HASHED_AT_ONCE_BYTES = 4_000_000;

async function sha256Of(source: ByteSource, newHasher: () => Hasher, signal: AbortSignal): Promise<string> {
  const hasher = newHasher();
  const into = new Uint8Array(Math.min(HASHED_AT_ONCE_BYTES, source.sizeBytes));
  for (let at = 0; at < source.sizeBytes; at += into.length) {
    hasher.update(await source.read(at, Math.min(into.length, source.sizeBytes - at), signal, into));
  }
  return hasher.digest();
}

function notAsDownloaded({ name }: ByteSource, what: string): TrancheError {
  return new TrancheError(
    'corrupt',
    `${name} ${what}: its answers are not all there; put a copy of the file back and resume, or send the job again with tranche run --new.`,
  );
}

/** Opens an answer file that has the size it was downloaded with; `corrupt` names any other. */
async function openSaved({ name, bytes }: SavedFile, deps: RunCollectDeps, signal: AbortSignal): Promise<ByteSource> {
  const source = await deps.openFile(name, signal);
  if (source.sizeBytes === bytes) return source;
  await source.close();
  throw notAsDownloaded(source, `has ${source.sizeBytes} bytes, but ${bytes} were downloaded`);
}

/** Opens an answer file that is, byte for byte, what was downloaded; `corrupt` names any other. */
async function openSame(file: SavedFile, deps: RunCollectDeps, signal: AbortSignal): Promise<ByteSource> {
  const source = await openSaved(file, deps, signal);
  try {
    if ((await sha256Of(source, deps.newHasher, signal)) === file.sha256) return source;
    throw notAsDownloaded(source, 'was changed since it was downloaded');
  } catch (error) {
    await source.close();
    throw error;
  }
}

function joinAnswers(
  chunk: number,
  end: EndStatus,
  problems: readonly BatchProblem[],
  files: readonly (SavedFile | null)[],
  open: (file: SavedFile, signal: AbortSignal) => Promise<ByteSource>,
): ChunkToJoin {
  const opened = files
    .filter((file) => file !== null)
    .map((file): AnswerFile => ({ open: (signal) => open(file, signal) }));
  return { chunk, files: opened, unanswered: unansweredOf(end, problems) };
}

async function withKept<T>(
  deps: RunCollectDeps,
  signal: AbortSignal,
  work: (kept: KeptRows) => Promise<T>,
): Promise<T> {
  const source = await deps.openFile(KEYS_FILE, signal);
  try {
    return await work(await openKeptRows(source, deps.codecs, signal));
  } finally {
    await source.close();
  }
}

/** Counts a chunk's rows by outcome from its answer files: every row of it exactly once. */
export function collectForRun(document: RunDocument, deps: RunCollectDeps): RunDeps['collectChunk'] {
  const shape = answerShape(document.job, compileSchema);
  return (answers: ChunkAnswers, signal) =>
    withKept(deps, signal, async (kept) => {
      const planned = document.plan.chunks.find(({ index }) => index === answers.chunk);
      if (!planned) throw new TrancheError('internal', `The plan has no chunk ${answers.chunk}.`);
      const { chunk, end, problems, output, errors } = answers;
      const range = { from: planned.firstRow, to: planned.endRow };
      const joined = joinAnswers(chunk, end, problems, [output, errors], (file, own) => openSaved(file, deps, own));
      const totals = await countChunk(kept, range, planned.requests, joined, shape, signal);
      return totals.rows;
    });
}

/** Throws `corrupt` unless the results' rows by outcome are those that the run counted chunk by chunk. */
function checkRows(rows: RowCounts, { chunks, created }: RunState): void {
  const done = [...chunks.values()].flatMap(({ rowCounts }) => rowCounts ?? []);
  const counted = sumCounts([...done, countsOf('quarantined', created.quarantined)]);
  const other = ROW_OUTCOMES.find((outcome) => rows[outcome] !== counted[outcome]);
  if (other === undefined) return;
  throw new TrancheError(
    'corrupt',
    `Run ${created.runId} counted ${counted[other]} rows as ${other}, but its files now hold ${rows[other]}: they were changed; put copies of them back, or send the job again with tranche run --new.`,
  );
}

/** Writes a run's result tables from its journal's state: nothing is published unless every file is as it was downloaded and every row as it was counted. */
export async function resultsForRun(
  document: RunDocument,
  state: RunState,
  deps: RunCollectDeps,
  signal: AbortSignal,
): Promise<WrittenResults> {
  const chunks = [...state.chunks.values()].map(({ index, end, saved }) => {
    const status = end?.status ?? 'unsent';
    return joinAnswers(
      index,
      status,
      end?.problems ?? [],
      [saved?.output ?? null, saved?.errors ?? null],
      (file, own) => openSame(file, deps, own),
    );
  });
  return withKept(deps, signal, (kept) =>
    writeResults(
      {
        job: document.job,
        planHash: document.plan.planHash,
        runId: document.runId,
        rows: document.plan.rows,
        kept,
        chunks,
        folder: deps.folder,
        replace: document.replace,
        packer: deps.packer,
        compileSchema,
        checkRows: (rows) => checkRows(rows, state),
      },
      signal,
    ),
  );
}
