import type { AskPerson } from '../askPerson.ts';
import type { CallEngine } from '../client/engineClient.ts';
import { failureOf } from '../failures.ts';

/** Goes on with a run; asks before results of another are replaced. False where a person would rather not. */
export async function resumeRun(call: CallEngine, ask: AskPerson, runId: string): Promise<boolean> {
  try {
    await call('run/resume', { runId, replaceResults: false });
    return true;
  } catch (error) {
    const { code, message } = failureOf(error);
    if (code !== 'exists') throw error;
    const answer = await ask.confirm('Replace the results that are there?', message, ['Replace Results']);
    if (answer === undefined) return false;
    await call('run/resume', { runId, replaceResults: true });
    return true;
  }
}
