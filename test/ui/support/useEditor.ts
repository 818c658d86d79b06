import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { openEditor, type Editor, type EditorOptions } from './openEditor.ts';

const failures = fileURLToPath(new URL('../../../build/ui-failures/', import.meta.url));

/** One editor for the tests of a file; what it showed when one of them failed is kept below build/. */
export function useEditor(options: EditorOptions = {}): () => Editor {
  let editor: Editor | null = null;
  beforeAll(async () => {
    editor = await openEditor(options);
  });
  beforeEach(({ task, onTestFailed }) => {
    onTestFailed(async () => {
      await mkdir(failures, { recursive: true });
      const name = `${path.basename(task.file.name, '.test.ts')}-${task.name.replace(/\W+/g, '-')}.png`;
      await editor?.page().screenshot({ path: path.join(failures, name) });
    });
  });
  afterAll(async () => {
    await editor?.close();
  });
  return () => {
    if (editor === null) throw new Error('The editor is not open.');
    return editor;
  };
}
