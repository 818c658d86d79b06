import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RowCounts } from '../../../../src/core/model/outcome.ts';
import { collectForRun, KEYS_FILE, resultsForRun } from '../../../../src/core/pipeline/collectForRun.ts';
import type { RunDocument } from '../../../../src/core/pipeline/runDocument.ts';
import { replayRun } from '../../../../src/core/runs/replay.ts';
import { countsOf, sumCounts } from '../../../../src/core/runs/rowCounts.ts';
import type { RunEvent, SavedFile } from '../../../../src/core/runs/runEvents.ts';
import type { RunState } from '../../../../src/core/runs/runState.ts';
import { newHasher } from '../../../../src/platform/newHasher.ts';
import { openResultFolder } from '../../../../src/platform/resultFiles.ts';
import { runCreated } from '../../../scenario/runWorld.ts';
import { chatLine, jobOf, keptFile, memorySource, NEVER, noCodecs } from '../collect/collectFixtures.ts';

const ROWS = 4;
const OUTPUT = 'answers/chunk-0001-a1.output.jsonl';
const document = {
  version: 1,
  runId: 'r',
  job: jobOf('/v1/chat/completions', {}),
  plan: { planHash: 'h', rows: ROWS, chunks: [{ index: 1, firstRow: 0, endRow: ROWS, requests: ROWS }] },
  replace: false,
} as unknown as RunDocument;

const line = (row: number, text = 'yes'): string => `${JSON.stringify(chatLine(`r${row}`, text))}\n`;
const whole = Array.from({ length: ROWS }, (_, row) => line(row)).join('');

let parent = '';
let files: Map<string, Uint8Array>;
beforeEach(async () => {
  parent = await mkdtemp(path.join(tmpdir(), 'tranche-collect-'));
  const rows = Array.from({ length: ROWS }, (_, row) => ({ texts: [`r${row}`, `r${row}`], chunk: 1 }));
  const id = { name: 'id', type: { kind: 'utf8' }, nullable: false } as const;
  files = new Map([[KEYS_FILE, await keptFile([id], [], rows)]]);
});
afterEach(() => rm(parent, { recursive: true }));

function put(text: string): SavedFile {
  const bytes = new TextEncoder().encode(text);
  files.set(OUTPUT, bytes);
  return { name: OUTPUT, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

const deps = () => ({
  openFile: async (name: string) => memorySource(name, files.get(name) ?? new Uint8Array()),
  codecs: noCodecs as never,
  folder: openResultFolder(path.join(parent, 'out'), 'r'),
  packer: null,
  newHasher,
});

function collect(output: SavedFile): Promise<RowCounts> {
  const answers = { chunk: 1, attempt: 1, rows: ROWS, end: 'completed', output, errors: null } as const;
  return collectForRun(document, deps())({ ...answers, problems: [] }, NEVER);
}

function stateOf(output: SavedFile, counts: RowCounts): RunState {
  const events: RunEvent[] = [
    runCreated(1, ROWS),
    {
      type: 'terminal',
      batchId: 'b',
      chunk: 1,
      attempt: 1,
      status: 'completed',
      counts: null,
      outputFileId: 'f',
      errorFileId: null,
      usage: null,
      problems: [],
    },
    { type: 'downloaded', chunk: 1, attempt: 1, output, errors: null },
    { type: 'chunkDone', chunk: 1, attempt: 1, end: 'completed', counts },
  ];
  return replayRun(events.map((event, at) => ({ ...event, seq: at + 1, at: new Date(0).toISOString(), fence: 1 })));
}

describe('the answers of a run', () => {
  it('are counted and written where they are as they were downloaded', async () => {
    const output = put(whole);
    const counts = await collect(output);
    expect(counts).toEqual(countsOf('ok', ROWS));
    const { rows } = await resultsForRun(document, stateOf(output, counts), deps(), NEVER);
    expect(rows).toEqual(counts);
  });

  it('are not counted where the file was cut, which is named', async () => {
    const output = put(whole);
    put(whole.slice(0, whole.length / 2));
    await expect(collect(output)).rejects.toMatchObject({ code: 'corrupt' });
    await expect(collect(output)).rejects.toThrow(`${OUTPUT} has ${output.bytes / 2} bytes, but ${output.bytes} were`);
  });

  it('are not written where a byte of the file is another, which is named', async () => {
    const output = put(whole);
    put(whole.replace('yes', 'yep'));
    const written = resultsForRun(document, stateOf(output, countsOf('ok', ROWS)), deps(), NEVER);
    await expect(written).rejects.toMatchObject({ code: 'corrupt' });
    await expect(written).rejects.toThrow(`${OUTPUT} was changed since it was downloaded`);
    expect(await readdir(parent)).toEqual([]);
  });

  it('are not published where their rows are not those that were counted', async () => {
    const output = put(whole);
    const counts = sumCounts([countsOf('ok', 3), countsOf('failed', 1)]);
    const written = resultsForRun(document, stateOf(output, counts), deps(), NEVER);
    await expect(written).rejects.toMatchObject({ code: 'corrupt' });
    await expect(written).rejects.toThrow('counted 3 rows as ok, but its files now hold 4');
    expect(await readdir(parent)).toEqual([]);
  });
});
