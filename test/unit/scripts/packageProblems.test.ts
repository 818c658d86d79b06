import { describe, expect, it } from 'vitest';

interface PackageModule {
  readonly packageProblems: (files: readonly string[], packageBytes: number, entryBytes: number) => string[];
}

const { packageProblems } = (await import(
  new URL('../../../scripts/package.mjs', import.meta.url).href
)) as PackageModule;

const GOOD = [
  'package.json',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  'dist/extension.cjs',
  'dist/engine.mjs',
  'dist/scanWorker.mjs',
  'dist/parquet_wasm_bg.wasm',
  'dist/webview/footprint.js',
  'dist/webview/plan.js',
  'dist/webview/rows.js',
  'dist/webview/page.css',
  'media/icon.png',
  'media/tranche.schema.json',
  'media/sample/posts.csv',
  'media/sample/posts.tranche.json',
];

describe('what the packaged extension may hold', () => {
  it('takes what it must hold, and nothing else', () => {
    expect(packageProblems([...GOOD, 'dist/chunk-AB12CD34.mjs'], 1e6, 1e4)).toEqual([]);
    expect(packageProblems([...GOOD, '.env'], 1e6, 1e4)).toEqual(['.env does not belong into the package.']);
    expect(packageProblems(GOOD.slice(1), 1e6, 1e4)).toEqual(['package.json is missing.']);
  });

  it('takes no native part', () => {
    expect(packageProblems([...GOOD, 'dist/fast.node'], 1e6, 1e4)).toContain('dist/fast.node is a native part.');
  });

  it('takes no package of more than 8 MB, and no entry of more than 50 kB', () => {
    expect(packageProblems(GOOD, 8_000_001, 1e4)).toHaveLength(1);
    expect(packageProblems(GOOD, 1e6, 50_001)).toHaveLength(1);
  });
});
