// Types, lint, format and unused code. Each is one check of `npm test`.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { root } from './install.mjs';

const CHECKS = [
  ['types', ['node_modules/typescript/bin/tsc', '-b']],
  ['lint', ['node_modules/eslint/bin/eslint.js', '--max-warnings', '0', '.']],
  ['format', ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.']],
  ['unused code', ['node_modules/knip/bin/knip.js']],
];

/** Runs all checks; returns how many passed and failed. */
export function check() {
  let passed = 0;
  for (const [name, args] of CHECKS) {
    const began = performance.now();
    const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(`${status === 0 ? 'ok' : 'FAILED'}  ${name} (${seconds} s)`);
    if (status === 0) passed++;
  }
  return { passed, failed: CHECKS.length - passed };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { buildKernel } = await import('./buildKernel.mjs');
  const { buildVocabularies } = await import('./buildVocabularies.mjs');
  await buildKernel();
  await buildVocabularies();
  process.exitCode = check().failed === 0 ? 0 : 1;
}
