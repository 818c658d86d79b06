// Builds dist/: the CLI and its worker, one folder that needs nothing else at run time. Skipped when dist/ is newer than its sources.
import { chmodSync, copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { installPackages, root } from './install.mjs';

const REQUIRE =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";
const CLI = `${root}dist/cli.mjs`;

function modifiedMs(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Newest change of anything that dist/ is made of. */
function sourcesModifiedMs() {
  const sources = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' }).map((name) => `${root}src/${name}`);
  const others = ['package.json', 'package-lock.json', 'scripts/build.mjs'].map((name) => root + name);
  return Math.max(...[...sources, ...others].map(modifiedMs));
}

async function bundle() {
  const esbuild = await import('esbuild');
  const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  const { metafile } = await esbuild.build({
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
    metafile: true,
    banner: { js: REQUIRE },
    define: { __VERSION__: JSON.stringify(version) },
  });
  return Object.keys(metafile.outputs).map((file) => file.replace('dist/', ''));
}

/** Bundles the CLI and the scan worker into dist/ (shared code in chunks, loaded when first used). */
export async function build() {
  installPackages();
  const { buildKernel } = await import('./buildKernel.mjs');
  const { buildVocabularies } = await import('./buildVocabularies.mjs');
  await buildKernel();
  await buildVocabularies();
  const wanted = sourcesModifiedMs();
  if (modifiedMs(CLI) > wanted) return;
  mkdirSync(`${root}dist`, { recursive: true });
  const built = new Set([...(await bundle()), 'parquet_wasm_bg.wasm']);
  const require = createRequire(import.meta.url);
  copyFileSync(require.resolve('parquet-wasm/esm/parquet_wasm_bg.wasm'), `${root}dist/parquet_wasm_bg.wasm`);
  for (const name of readdirSync(`${root}dist`)) if (!built.has(name)) rmSync(`${root}dist/${name}`);
  chmodSync(CLI, 0o755);
  utimesSync(CLI, new Date(), new Date());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await build().catch((error) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  });
}
