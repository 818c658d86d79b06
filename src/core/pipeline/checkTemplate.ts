import { TrancheError, messageOf } from '../errors.ts';
import type { JobPath, JobSource } from '../job/jobSource.ts';
import type { BodyNode } from '../model/body.ts';
import type { Column } from '../model/columnType.ts';
import { parsePlaceholders, type ColumnReference } from '../render/placeholders.ts';
import { resolveColumn } from '../render/resolveColumn.ts';

function checkText(text: string, path: JobPath, columns: readonly Column[], source: JobSource): void {
  const { parts, problem } = parsePlaceholders(text);
  if (problem) throw source.error(path, `${problem.sentence}.`);
  for (const part of parts) {
    if (part.kind === 'text') continue;
    try {
      resolveColumn(part.reference, columns, `the placeholder ${text.slice(part.at, part.end)}`);
    } catch (error) {
      throw source.error(path, messageOf(error), error);
    }
  }
}

function checkNode(node: BodyNode, path: JobPath, columns: readonly Column[], source: JobSource): void {
  if (typeof node === 'string') checkText(node, path, columns, source);
  else if (typeof node === 'object' && node !== null) {
    if ('items' in node) node.items.forEach((item, index) => checkNode(item, [...path, index], columns, source));
    else for (const [key, value] of node.entries) checkNode(value, [...path, key], columns, source);
  }
}

/** Checks every placeholder of a job's body against the dataset's columns; `badJob` with the line and column of the job file. */
export function checkTemplate(body: BodyNode, columns: readonly Column[], source: JobSource): void {
  checkNode(body, ['request', 'body'], columns, source);
}

/** The path of a column that a setting of the job names; `badJob` with its place. */
export function columnOfSetting(
  reference: ColumnReference | null,
  path: JobPath,
  columns: readonly Column[],
  source: JobSource,
): readonly string[] {
  const setting = path.slice(0, 2).join('.');
  if (!reference)
    throw source.error(path, `${setting} names a column as a placeholder does: a.b, or "odd name" in quotes.`);
  try {
    return resolveColumn(reference, columns, `${JSON.stringify(reference.name)} in ${setting}`);
  } catch (error) {
    throw error instanceof TrancheError ? source.error(path, messageOf(error), error) : error;
  }
}
