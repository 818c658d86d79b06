import { createScanner, findNodeAtLocation, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Node, ParseError } from 'jsonc-parser';
import { TrancheError } from '../errors.ts';

/** Where a value lies in the job file: keys and list positions from the top. */
export type JobPath = readonly (string | number)[];

/** A place in the job file, as editors count: both from 1, columns in UTF-16 units. */
export interface JobPlace {
  readonly line: number;
  readonly column: number;
}

/** The text of a job file, so that a later check can point into it. */
export interface JobSource {
  /** Base name of the job file. */
  readonly name: string;
  /** Place of the value at `path`, or of the innermost value around it that is written in the file. */
  readonly locate: (path: JobPath) => JobPlace;
  /** An error (`badJob` in a job) whose message is `name:line:column: sentence`. */
  readonly error: (path: JobPath, sentence: string, cause?: unknown) => TrancheError;
}

/** What sentences say about the kind of file. */
export interface FileWords {
  readonly code: 'badJob' | 'usage';
  /** The whole: `the job`. */
  readonly title: string;
  /** Says more of an unknown key than `nearest`, the known one it may be a slip of; null where there is nothing to say. */
  readonly explainKey: (key: string, nearest: string | null) => string | null;
}

/** A parsed job file: its source, its tree, and errors at nodes of it. */
export interface JobTree {
  readonly source: JobSource;
  readonly root: Node;
  readonly text: string;
  readonly words: FileWords;
  readonly errorAt: (node: Node, sentence: string, cause?: unknown) => TrancheError;
}

const MAX_LENGTH = 10_000_000;
const MAX_DEPTH = 100;

const PROBLEMS: Readonly<Record<string, string>> = {
  InvalidSymbol: 'this is neither a value nor a key; text stands in double quotes',
  InvalidNumberFormat: 'this number is not written as JSON has it',
  PropertyNameExpected: 'a key in double quotes is missing here',
  ValueExpected: 'a value is missing here',
  ColonExpected: 'a colon is missing here',
  CommaExpected: 'a comma is missing here',
  CloseBraceExpected: 'a closing "}" is missing here',
  CloseBracketExpected: 'a closing "]" is missing here',
  EndOfFileExpected: 'the end was here, but more follows',
  InvalidCommentToken: 'this comment is not allowed here',
  UnexpectedEndOfComment: 'the comment is not closed',
  UnexpectedEndOfString: 'the text is not closed by a double quote',
  UnexpectedEndOfNumber: 'the number ends too early',
  InvalidUnicode: '"\\u" wants four hex digits',
  InvalidEscapeCharacter: 'there is no such escape; a backslash itself is written "\\\\"',
  InvalidCharacter: 'this character must be escaped in a text',
};

function placeAt(text: string, offset: number): JobPlace {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

/** Offset of the bracket that opens the first level too deep, or -1. A parser that recurses must not see such a text. */
function tooDeepAt(text: string): number {
  const scanner = createScanner(text, true);
  let depth = 0;
  while (scanner.getPosition() < text.length) {
    scanner.scan();
    const first = scanner.getTokenLength() === 1 ? text[scanner.getTokenOffset()] : '';
    if (first === '{' || first === '[') depth += 1;
    if (first === '}' || first === ']') depth -= 1;
    if (depth > MAX_DEPTH) return scanner.getTokenOffset();
  }
  return -1;
}

function innermost(root: Node, path: JobPath): Node {
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(root, path.slice(0, length));
    if (node !== undefined) return node;
  }
  return root;
}

/** Parses JSON with comments and trailing commas, keeping places. Throws one sentence with line and column for the first thing wrong. */
export function parseJob(raw: string, jobPath: string, words: FileWords): JobTree {
  const name = jobPath.split(/[/\\]/).at(-1) ?? jobPath;
  const text = raw.startsWith('\ufeff') ? raw.slice(1) : raw;
  const at = (offset: number, sentence: string, cause?: unknown): TrancheError => {
    const { line, column } = placeAt(text, offset);
    return new TrancheError(words.code, `${name}:${line}:${column}: ${sentence}`, cause);
  };
  if (text.length > MAX_LENGTH)
    throw at(0, 'a file such as this has at most 10 million characters; put long texts in files of their own.');
  const deep = tooDeepAt(text);
  if (deep >= 0) throw at(deep, `values are nested more than ${MAX_DEPTH} deep here.`);
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first !== undefined) {
    const code = printParseErrorCode(first.error);
    throw at(first.offset, `not readable as JSON: ${PROBLEMS[code] ?? 'something is wrong here'}.`);
  }
  if (root === undefined) throw at(0, `${words.title} is empty.`);
  return {
    source: {
      name,
      locate: (path) => placeAt(text, innermost(root, path).offset),
      error: (path, sentence, cause) => at(innermost(root, path).offset, sentence, cause),
    },
    root,
    text,
    words,
    errorAt: (node, sentence, cause) => at(node.offset, sentence, cause),
  };
}
