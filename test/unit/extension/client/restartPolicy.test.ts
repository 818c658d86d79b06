import { describe, expect, it } from 'vitest';
import { restartDelayMs } from '../../../../src/extension/client/restartPolicy.ts';

describe('the restart of an engine', () => {
  it('waits longer after each exit', () => {
    expect(restartDelayMs([1000], 1000)).toBe(250);
    expect(restartDelayMs([1000, 2000], 2000)).toBe(500);
    expect(restartDelayMs([1000, 2000, 3000], 3000)).toBe(1000);
  });

  it('gives up after five within a minute', () => {
    expect(restartDelayMs([1, 2, 3, 4, 5], 5)).not.toBeNull();
    expect(restartDelayMs([1, 2, 3, 4, 5, 6], 6)).toBeNull();
  });

  it('forgets what is older than a minute', () => {
    expect(restartDelayMs([1, 2, 3, 4, 5, 70_000], 70_000)).toBe(250);
  });
});
