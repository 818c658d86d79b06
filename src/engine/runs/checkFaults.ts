import { TrancheError, messageOf } from '../../core/errors.ts';

/** Throws `usage` unless every fault is one the rehearsal knows, and the rehearsal is what they are for. */
export async function checkFaults(faults: readonly string[], isRehearsal: boolean): Promise<void> {
  if (faults.length === 0) return;
  if (!isRehearsal) {
    throw new TrancheError(
      'usage',
      '--fault practises with --provider rehearsal only; other services are never disturbed.',
    );
  }
  const { parseFaults } = await import('../../rehearsal/faults.ts');
  try {
    for (const fault of faults) parseFaults(fault);
  } catch (error) {
    throw new TrancheError('usage', messageOf(error), error);
  }
}
