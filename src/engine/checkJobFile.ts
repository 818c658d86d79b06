import { isTrancheError, messageOf } from '../core/errors.ts';
import type { JobProblem } from '../protocol/engineProtocol.ts';
import { loadJob } from './loadJob.ts';

/** How sentences about a place in a file begin: `posts.tranche.json:9:5: `. */
const PLACE = /^[^\n]*?\.json:(\d+):(\d+): /;

/** Reads a job file, not its data: the first thing that is wrong with it, or null. */
export async function checkJobFile(jobPath: string): Promise<JobProblem | null> {
  try {
    await loadJob(jobPath);
    return null;
  } catch (error) {
    if (!isTrancheError(error)) throw error;
    const sentence = messageOf(error);
    const [place = '', line, column] = PLACE.exec(sentence) ?? [];
    if (line === undefined || column === undefined) return { message: sentence, line: null, column: null };
    const text = sentence.slice(place.length);
    return { message: `${text.charAt(0).toUpperCase()}${text.slice(1)}`, line: Number(line), column: Number(column) };
  }
}
