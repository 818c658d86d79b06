import { TrancheError } from '../../errors.ts';
import type { DatasetFile } from '../../model/dataset.ts';
import type { ByteSource } from '../../ports.ts';
import type { ReadEnv } from '../formatReader.ts';
import type { FileDescription } from '../../model/fileDescription.ts';
import { RecordProblem } from '../textFile/recordProblem.ts';
import { CONVERT, decodeUtf8, invalidUtf8At } from '../textFile/textEncoding.ts';
import { textHead } from '../textFile/textHead.ts';
import type { TextOptions } from '../textFile/textOptions.ts';
import { jsonObjectStart } from './jsonRecord.ts';
import { jsonMembers } from './jsonText.ts';

const LF = 10;

/** A file's columns: the keys of its first lines, in order of first appearance. */
export async function describeJsonl(
  source: ByteSource,
  file: DatasetFile,
  env: ReadEnv,
  options: TextOptions,
  signal: AbortSignal,
): Promise<FileDescription> {
  const size = { sampleBytes: options.sampleBytes, maxBytes: options.maxRecordBytes };
  const { bytes, markBytes, isAll } = await textHead(
    source,
    file,
    env.codecs,
    size,
    (head) => head.includes(LF),
    signal,
  );
  const keys = new Set<string>();
  let row = 0;
  let line = 0;
  for (let from = 0; ; line++) {
    const end = bytes.indexOf(LF, from);
    if (end < 0) break;
    row += readKeys(bytes.subarray(from, end), keys, `${source.name}: row ${row + 1} (line ${line + 1})`);
    from = end + 1;
  }
  if (line === 0 && bytes.length > 0) {
    const most = options.maxRecordBytes / 1e6;
    throw new TrancheError(
      'badData',
      `${source.name}: row 1 (line 1) is longer than ${most} MB, the most one line may have; a JSON Lines file has one object a line.`,
    );
  }
  const isWhole = isAll || (file.compression === 'none' && markBytes + bytes.length >= source.sizeBytes);
  const told = `its columns are the keys of its first ${bytesShown(markBytes + bytes.length)}; a key that comes later is looked for where it is named.`;
  return {
    columns: [...keys].map((name) => ({ name, type: { kind: 'json' }, nullable: true })),
    rows: null,
    columnFacts: new Map(),
    moreColumns: !isWhole,
    notices: isWhole ? [] : [told],
    identity: { from: 0, to: source.sizeBytes },
  };
}

function bytesShown(bytes: number): string {
  return bytes < 1e6 ? `${bytes} bytes` : `${Math.round(bytes / 1e6)} MB`;
}

/** Adds a line's keys; returns the rows it is: 0 or 1. */
function readKeys(line: Uint8Array, keys: Set<string>, place: string): 0 | 1 {
  const text = decodeUtf8(line);
  if (text === undefined)
    throw new TrancheError('badData', `${place} is not UTF-8 (byte ${invalidUtf8At(line)} of the line); ${CONVERT}.`);
  try {
    const start = jsonObjectStart(text);
    if (start < 0) return 0;
    for (const { key } of jsonMembers(text, start)) keys.add(key);
    return 1;
  } catch (error) {
    if (!(error instanceof RecordProblem)) throw error;
    throw new TrancheError('badData', `${place} ${error.message}.`);
  }
}
