// Compiles src/kernel/assembly to WebAssembly and writes it as src/kernel/kernelBytes.ts (not in git). Skipped when nothing changed.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const assembly = fileURLToPath(new URL('../src/kernel/assembly/', import.meta.url));
const target = fileURLToPath(new URL('../src/kernel/kernelBytes.ts', import.meta.url));
const FLAGS = ['-O3', '--runtime', 'stub', '--enable', 'simd', '--importMemory', '--noAssert', '--memoryBase', '64'];

function sourceHash(names) {
  const hash = createHash('sha256').update(FLAGS.join(' '));
  for (const name of names) hash.update(name).update(readFileSync(assembly + name));
  return hash.digest('hex');
}

function current() {
  try {
    return readFileSync(target, 'utf8');
  } catch {
    return '';
  }
}

/** Builds the kernel if its source changed. */
export async function buildKernel() {
  const names = readdirSync(assembly)
    .filter((name) => name.endsWith('.ts'))
    .sort();
  const hash = sourceHash(names);
  if (current().includes(hash)) return;
  const out = fileURLToPath(new URL('../build/', import.meta.url));
  mkdirSync(out, { recursive: true });
  const { default: asc } = await import('assemblyscript/asc');
  const { error, stderr } = await asc.main([
    ...names.map((name) => assembly + name),
    '-o',
    `${out}kernel.wasm`,
    ...FLAGS,
  ]);
  if (error) throw new Error(`The kernel does not compile:\n${stderr.toString()}`);
  const base64 = readFileSync(`${out}kernel.wasm`).toString('base64');
  const temporary = `${target}.${process.pid}`;
  writeFileSync(
    temporary,
    `// Made by scripts/buildKernel.mjs from ${hash}\nexport const KERNEL_BASE64 = '${base64}';\n`,
  );
  renameSync(temporary, target);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildKernel();
