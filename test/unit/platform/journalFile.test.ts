import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RecordedEvent, RunEvent } from '../../../src/core/runs/runEvents.ts';
import { openJournal, readJournal } from '../../../src/platform/journalFile.ts';
import { systemClock } from '../../../src/platform/systemClock.ts';

const clock = systemClock();
let folder = '';
let file = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tranche-journal-'));
  file = path.join(folder, 'journal.jsonl');
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

const note = (message: string): RunEvent => ({ type: 'note', message });
const messages = (records: readonly RecordedEvent[]): string[] =>
  records.map((record) => (record.type === 'note' ? record.message : record.type));

async function write(fence: number, ...texts: string[]): Promise<void> {
  const journal = await openJournal(file, fence, clock);
  for (const text of texts) await journal.append(note(text));
  await journal.close();
}

describe('the journal file', () => {
  it('keeps events in order, numbered from 1, with time and fence', async () => {
    await write(3, 'a', 'b');
    const records = await readJournal(file);
    expect(records).toMatchObject([
      { seq: 1, fence: 3, type: 'note', message: 'a' },
      { seq: 2, fence: 3, type: 'note', message: 'b' },
    ]);
    expect(Date.parse(records[0]?.at ?? '')).toBeGreaterThan(Date.now() - 60_000);
  });

  it('is on the disk when append resolves, and keeps the order of concurrent calls', async () => {
    const journal = await openJournal(file, 1, clock);
    const texts = Array.from({ length: 300 }, (_, at) => `${at} Grüße 😀`);
    const seen: string[] = [];
    await Promise.all(
      texts.map(async (text) => {
        await journal.append(note(text));
        seen.push(text);
        if (seen.length === 1) expect(messages(await readJournal(file))).toContain(text);
      }),
    );
    expect(seen).toEqual(texts);
    expect(messages(await readJournal(file))).toEqual(texts);
    await journal.close();
  });

  it('goes on after the last event when it is opened again', async () => {
    await write(1, 'a');
    await write(2, 'b');
    expect((await readJournal(file)).map(({ seq, fence }) => [seq, fence])).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it('is empty when there is none', async () => {
    expect(await readJournal(path.join(folder, 'no.jsonl'))).toEqual([]);
  });

  it('drops a torn last line, wherever it is cut, and goes on', async () => {
    await write(1, 'one ü', 'two', 'three "quoted"');
    const whole = await readFile(file);
    const ends = [...whole.keys()].filter((at) => whole[at] === 10).map((at) => at + 1);
    for (let size = 0; size <= whole.length; size += 1) {
      await writeFile(file, whole.subarray(0, size));
      const kept = ends.filter((end) => end <= size).length;
      expect(await readJournal(file)).toHaveLength(kept);
      if (size % 17 !== 0) continue;
      await write(2, 'next');
      const records = await readJournal(file);
      expect(records).toHaveLength(kept + 1);
      expect(records.at(-1)).toMatchObject({ seq: kept + 1, message: 'next' });
    }
  });

  it('names file and line of a broken line in the middle', async () => {
    await write(1, 'one', 'two', 'three');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('two', 'tow'));
    await expect(readJournal(file)).rejects.toMatchObject({
      code: 'corrupt',
      message: expect.stringContaining(`Line 2 of ${file}`) as string,
    });
    await expect(openJournal(file, 2, clock)).rejects.toMatchObject({ code: 'corrupt' });
  });

  it('notices any changed byte', async () => {
    await write(1, 'one', 'two', 'three');
    const whole = await readFile(file);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const broken = Buffer.from(whole);
        broken[at] = (broken[at] ?? 0) ^ flip;
        await writeFile(file, broken);
        const read = await readJournal(file).catch((error: { code: string }) => error.code);
        const isShorter = Array.isArray(read) && read.length < 3;
        expect(read === 'corrupt' || isShorter).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('names a line that is missing', async () => {
    await write(1, 'one', 'two', 'three');
    const lines = (await readFile(file, 'utf8')).split('\n');
    await writeFile(file, [lines[0], lines[2], ''].join('\n'));
    await expect(readJournal(file)).rejects.toThrow('is event 3 where 2 belongs');
  });

  it('passes over what a former owner still wrote after a new one had begun', async () => {
    const old = await openJournal(file, 1, clock);
    await old.append(note('old 1'));
    const fresh = await openJournal(file, 2, clock);
    await old.append(note('old 2'));
    await fresh.append(note('new 2'));
    await old.append(note('old 3'));
    await fresh.append(note('new 3'));
    const kept = messages(await readJournal(file));
    expect(kept.filter((text) => text.startsWith('new'))).toEqual(['new 2', 'new 3']);
    expect(kept).not.toContain('old 3');
    await Promise.all([old.close(), fresh.close()]);
    await write(3, 'newest');
    expect(messages(await readJournal(file)).at(-1)).toBe('newest');
  });

  it('says that the disk is full, and takes nothing more after that', async () => {
    const journal = await openJournal(file, 1, clock);
    await journal.append(note('fits'));
    const handle = await open(file);
    const kind = Object.getPrototypeOf(handle) as { datasync: () => Promise<void> };
    await handle.close();
    vi.spyOn(kind, 'datasync').mockRejectedValueOnce(Object.assign(new Error('no'), { code: 'ENOSPC' }));
    const full = { code: 'disk', message: expect.stringContaining('disk is full') as string };
    await expect(journal.append(note('lost'))).rejects.toMatchObject(full);
    await expect(journal.append(note('later'))).rejects.toMatchObject(full);
    await journal.close();
  });
});
