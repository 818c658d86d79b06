import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const files = readdirSync(`${root}webview`, { recursive: true, encoding: 'utf8' })
  .map((name) => `webview/${name.replaceAll('\\', '/')}`)
  .filter((name) => name.endsWith('.ts'));

const importsOf = (file: string): string[] =>
  ts.preProcessFile(readFileSync(root + file, 'utf8'), true, true).importedFiles.map(({ fileName }) => fileName);

const edges = files.flatMap((file) =>
  importsOf(file).map((name) => ({
    file,
    target: name.startsWith('.') ? path.posix.join(path.posix.dirname(file), name) : name,
  })),
);

describe('the imports of the pages', () => {
  it('know the words between page and host, and nothing else of the project', () => {
    const outside = edges.filter(({ target }) => target.startsWith('src/') && !target.startsWith('src/protocol/'));
    expect(outside).toEqual([]);
  });

  it('keep the toolkit behind one file', () => {
    const users = edges.filter(({ target }) => target.startsWith('@')).map(({ file }) => file);
    expect(users).toEqual(['webview/ui/controls.ts']);
  });

  it('keep the pages apart from each other, and shared parts from both', () => {
    const folder = (file: string): string => file.split('/')[1] ?? '';
    const wrong = edges
      .filter(({ target }) => target.startsWith('webview/'))
      .filter(({ file, target }) => folder(target) !== 'ui' && folder(target) !== folder(file));
    expect(wrong).toEqual([]);
  });
});
