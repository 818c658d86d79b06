// Builds dist/: command line, engine, extension and pages, one folder that needs nothing else at run time. Skipped when dist/ is newer than its sources.
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { installPackages, root } from './install.mjs';

const REQUIRE =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";
const CLI = `${root}dist/cli.mjs`;
const COMMON = {
  absWorkingDir: root,
  outdir: 'dist',
  bundle: true,
  minify: true,
  legalComments: 'linked',
  logLevel: 'warning',
  metafile: true,
};

/** Command line, engine and scan worker share their code in chunks, loaded when first used. */
const NODE = {
  ...COMMON,
  entryPoints: {
    cli: 'src/cli/main.ts',
    scanWorker: 'src/engine/scanWorker.ts',
    engine: 'src/engine/engineProcess.ts',
  },
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunk-[hash]',
  splitting: true,
  format: 'esm',
  mainFields: ['module', 'main'], // jsonc-parser's other form cannot be bundled
  platform: 'node',
  target: 'node20',
  keepNames: true,
  banner: { js: REQUIRE },
};

/** What the extension needs once somebody does something is a file of its own, loaded then. */
const laterApart = {
  name: 'later apart',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\/later\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './extensionLater.cjs', external: true } : null,
    ),
};

/** What VS Code loads: CommonJS. */
const EXTENSION = {
  ...COMMON,
  entryPoints: { extension: 'src/extension/extension.ts', extensionLater: 'src/extension/later.ts' },
  outExtension: { '.js': '.cjs' },
  format: 'cjs',
  mainFields: ['module', 'main'],
  platform: 'node',
  target: 'node22',
  external: ['vscode'],
  plugins: [laterApart],
  supported: { 'dynamic-import': false }, // the editor's loader knows require
};

/** What its pages load: classic scripts and one sheet of styles. */
const PAGES = {
  ...COMMON,
  entryPoints: {
    'webview/footprint': 'webview/footprint/main.ts',
    'webview/plan': 'webview/plan/main.ts',
    'webview/rows': 'webview/rows/main.ts',
    'webview/page': 'webview/ui/page.css',
  },
  format: 'iife',
  platform: 'browser',
  target: 'chrome138',
};

function modifiedMs(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Newest change of anything that dist/ is made of. */
function sourcesModifiedMs() {
  const folders = ['src', 'webview'].filter((folder) => existsSync(root + folder));
  const sources = folders.flatMap((folder) =>
    readdirSync(root + folder, { recursive: true, encoding: 'utf8' }).map((name) => `${root}${folder}/${name}`),
  );
  const others = ['package.json', 'package-lock.json', 'scripts/build.mjs'].map((name) => root + name);
  return Math.max(...[...sources, ...others].map(modifiedMs));
}

/** Names of what was written, below dist/. */
async function bundle(options) {
  const esbuild = await import('esbuild');
  const there = Object.entries(options.entryPoints).filter(([, file]) => existsSync(root + file));
  if (there.length === 0) return [];
  const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  const { metafile } = await esbuild.build({
    ...options,
    entryPoints: Object.fromEntries(there),
    define: { __VERSION__: JSON.stringify(version) },
  });
  return Object.keys(metafile.outputs).map((file) => file.replace('dist/', ''));
}

function removeOthers(built) {
  for (const name of readdirSync(`${root}dist`, { recursive: true, encoding: 'utf8' })) {
    if (statSync(`${root}dist/${name}`).isDirectory() || name.endsWith('.vsix')) continue;
    if (!built.has(name.replaceAll('\\', '/'))) rmSync(`${root}dist/${name}`);
  }
}

/** Bundles everything that runs into dist/. */
export async function build() {
  installPackages();
  const { buildKernel } = await import('./buildKernel.mjs');
  const { buildVocabularies } = await import('./buildVocabularies.mjs');
  await buildKernel();
  await buildVocabularies();
  const wanted = sourcesModifiedMs();
  if (modifiedMs(CLI) > wanted) return;
  mkdirSync(`${root}dist`, { recursive: true });
  const written = await Promise.all([NODE, EXTENSION, PAGES].map(bundle));
  const require = createRequire(import.meta.url);
  copyFileSync(require.resolve('parquet-wasm/esm/parquet_wasm_bg.wasm'), `${root}dist/parquet_wasm_bg.wasm`);
  removeOthers(new Set([...written.flat(), 'parquet_wasm_bg.wasm']));
  chmodSync(CLI, 0o755);
  utimesSync(CLI, new Date(), new Date());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await build().catch((error) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  });
}
