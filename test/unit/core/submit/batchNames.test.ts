import { describe, expect, it } from 'vitest';
import type { RemoteBatch } from '../../../../src/core/submit/batchApi.ts';
import { batchMetadata, isBatchOf, uploadName } from '../../../../src/core/submit/batchNames.ts';

const NAME = { runId: '20261124-060500-abcd', chunk: 7, attempt: 2 };
const SHA = 'abcdef0123456789'.repeat(4);

const batch = (change: Partial<RemoteBatch>): RemoteBatch => ({
  id: 'batch_1',
  status: 'validating',
  inputFileId: 'file-1',
  outputFileId: null,
  errorFileId: null,
  counts: null,
  errors: [],
  createdAtMs: 0,
  metadata: {},
  usage: null,
  ...change,
});

describe('names at the provider', () => {
  it('hold run, chunk, attempt and hash, and end in .jsonl', () => {
    expect(uploadName(NAME, SHA)).toBe('tranche-20261124-060500-abcd-0007-a2-abcdef01.jsonl');
  });

  it('stay within what metadata may hold', () => {
    const metadata = batchMetadata(NAME, { sha256: SHA, rows: 50_000, fence: 3, toolVersion: '0.1.0' });
    expect(metadata).toEqual({
      tranche_run: '20261124-060500-abcd',
      chunk: '7',
      chunk_sha256: SHA,
      rows: '50000',
      attempt: '2',
      fence: '3',
      tool_version: '0.1.0',
    });
    expect(Object.entries(metadata).every(([key, value]) => key.length <= 64 && value.length <= 512)).toBe(true);
  });
});

describe('finding a batch again', () => {
  const metadata = batchMetadata(NAME, { sha256: SHA, rows: 1, fence: 1, toolVersion: '0.1.0' });

  it.each([
    ['its metadata, whatever the file', batch({ metadata, inputFileId: null }), 'yes'],
    ['another attempt of it', batch({ metadata: { ...metadata, attempt: '1' } }), 'no'],
    ['another chunk with the same file', batch({ metadata: { ...metadata, chunk: '8' } }), 'no'],
    ['another run', batch({ metadata: { ...metadata, tranche_run: 'x' } }), 'no'],
    ['its input file where there is no metadata', batch({}), 'yes'],
    ['another file without metadata', batch({ inputFileId: 'file-2' }), 'no'],
    ['a batch that shows neither', batch({ inputFileId: null }), 'unknown'],
    ['a batch of an attempt before', batch({ id: 'old' }), 'no'],
  ])('goes by %s', (_, candidate, expected) => {
    expect(isBatchOf(candidate, NAME, 'file-1', ['old'])).toBe(expected);
  });
});
