import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type * as vscode from 'vscode';
import { watchData, type DataWatch } from '../../../../src/extension/pages/watchData.ts';

const seen = vi.hoisted(() => ({ hear: [] as ((uri: { path: string }) => void)[] }));

vi.mock('vscode', async () => {
  const fs = await import('node:fs/promises');
  const nodePath = await import('node:path');
  return {
    FileType: { Directory: 2 },
    RelativePattern: class {},
    Uri: { joinPath: (uri: { path: string }, part: string) => ({ path: nodePath.join(uri.path, part) }) },
    workspace: {
      fs: {
        stat: async (uri: { path: string }) => {
          const { mtimeMs, size, ...found } = await fs.stat(uri.path);
          return { mtime: mtimeMs, size, type: (found.mode & 0o170000) === 0o040000 ? 2 : 1 };
        },
      },
      createFileSystemWatcher: () => {
        const add = (listener: (uri: { path: string }) => void) => {
          seen.hear.push(listener);
          return { dispose: () => undefined };
        };
        return { onDidChange: add, onDidCreate: add, onDidDelete: add, dispose: () => undefined };
      },
    },
  };
});

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 450));

describe('data that are watched', () => {
  let folder = '';
  let told: string[] = [];
  let watch: DataWatch | null = null;
  const open = async (file: string): Promise<DataWatch> => {
    watch = watchData({ path: file } as vscode.Uri, (change) => told.push(change));
    await watch.mark();
    return watch;
  };
  const event = (file: string): void => seen.hear[0]?.({ path: file });

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tranche-watch-'));
    told = [];
    seen.hear.length = 0;
  });
  afterEach(async () => {
    watch?.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('have not changed by news of what was read already', async () => {
    const file = path.join(folder, 'posts.csv');
    await writeFile(file, 'id\n1\n');
    const { mark } = await open(file);
    await writeFile(file, 'id\n1\n2\n');
    event(file);
    await mark(); // read from here on, before the news have settled
    await settled();
    expect(told).toEqual([]);
    await chmod(file, 0o600);
    event(file); // touched, not changed
    await settled();
    expect(told).toEqual([]);
    await writeFile(file, 'id\n1\n2\n3\n');
    event(file);
    await settled();
    expect(told).toEqual(['changed']);
  });

  it('are seen to have changed while they were read', async () => {
    const file = path.join(folder, 'posts.csv');
    await writeFile(file, 'id\n1\n');
    const { look } = await open(file);
    await writeFile(file, 'id\n1\n2\n');
    await look();
    expect(told).toEqual(['changed']);
    await rm(file);
    await look();
    expect(told).toEqual(['changed', 'deleted']);
  });

  it('are those below a folder, too, and no other files', async () => {
    const table = path.join(folder, 'posts');
    await mkdir(table);
    const { look, mark } = await open(table);
    event(path.join(table, 'notes.txt'));
    await settled();
    expect(told).toEqual([]);
    event(path.join(table, 'a.parquet'));
    await settled();
    expect(told).toEqual(['changed']);
    await mark();
    await look();
    expect(told).toEqual(['changed']);
  });
});
