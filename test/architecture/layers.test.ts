import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../src/', import.meta.url));

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.ts') && !name.startsWith('kernel/assembly/'));

function importsOf(file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(root + file, 'utf8'), true, true);
  return importedFiles.map(({ fileName }) => fileName);
}

const inProject = (file: string, name: string): string | null =>
  name.startsWith('.') ? path.posix.join(path.posix.dirname(file), name) : null;

const graph = new Map(files.map((file) => [file, importsOf(file).flatMap((name) => inProject(file, name) ?? [])]));

/** Which layers a layer may import, itself apart. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  core: ['kernel'],
  platform: ['core', 'kernel'],
  rehearsal: ['core'],
  protocol: ['core'],
  engine: ['core', 'kernel', 'platform', 'rehearsal', 'protocol'],
  extension: ['protocol'],
  cli: ['core', 'engine', 'platform', 'rehearsal', 'protocol'],
};

/** Stages of core and what each may know of the others: nothing, but a run stands on the way of a chunk. */
const STAGES: Readonly<Record<string, readonly string[]>> = {
  job: [],
  datasets: [],
  profile: [],
  plan: [],
  render: [],
  submit: [],
  collect: [],
  runs: ['submit'],
};

const layerOf = (file: string): string => file.split('/')[0] ?? '';
const stageOf = (file: string): string | null => {
  const [layer, folder, ...rest] = file.split('/');
  return layer === 'core' && rest.length > 0 ? (folder ?? null) : null;
};

describe('the import graph', () => {
  it('points from higher layers to lower ones only', () => {
    const wrong = [...graph].flatMap(([file, targets]) =>
      targets
        .filter((target) => layerOf(target) !== layerOf(file))
        .filter((target) => !(LAYERS[layerOf(file)] ?? []).includes(layerOf(target)))
        .map((target) => `${file} -> ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('joins stages of core in the pipeline only', () => {
    const wrong = [...graph].flatMap(([file, targets]) => {
      const stage = stageOf(file);
      if (stage === null || stage === 'pipeline') return [];
      return targets
        .filter((target) => {
          const other = stageOf(target);
          if (other === null || other === stage || other === 'model') return false;
          return !(STAGES[stage] ?? []).includes(other);
        })
        .map((target) => `${file} -> ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  it('leaves Node, SDKs and editors out of kernel and core', () => {
    const wrong = files
      .filter((file) => /^(core|kernel)\//.test(file))
      .flatMap((file) => importsOf(file).map((name) => `${file} -> ${name}`))
      .filter((edge) => / -> (node:|openai|vscode|@aws-sdk)/.test(edge));
    expect(wrong).toEqual([]);
  });

  it('has no cycles', () => {
    const done = new Set<string>();
    const visit = (file: string, way: readonly string[]): void => {
      if (way.includes(file)) throw new Error(`a cycle: ${[...way.slice(way.indexOf(file)), file].join(' -> ')}`);
      if (done.has(file)) return;
      for (const target of graph.get(file) ?? []) visit(target, [...way, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(done.size).toBe(files.length);
  });

  it('names only files that are there', () => {
    const missing = [...graph].flatMap(([file, targets]) =>
      targets
        .filter((target) => !graph.has(target) && !target.endsWith('kernelBytes.ts'))
        .map((target) => `${file} -> ${target}`),
    );
    expect(missing).toEqual([]);
  });

  it('has no barrels', () => {
    expect(files.filter((file) => path.posix.basename(file) === 'index.ts')).toEqual([]);
  });
});
