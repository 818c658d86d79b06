import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{unit,scenario,architecture}/**/*.test.ts'],
    globalSetup: ['test/support/buildOnce.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
