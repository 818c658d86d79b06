import { readFile } from 'node:fs/promises';
import { MANIFEST_FILE } from '../../core/collect/resultFolder.ts';
import type { WrittenResults } from '../../core/collect/writeResults.ts';
import type { RunState } from '../../core/runs/runState.ts';
import { openResultFolder } from '../../platform/resultFiles.ts';

/** What of a finished run's results can still be told from its folder. */
export type FoundResults = Pick<WrittenResults, 'rows' | 'usage' | 'results' | 'failures'>;

interface Manifest extends Pick<WrittenResults, 'rows' | 'usage'> {
  readonly runId: string;
  readonly files: readonly { readonly file: string }[];
}

function isManifest(value: unknown): value is Manifest {
  const { rows, usage, files } = value as Partial<Manifest>;
  return typeof rows?.ok === 'number' && typeof usage?.rowsReporting === 'number' && Array.isArray(files);
}

/** The results of a finished run where they were written; null once they are gone or another run's lie there. */
export async function finishedResults({ created }: RunState): Promise<FoundResults | null> {
  const { at } = openResultFolder(created.resultsUri, created.runId);
  try {
    const manifest: unknown = JSON.parse(await readFile(at(MANIFEST_FILE), 'utf8'));
    if (!isManifest(manifest) || manifest.runId !== created.runId) return null;
    const { rows, usage, files } = manifest;
    const names = files.map(({ file }) => file);
    const isFailures = (name: string): boolean => name.startsWith('failures.');
    return {
      rows,
      usage,
      results: names.filter((name) => !isFailures(name)).map(at),
      failures: at(names.find(isFailures) ?? MANIFEST_FILE),
    };
  } catch {
    return null; // moved or deleted since: they are a person's, and no concern of the run any more
  }
}
