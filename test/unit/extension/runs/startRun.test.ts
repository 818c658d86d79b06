import { describe, expect, it } from 'vitest';
import { Sentence } from '../../../../src/extension/failures.ts';
import { startRun, type RunWish, type StartRunDeps } from '../../../../src/extension/runs/startRun.ts';
import type { PreparedRun, ProviderChoice } from '../../../../src/protocol/engineProtocol.ts';

const REHEARSAL: ProviderChoice = { name: 'rehearsal', rehearsal: true, host: null, key: 'notNeeded', problem: null };
const OPENAI: ProviderChoice = {
  name: 'openai',
  rehearsal: false,
  host: 'api.openai.com',
  key: 'environment',
  problem: null,
};

const PREPARED: PreparedRun = {
  preparedId: 'p1',
  planHash: '0123456789abcdef'.repeat(4),
  provider: OPENAI,
  rows: 250_000,
  notPlannedRows: 3,
  chunks: 37,
  greatestCostUsd: 18.4,
  maxUsd: 50,
  resultsUri: '/data/posts.results',
  resultsExist: false,
  unfinishedRunId: null,
  warnings: [],
};

interface Script {
  readonly provider?: ProviderChoice;
  readonly prepared?: Partial<PreparedRun>;
  /** What the person says to each question, in order. */
  readonly says?: readonly (string | undefined)[];
  readonly rehearse?: boolean;
  readonly hasKey?: boolean;
  readonly beginFails?: Error;
}

async function play({ provider = OPENAI, prepared, says = [], rehearse = false, hasKey = true, beginFails }: Script) {
  const calls: string[] = [];
  const questions: string[] = [];
  const doing: (string | null)[] = [];
  const answers = [...says];
  const ready: PreparedRun = { ...PREPARED, provider: rehearse ? REHEARSAL : provider, ...prepared };
  const deps: StartRunDeps = {
    call: (async (method: string, params: object) => {
      calls.push(`${method} ${JSON.stringify(params)}`);
      if (method === 'providers/list') return [provider, REHEARSAL];
      if (method === 'run/prepare') return ready;
      if (method === 'run/begin' && beginFails !== undefined) throw beginFails;
      return method === 'run/begin' ? { runId: 'r9' } : null;
    }) as StartRunDeps['call'],
    ask: {
      confirm: async (message, detail, actions) => {
        questions.push([message, detail, actions.join('|')].join('\n'));
        return answers.shift();
      },
      pick: async (_title, items) => {
        questions.push(items.map(({ label, description }) => `${label}: ${description}`).join('\n'));
        return provider.name;
      },
      folder: async () => undefined,
      secret: async () => undefined,
      tell: async () => undefined,
    },
    askKey: async () => hasKey,
    withProgress: (_title, work) => work(new AbortController().signal),
  };
  const wish: RunWish = {
    jobPath: '/data/posts.tranche.json',
    shownPlanHash: 'shown',
    rehearse,
    say: (words) => doing.push(words),
  };
  const started = await startRun(deps, wish).catch((error: unknown) =>
    error instanceof Error ? error.message : 'odd',
  );
  return { started, questions, calls, methods: calls.map((call) => call.split(' ')[0]), doing };
}

describe('a run', () => {
  it('states rows, files, plan, greatest cost and where results go before it begins', async () => {
    const { started, questions, calls, doing } = await play({ says: ['Run'] });
    expect(questions).toEqual([
      '$(beaker) rehearsal: no key, no cost\n$(cloud) openai: api.openai.com',
      [
        'Run posts at openai (api.openai.com)?',
        '249,997 of 250,000 rows in 37 files',
        'Plan 0123456789ab',
        'Costs at most $18.40 (the cap is $50.00)',
        'Results go to /data/posts.results',
        'Run',
      ].join('\n'),
    ]);
    expect(started).toEqual({ runId: 'r9' });
    expect(calls.at(-1)).toBe(
      'run/begin {"preparedId":"p1","acceptedCostUsd":18.4,"replaceResults":false,"another":false}',
    );
    expect(doing).toEqual(['Planning the run of posts…', null]);
  });

  it('is not begun without a yes, and what was prepared is let go of', async () => {
    const { started, methods } = await play({ says: [undefined] });
    expect(started).toBeNull();
    expect(methods).toEqual(['providers/list', 'run/prepare', 'run/discard']);
  });

  it('asks expressly where the price is not known', async () => {
    const { questions, calls } = await play({ prepared: { greatestCostUsd: null }, says: ['Run at Unknown Cost'] });
    expect(questions[1]).toMatch(/What it costs is not known.*\n.*\nRun at Unknown Cost$/);
    expect(calls.at(-1)).toContain('"acceptedCostUsd":"unknown"');
  });

  it('replaces results only where a person said so', async () => {
    const { questions, calls } = await play({ prepared: { resultsExist: true }, says: ['Replace Results and Run'] });
    expect(questions[1]).toContain('Replaces the results in /data/posts.results\nReplace Results and Run');
    expect(calls.at(-1)).toContain('"replaceResults":true');
  });

  it('goes on with an unfinished run of the plan rather than pay twice', async () => {
    const { started, methods } = await play({ prepared: { unfinishedRunId: 'r1' }, says: ['Go On With It'] });
    expect(started).toEqual({ runId: 'r1' });
    expect(methods).toEqual(['providers/list', 'run/prepare', 'run/resume', 'run/discard']);
    const another = await play({ prepared: { unfinishedRunId: 'r1' }, says: ['Start Another', 'Run'] });
    expect(another.calls.at(-1)).toContain('"another":true');
  });

  it('asks for a key that is missing, and ends without one', async () => {
    const missing: ProviderChoice = { ...OPENAI, key: 'missing' };
    expect((await play({ provider: missing, hasKey: false })).methods).toEqual(['providers/list']);
    expect((await play({ provider: missing, says: ['Run'] })).started).toEqual({ runId: 'r9' });
  });

  it('says why a provider cannot be used', async () => {
    const broken: ProviderChoice = { ...OPENAI, problem: 'Its address is no address.' };
    expect((await play({ provider: broken })).started).toBe('Its address is no address.');
  });

  it('says that it may have begun where the engine dies in between', async () => {
    const gone = new Sentence('internal', 'gone', true);
    const { started } = await play({ says: ['Run'], beginFails: gone });
    expect(started).toMatch(/If it had begun, it is in Runs and goes on\.$/);
  });
});

describe('a rehearsal', () => {
  it('needs no question, since it costs nothing', async () => {
    const { started, questions } = await play({ rehearse: true, prepared: { greatestCostUsd: 0 } });
    expect(started).toEqual({ runId: 'r9' });
    expect(questions).toEqual([]);
  });

  it('asks before it replaces results', async () => {
    const { questions } = await play({ rehearse: true, prepared: { resultsExist: true, greatestCostUsd: 0 } });
    expect(questions[0]).toContain('Rehearse posts?');
    expect(questions[0]).toContain('Costs nothing');
  });
});
