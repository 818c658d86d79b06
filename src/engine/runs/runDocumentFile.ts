import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { TrancheError, messageOf } from '../../core/errors.ts';
import type { RunDocument } from '../../core/pipeline/runDocument.ts';
import { writeWhole } from '../../platform/partFile.ts';

const NAME = 'run.json';

/** Writes a new run's document, whole or not at all. */
export async function writeRunDocument(folder: string, document: RunDocument): Promise<void> {
  await writeWhole(path.join(folder, NAME), `${JSON.stringify(document)}\n`);
}

/** Reads a run's document; `notFound` where there is no such run, `corrupt` where it cannot be read. */
export async function readRunDocument(folder: string): Promise<RunDocument> {
  const runId = path.basename(folder);
  const text = await readFile(path.join(folder, NAME), 'utf8').catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ENOENT') throw new TrancheError('disk', `Run ${runId} cannot be read: ${messageOf(error)}.`, error);
    throw new TrancheError('notFound', `There is no run ${runId} on this machine; list them with: tranche runs`, error);
  });
  try {
    const document = JSON.parse(text) as RunDocument;
    if (document.version === 1) return document;
  } catch (error) {
    throw new TrancheError('corrupt', `Run ${runId} is damaged: its ${NAME} is not JSON.`, error);
  }
  throw new TrancheError('notSupported', `Run ${runId} was made by a newer Tranche; update this one.`);
}
