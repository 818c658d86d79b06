import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { launchEngine, type EngineLink } from '../../../../src/extension/client/launchEngine.ts';
import { isGone } from '../../../../src/extension/failures.ts';
import { connectEngine } from '../../../../src/extension/wire.ts';

const ENGINE = fileURLToPath(new URL('../../../../dist/engine.mjs', import.meta.url));
const SETTINGS = { apiKeys: {}, openaiBaseUrl: null, maxUsd: null, workers: null };

describe('an engine process', () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'tranche-launch-'));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  const launch = (enginePath: string, lines: string[] = []): Promise<EngineLink> =>
    launchEngine({
      enginePath,
      start: () => ({ env: { ...process.env, TRANCHE_HOME: home }, execArgv: [], note: null }),
      loadConnect: async () => connectEngine,
      onLine: (line) => lines.push(line),
      onUnexpected: () => undefined,
    });

  it('answers, and ends when it is let go of', async () => {
    const engine = await launch(ENGINE);
    engine.connection.listen();
    await engine.connection.call('engine/configure', SETTINGS);
    const choices = await engine.connection.call('providers/list', {});
    expect(choices.map(({ rehearsal }) => rehearsal)).toContain(true);
    engine.release();
    expect(await engine.exited).toBe('exit code 0');
  });

  it('fails what is under way when it is killed', async () => {
    const engine = await launch(ENGINE);
    engine.connection.listen();
    const pending = engine.connection.call('engine/configure', SETTINGS);
    process.kill(engine.pid ?? 0, 'SIGKILL');
    await expect(pending).rejects.toSatisfy(isGone);
    expect(await engine.exited).toBe('signal SIGKILL');
  });

  it('says how it ended and what it printed where it cannot start', async () => {
    const broken = path.join(home, 'broken.mjs');
    await writeFile(broken, 'process.stderr.write("no such thing\\n"); process.exitCode = 3; process.disconnect();');
    const lines: string[] = [];
    const engine = await launch(broken, lines);
    engine.connection.listen();
    await expect(engine.connection.call('engine/configure', SETTINGS)).rejects.toSatisfy(isGone);
    expect(await engine.exited).toBe('exit code 3');
    expect(lines).toEqual(['no such thing']);
  });
});
