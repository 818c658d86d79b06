// `npm run package`: writes dist/tranche.vsix and checks what is in it.
import { cpSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';
import { root } from './install.mjs';

const MAX_BYTES = 8_000_000;
const MAX_ENTRY_BYTES = 50_000;
const ENTRY = 'dist/extension.cjs';

/** What the package may hold; what stands here as a plain name it must hold. */
const ALLOWED = [
  'package.json',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  ENTRY,
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
  /^dist\/chunk-[A-Z0-9]{8}\.mjs$/,
  /^dist\/(webview\/)?[\w.-]+\.LEGAL\.txt$/,
  /^dist\/extension\w+\.cjs$/,
  /^media\/(walkthrough\/)?[a-z-]+\.svg$/,
];
const NATIVE = /\.(node|so|dylib|dll|exe)$/;

/** What is wrong with a package that holds these files; one sentence each. */
export function packageProblems(files, packageBytes, entryBytes) {
  const isAllowed = (file) => ALLOWED.some((rule) => (typeof rule === 'string' ? rule === file : rule.test(file)));
  const problems = [
    ...files.filter((file) => !isAllowed(file)).map((file) => `${file} does not belong into the package.`),
    ...files.filter((file) => NATIVE.test(file)).map((file) => `${file} is a native part.`),
    ...ALLOWED.filter((rule) => typeof rule === 'string' && !files.includes(rule)).map((file) => `${file} is missing.`),
  ];
  if (packageBytes > MAX_BYTES) problems.push(`The package has ${packageBytes} bytes, more than ${MAX_BYTES}.`);
  if (entryBytes > MAX_ENTRY_BYTES) problems.push(`${ENTRY} has ${entryBytes} bytes, more than ${MAX_ENTRY_BYTES}.`);
  return problems;
}

/** Where the package's files can lie; vsce looks at every file it finds and takes seconds over a whole checkout. */
const PLACES = ['dist', 'media', 'package.json', 'README.md', 'CHANGELOG.md', 'LICENSE', '.vscodeignore'];

function stage() {
  const folder = path.join(root, 'build/package');
  rmSync(folder, { recursive: true, force: true });
  for (const place of PLACES) {
    const from = path.join(root, place);
    cpSync(from, path.join(folder, place), { recursive: true, filter: (name) => !name.endsWith('.vsix') });
  }
  return folder;
}

/** Packs dist/tranche.vsix and returns its path. Throws where it is not what it must be. */
export async function packExtension() {
  await build();
  const { createVSIX, listFiles } = await import('@vscode/vsce');
  const packagePath = path.join(root, 'dist/tranche.vsix');
  const folder = stage();
  const options = { cwd: folder, dependencies: false }; // everything is bundled
  const files = (await listFiles(options)).map((file) => file.replaceAll('\\', '/'));
  await createVSIX({
    ...options,
    packagePath,
    allowMissingRepository: true,
    rewriteRelativeLinks: false,
  });
  const bytesOf = (file) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const problems = packageProblems(files, bytesOf(packagePath), bytesOf(path.join(root, ENTRY)));
  if (problems.length > 0) {
    rmSync(packagePath);
    throw new Error(problems.join('\n'));
  }
  return packagePath;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const file = await packExtension();
    console.log(`${file}: ${(statSync(file).size / 1e6).toFixed(1)} MB`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
