import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openTargets } from '../../../src/extension/targets.ts';
import { openRunStore } from '../../../src/extension/runs/runStore.ts';
import { fakeRun } from './runs/fakeRun.ts';

vi.mock('vscode', () => {
  class Uri {
    readonly scheme: string;
    readonly path: string;
    constructor(scheme: string, path: string) {
      this.scheme = scheme;
      this.path = path;
    }
    get fsPath() {
      return this.path;
    }
    static file = (path: string) => new Uri('file', path);
    static parse = (text: string) => new Uri(new URL(text).protocol.slice(0, -1), new URL(text).pathname);
    toString() {
      return `${this.scheme}:${this.path}`;
    }
  }
  return {
    Uri,
    window: { activeTextEditor: undefined },
    ThemeIcon: class {},
    ThemeColor: class {},
    TreeItem: class {},
  };
});

const OTHER = '/data/other.tranche.json';

describe('what a command is meant for', () => {
  const store = openRunStore();
  beforeEach(() => void store.reset([fakeRun()], []));
  const ask = {
    confirm: async () => undefined,
    pick: async () => undefined,
    folder: async () => undefined,
    secret: async () => undefined,
    tell: async () => undefined,
  };
  const targets = openTargets(ask, store, () => OTHER);

  it('is the job it was called on, else the one in front', async () => {
    expect(await targets.jobPath('/data/posts.tranche.json')).toBe('/data/posts.tranche.json');
    expect(await targets.jobPath('file:///data/posts.tranche.json')).toBe('/data/posts.tranche.json');
    expect(await targets.jobPath(undefined)).toBe(OTHER);
    expect(await targets.jobPath({ some: 'thing' })).toBe(OTHER);
  });

  it('is never another job than the file it was called on', async () => {
    await expect(targets.jobPath('/data/posts.csv')).rejects.toThrow('/data/posts.csv is no job file');
    await expect(targets.jobPath('vscode-vfs://github/a/posts.tranche.json')).rejects.toThrow(
      /not a file on this machine/,
    );
  });

  it('is never another run than the one it was called on', async () => {
    const any = () => true;
    expect((await targets.run('run/r1', 'Which?', any))?.runId).toBe('r1');
    expect((await targets.run(undefined, 'Which?', any))?.runId).toBe('r1');
    await expect(targets.run('run/r2', 'Which?', any)).rejects.toThrow('Run r2 is no longer there.');
    await expect(targets.jobOf('run/r2')).rejects.toThrow('Run r2 is no longer there.');
  });
});
