import { afterEach, beforeEach } from 'vitest';
import { startEngine, type RunningEngine } from './engine.ts';
import { openWorkFolder, type WorkFolder } from './workFolder.ts';

/** How an engine is started, its folder apart. */
type Start = Parameters<typeof startEngine> extends [unknown, ...infer Rest] ? Rest : never;

/** A folder for each test of a file, and engine processes over it that end with the test. */
export function useEngines(): {
  readonly folder: () => WorkFolder;
  readonly open: (...start: Start) => Promise<RunningEngine>;
} {
  let folder: WorkFolder | null = null;
  let engines: RunningEngine[] = [];
  const current = (): WorkFolder => {
    if (folder === null) throw new Error('No test is under way.');
    return folder;
  };
  beforeEach(async () => {
    folder = await openWorkFolder();
    engines = [];
  });
  afterEach(async () => {
    await Promise.all(engines.map((engine) => engine.close()));
    await current().remove();
  });
  return {
    folder: current,
    open: async (...start) => {
      const engine = await startEngine(current().path, ...start);
      engines.push(engine);
      return engine;
    },
  };
}
