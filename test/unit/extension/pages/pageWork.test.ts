import { describe, expect, it } from 'vitest';
import { openPageWork } from '../../../../src/extension/pages/pageWork.ts';
import type { PlanPageState } from '../../../../src/protocol/pageProtocol.ts';

describe('what goes on for a page', () => {
  it('is shown as it is said, what was begun last before what was begun first, and stops where it can', () => {
    const shown: PlanPageState['doing'][] = [];
    const work = openPageWork((doing) => shown.push(doing));
    const [writing, reading] = [work.begin(), work.begin()];
    const stop = new AbortController();
    work.cancel();
    writing('Writing…', stop);
    reading('Reading…');
    writing('Writing: 3 files', stop);
    work.cancel();
    expect(stop.signal.aborted).toBe(false);
    reading(null);
    work.cancel();
    expect(stop.signal.aborted).toBe(true);
    writing(null);
    expect(shown).toEqual([
      { text: 'Writing…', canCancel: true },
      { text: 'Reading…', canCancel: false },
      { text: 'Reading…', canCancel: false },
      { text: 'Writing: 3 files', canCancel: true },
      null,
    ]);
  });
});
