// Builds dist/: the CLI and its worker, one folder that needs nothing else at run time.
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { installPackages, root } from './install.mjs';

const REQUIRE =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

/** Bundles the CLI and the scan worker into dist/ (shared code in chunks, loaded when first used). */
export async function build() {
  installPackages();
  const { buildKernel } = await import('./buildKernel.mjs');
  await buildKernel();
  const esbuild = await import('esbuild');
  rmSync(`${root}dist`, { recursive: true, force: true });
  mkdirSync(`${root}dist`);
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: { cli: 'src/cli/main.ts', scanWorker: 'src/engine/scanWorker.ts' },
    outdir: 'dist',
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunk-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    mainFields: ['module', 'main'], // jsonc-parser's other form cannot be bundled
    platform: 'node',
    target: 'node20',
    minify: true,
    keepNames: true,
    legalComments: 'linked',
    logLevel: 'warning',
    banner: { js: REQUIRE },
    define: { __VERSION__: JSON.stringify(version) },
  });
  const require = createRequire(import.meta.url);
  copyFileSync(require.resolve('parquet-wasm/esm/parquet_wasm_bg.wasm'), `${root}dist/parquet_wasm_bg.wasm`);
  chmodSync(`${root}dist/cli.mjs`, 0o755);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await build().catch((error) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  });
}
