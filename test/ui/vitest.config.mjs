import { defineConfig } from 'vitest/config';

/** Journeys in the packaged extension; one window at a time, for two cores carry no more. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.test.ts'],
    globalSetup: ['support/packOnce.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 1,
  },
});
