import { appendFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RecordedEvent } from '../../../src/core/runs/runEvents.ts';
import { followJournal } from '../../../src/platform/followJournal.ts';
import { journalLine } from '../../../src/platform/journalLines.ts';
import { openWorkFolder, type WorkFolder } from '../../support/workFolder.ts';

let folder: WorkFolder;
let file: string;
beforeEach(async () => {
  folder = await openWorkFolder();
  file = path.join(folder.path, 'journal.jsonl');
});
afterEach(() => folder.remove());

const note = (seq: number, message = 'größe', fence = 1): RecordedEvent => {
  return { type: 'note', message, seq, fence, at: new Date(seq).toISOString() };
};
const messages = (events: readonly RecordedEvent[]): unknown[] =>
  events.map((event) => 'message' in event && event.message);

it('gives each event once, as soon as its line is whole', async () => {
  const journal = followJournal(file);
  expect(await journal.next()).toEqual([]);
  const second = Buffer.from(journalLine(note(2, 'zwölf')));
  const half = second.indexOf('zw') + 3; // in the middle of a character
  await writeFile(file, Buffer.concat([Buffer.from(journalLine(note(1))), second.subarray(0, half)]));
  expect(messages(await journal.next())).toEqual(['größe']);
  expect(await journal.next()).toEqual([]);
  await appendFile(file, second.subarray(half));
  await appendFile(file, journalLine(note(3, 'drei')));
  expect(messages(await journal.next())).toEqual(['zwölf', 'drei']);
});

it('reads on where a torn end was cut off by the next owner', async () => {
  const journal = followJournal(file);
  await writeFile(file, `${journalLine(note(1, 'one'))}torn`);
  expect(messages(await journal.next())).toEqual(['one']);
  await truncate(file, journalLine(note(1, 'one')).length);
  await appendFile(file, journalLine(note(2, 'two', 2)));
  expect(messages(await journal.next())).toEqual(['two']);
});

it('says where a journal is broken', async () => {
  await writeFile(file, `${journalLine(note(1))}broken\n${journalLine(note(2))}`);
  await expect(followJournal(file).next()).rejects.toMatchObject({ code: 'corrupt' });
  const cut = followJournal(file);
  await writeFile(file, journalLine(note(1)));
  await cut.next();
  await truncate(file, 3);
  await expect(cut.next()).rejects.toMatchObject({
    code: 'corrupt',
    message: expect.stringContaining('was cut') as string,
  });
});
