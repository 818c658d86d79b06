import { TrancheError } from '../errors.ts';
import { bodyAt } from '../model/body.ts';
import type { BodyNode } from '../model/body.ts';
import type { Column, ColumnPath } from '../model/columnType.ts';
import type { Job } from '../model/job.ts';
import { jsonText } from './jsonText.ts';
import { parsePlaceholders } from './placeholders.ts';
import type { TemplatePart } from './placeholders.ts';
import { resolveColumn } from './resolveColumn.ts';

/** Part of every plan's hash: goes up when the same template and values would give other bytes. */
export const RENDERER_VERSION = 1;

/** The slot of the custom_id. */
export const ID_SLOT = -1;

/** A line with the places where a row's texts go. Plain data: it crosses to workers. */
export interface LineTemplate {
  /** Texts around the slots, one more than slots, already JSON-escaped; the last ends with the newline. */
  readonly literals: readonly string[];
  /** What stands between literals i and i + 1: `ID_SLOT`, or an index into `columns`. */
  readonly slots: readonly number[];
  /** The columns used, each once, in order of first use. */
  readonly columns: readonly ColumnPath[];
  /** Inputs of one line (embeddings: 1, or the texts of the list); null for other endpoints. */
  readonly inputsPerRequest: number | null;
  /** Indexes into `columns`: where all columns of one group are empty texts, an embeddings input is, and counts as null. */
  readonly neverEmpty: readonly (readonly number[])[];
}

/** Gathers literals and slots from left to right. */
function openLineBuilder(columns: readonly Column[]) {
  const literals: string[] = [];
  const slots: number[] = [];
  const paths: ColumnPath[] = [];
  const known = new Map<string, number>();
  let literal = '';
  const slot = (index: number): void => {
    literals.push(literal);
    slots.push(index);
    literal = '';
  };
  const columnIndex = (part: TemplatePart & { kind: 'column' }, text: string): number => {
    const path = resolveColumn(part.reference, columns, `The placeholder ${text.slice(part.at, part.end)}`);
    const key = JSON.stringify(path);
    const index = known.get(key) ?? paths.push(path) - 1;
    known.set(key, index);
    return index;
  };
  return {
    write: (text: string): void => {
      literal += text;
    },
    slot,
    columnIndex,
    end: () => ({ literals: [...literals, literal], slots, columns: paths }),
  };
}

type LineBuilder = ReturnType<typeof openLineBuilder>;

function partsOf(text: string): readonly TemplatePart[] {
  const { parts, problem } = parsePlaceholders(text);
  if (problem !== null) throw new TrancheError('badJob', `In the request's body, ${problem.sentence}.`);
  return parts;
}

function writeText(line: LineBuilder, text: string): void {
  line.write('"');
  for (const part of partsOf(text)) {
    if (part.kind === 'text') line.write(jsonText(part.text));
    else line.slot(line.columnIndex(part, text));
  }
  line.write('"');
}

function writeNode(line: LineBuilder, node: BodyNode): void {
  if (typeof node === 'string') writeText(line, node);
  else if (typeof node !== 'object' || node === null) line.write(JSON.stringify(node));
  else if ('items' in node) {
    node.items.forEach((item, index) => {
      line.write(index === 0 ? '[' : ',');
      writeNode(line, item);
    });
    line.write(node.items.length === 0 ? '[]' : ']');
  } else {
    node.entries.forEach(([key, value], index) => {
      line.write(`${index === 0 ? '{' : ','}"${jsonText(key)}":`);
      writeNode(line, value);
    });
    line.write(node.entries.length === 0 ? '{}' : '}');
  }
}

/** The texts of an embeddings request's input; a list of tokens is one input, and a list of such lists has no texts either. */
function embeddingInputs(body: BodyNode): { readonly count: number; readonly texts: readonly string[] } {
  const input = bodyAt(body, 'input');
  if (typeof input === 'string') return { count: 1, texts: [input] };
  if (typeof input !== 'object' || input === null || !('items' in input) || input.items.length === 0) {
    throw new TrancheError('badJob', 'The request\'s body needs "input": the text, or the list of texts, to embed.');
  }
  const texts = input.items.filter((item) => typeof item === 'string');
  return { count: typeof input.items[0] === 'number' ? 1 : input.items.length, texts };
}

function neverEmptyGroup(line: LineBuilder, text: string): number[] | null {
  const parts = partsOf(text);
  if (parts.length === 0) throw new TrancheError('badJob', 'An input of the request\'s body is the empty text "".');
  const indexes = parts.map((part) => (part.kind === 'column' ? line.columnIndex(part, text) : null));
  const columns = indexes.filter((index) => index !== null);
  return columns.length < indexes.length ? null : [...new Set(columns)];
}

/** The line of a job's request over a dataset's columns. `badJob` for a broken placeholder or one that names no column of the dataset. */
export function makeTemplate(request: Job['request'], columns: readonly Column[]): LineTemplate {
  const line = openLineBuilder(columns);
  line.write('{"custom_id":"');
  line.slot(ID_SLOT);
  line.write(`","method":"POST","url":"${jsonText(request.endpoint)}","body":`);
  writeNode(line, request.body);
  line.write('}\n');
  const inputs = request.endpoint === '/v1/embeddings' ? embeddingInputs(request.body) : null;
  const groups = (inputs?.texts ?? []).map((text) => neverEmptyGroup(line, text)).filter((group) => group !== null);
  return { ...line.end(), inputsPerRequest: inputs?.count ?? null, neverEmpty: groups };
}
