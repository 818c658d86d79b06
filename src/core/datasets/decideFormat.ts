import { TrancheError, throwIfAborted } from '../errors.ts';
import type { DatasetFormat, FileCompression } from '../model/dataset.ts';
import type { ListedFile } from '../ports.ts';
import type { FoundFiles } from './datasetFiles.ts';
import { formatOfEnding } from './fileEnding.ts';
import type { ReadEnv } from './formatReader.ts';
import { mapLimited } from './mapLimited.ts';
import { openFile } from './openFile.ts';
import { sniffContent, type Content } from './sniffContent.ts';

const NAMES: Readonly<Record<DatasetFormat, string>> = {
  parquet: 'a Parquet file',
  arrow: 'an Arrow file',
  csv: 'a CSV file',
  jsonl: 'a JSON Lines file',
};
const AT_ONCE = 8;

interface DecidedFile {
  readonly file: ListedFile;
  readonly format: DatasetFormat;
  readonly compression: FileCompression;
  readonly notice: string | null;
}

/** The one format of all files; empty files among many are left out. */
export interface DecidedFormat {
  readonly format: DatasetFormat;
  readonly files: readonly { readonly file: ListedFile; readonly compression: FileCompression }[];
  readonly notices: readonly string[];
}

/** Looks at each file's first bytes and decides: the format asked for, else content, then the ending. `badData` names a file of none, or two of different formats. */
export async function decideFormats(
  found: FoundFiles,
  asked: DatasetFormat | null,
  env: ReadEnv,
  signal: AbortSignal,
): Promise<DecidedFormat> {
  const contents = await mapLimited(found.files, AT_ONCE, async (file) => {
    throwIfAborted(signal);
    const source = await openFile(env.files, file, signal);
    try {
      return { file, content: await sniffContent(source, env.codecs, signal) };
    } finally {
      await source.close();
    }
  });
  const full = found.many ? contents.filter(({ content }) => content.kind !== 'empty') : contents;
  const decided = full.map(({ file, content }) => decide(file, content, asked, found.many));
  const [first] = decided;
  if (first === undefined) throw new TrancheError('badData', `All ${contents.length} files are empty.`);
  const other = decided.find(({ format }) => format !== first.format);
  if (other !== undefined) {
    throw new TrancheError(
      'badData',
      `${first.file.name} is ${NAMES[first.format]} but ${other.file.name} is ${NAMES[other.format]}; name files of one format by a glob.`,
    );
  }
  const notices = decided.flatMap(({ notice }) => (notice === null ? [] : [notice]));
  const empty = contents.length - full.length;
  if (empty > 0) notices.push(`${empty} empty ${empty === 1 ? 'file was' : 'files were'} passed over.`);
  return { format: first.format, files: decided, notices };
}

function decide(file: ListedFile, content: Content, asked: DatasetFormat | null, many: boolean): DecidedFile {
  const ending = formatOfEnding(file.name);
  const expected = asked ?? ending;
  const taken = (format: DatasetFormat, compression: FileCompression, notice: string | null = null): DecidedFile => {
    return { file, format, compression, notice };
  };
  if (content.kind === 'empty') throw new TrancheError('badData', `${file.name} is empty.`);
  if (content.kind === 'foreign') return olderArrowStream(file, content, expected);
  if (content.kind === 'text' && content.isArray && expected !== 'csv')
    throw new TrancheError(
      'badData',
      `${file.name} is one JSON array; write one object a line, for example with jq -c '.[]'.`,
    );
  if (asked !== null) return asAsked(file, content, asked);
  if (content.kind === 'format') {
    const notice =
      ending === null || ending === content.format
        ? null
        : `${file.name} is ${NAMES[content.format]} in spite of its ending and is read as one.`;
    return taken(content.format, content.compression, notice);
  }
  if (ending === 'csv' || ending === 'jsonl') return taken(ending, content.compression);
  if (ending !== null) throw notOfFormat(file, ending, 'it is text');
  throw new TrancheError(
    'badData',
    many
      ? `${file.name} is of no known format (parquet, arrow, csv, jsonl); leave it out by a glob.`
      : `${file.name} is of no known format; say which by dataset.format (parquet, arrow, csv, jsonl).`,
  );
}

/** A format that was asked for holds, unless the bytes are plainly another's. */
function asAsked(
  file: ListedFile,
  content: Exclude<Content, { kind: 'empty' | 'foreign' }>,
  asked: DatasetFormat,
): DecidedFile {
  const isText = asked === 'csv' || asked === 'jsonl';
  const format = content.kind === 'format' ? content.format : null;
  if (isText && (format === 'parquet' || format === 'arrow')) throw notOfFormat(file, asked, `it is ${NAMES[format]}`);
  if (!isText && format !== asked) {
    throw notOfFormat(file, asked, format === null ? 'it is text' : `it is ${NAMES[format]}`);
  }
  return { file, format: asked, compression: content.compression, notice: null };
}

/** Streams from before Arrow 0.15 have no mark: their ending, or being asked for, must do. */
function olderArrowStream(
  file: ListedFile,
  { what, zeroAt }: Extract<Content, { kind: 'foreign' }>,
  expected: DatasetFormat | null,
): DecidedFile {
  if (what === null && expected === 'arrow') return { file, format: 'arrow', compression: 'none', notice: null };
  if (what === null && zeroAt >= 0 && (expected === 'csv' || expected === 'jsonl'))
    throw notOfFormat(file, expected, `it holds zero bytes (byte ${zeroAt + 1})`);
  const cause = what === null ? 'its first bytes are not those of one' : `it is ${what}`;
  if (expected !== null) throw notOfFormat(file, expected, cause);
  throw new TrancheError(
    'badData',
    `${file.name} is ${what ?? 'of no known format'}; Tranche reads Parquet, Arrow, CSV and JSON Lines.`,
  );
}

function notOfFormat(file: ListedFile, format: DatasetFormat, cause: string): TrancheError {
  return new TrancheError('badData', `${file.name} is not ${NAMES[format]}: ${cause}.`);
}
