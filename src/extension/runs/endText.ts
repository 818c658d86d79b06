import type { RunHeader } from '../../protocol/runSnapshot.ts';
import { countOf, countText } from '../../protocol/numberTexts.ts';
import { endFigures, notOk } from './runItems.ts';

/** What is said at the end of runs: one sentence, several runs in one. */
export function endText(runs: readonly RunHeader[]): string {
  const [first] = runs;
  if (first === undefined) return '';
  if (runs.length === 1) {
    const verb = first.state === 'cancelled' ? 'was cancelled' : first.rehearsal ? 'is rehearsed' : 'is done';
    const figures = endFigures(first).replaceAll(' · ', ', ');
    return figures === '' ? `${first.job.name} ${verb}.` : `${first.job.name} ${verb}: ${figures}.`;
  }
  const ok = runs.reduce((sum, { counts }) => sum + (counts?.ok ?? 0), 0);
  const bad = runs.reduce((sum, run) => sum + notOk(run), 0);
  const rest = bad === 0 ? '' : `, ${countText(bad)} not ok`;
  return `${countOf(runs.length, 'run')} have ended: ${countOf(ok, 'row')} ok${rest}.`;
}
