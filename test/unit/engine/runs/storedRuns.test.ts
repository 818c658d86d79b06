import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countsOf } from '../../../../src/core/runs/rowCounts.ts';
import type { RunEvent, RunProvider } from '../../../../src/core/runs/runEvents.ts';
import { runProvider } from '../../../../src/engine/runs/openService.ts';
import { unfinishedRun } from '../../../../src/engine/runs/storedRuns.ts';
import { requestCancel } from '../../../../src/platform/cancelRequest.ts';
import { openOwnedRun } from '../../../../src/platform/ownedRun.ts';
import { runFolder } from '../../../../src/platform/runFolders.ts';
import { systemClock } from '../../../../src/platform/systemClock.ts';
import { runCreated } from '../../../scenario/runWorld.ts';

let home = '';
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'tranche-home-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const provider: RunProvider = { name: 'local', baseUrl: 'https://a/v1', project: null, rehearsal: false };
const planHash = 'a'.repeat(64);

async function put(runId: string, its: Partial<RunProvider>, ...events: RunEvent[]): Promise<void> {
  const owned = await openOwnedRun(runFolder(home, runId), 'CLI', systemClock());
  const created = { ...runCreated(1, 1, runId), provider: { ...provider, ...its } };
  for (const event of [created, ...events]) await owned.journal.append(event);
  await owned.close();
}

describe('the unfinished run of a plan', () => {
  it('is the newest of the same plan at the same place', async () => {
    await put('20261124-060500-aaaa', {});
    await put('20261124-060501-bbbb', {});
    await put('20261124-060502-cccc', { baseUrl: 'https://b/v1' });
    await put('20261124-060503-dddd', { project: 'p' });
    await put('20261124-060504-eeee', { name: 'other' });
    await put('20261124-060505-ffff', {}, { type: 'cancelIntent' });
    const finished = { type: 'runFinished', cancelled: false, counts: countsOf('ok', 1) } as const;
    await put('20261124-060506-gggg', {}, finished);
    expect((await unfinishedRun(home, planHash, provider))?.created.runId).toBe('20261124-060501-bbbb');
    expect((await unfinishedRun(home, planHash, { ...provider, project: 'p' }))?.created.runId).toBe(
      '20261124-060503-dddd',
    );
    expect(await unfinishedRun(home, 'b'.repeat(64), provider)).toBeNull();
  });

  it('is none that somebody asked to cancel, though its owner has not heard of it', async () => {
    await put('20261124-060500-aaaa', {});
    await put('20261124-060501-bbbb', {});
    await requestCancel(runFolder(home, '20261124-060501-bbbb'));
    expect((await unfinishedRun(home, planHash, provider))?.created.runId).toBe('20261124-060500-aaaa');
  });
});

describe('a provider as a run remembers it', () => {
  it('has the project of the account at OpenAI only', () => {
    const config = { kind: 'openai', apiKeyEnv: 'K', priceList: 'none' } as const;
    const environment = { OPENAI_PROJECT_ID: 'proj_1' };
    const named = (name: string) => runProvider({ ...config, name, baseUrl: 'https://a/v1' }, environment);
    expect(named('openai')).toEqual({ name: 'openai', baseUrl: 'https://a/v1', project: 'proj_1', rehearsal: false });
    expect(named('local')).toEqual(provider);
    const rehearsal = {
      name: 'rehearsal',
      kind: 'rehearsal',
      baseUrl: null,
      apiKeyEnv: null,
      priceList: 'free',
    } as const;
    expect(runProvider(rehearsal, environment)).toMatchObject({ baseUrl: 'rehearsal', project: null, rehearsal: true });
  });
});
