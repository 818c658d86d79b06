import type { Column, ColumnPath } from '../model/columnType.ts';
import type { Job } from '../model/job.ts';
import { countedTexts } from '../profile/countedTexts.ts';
import { parsePlaceholders } from '../render/placeholders.ts';
import { resolveColumn } from '../render/resolveColumn.ts';

/** The texts of a request that a model reads, for counting tokens. Plain data. */
export interface RequestTexts {
  /** Texts without a placeholder: the same in every line. */
  readonly fixed: readonly string[];
  /** Texts with placeholders: literals and indexes into the template's columns, in turn. */
  readonly filled: readonly (readonly (string | number)[])[];
  /** Tokens that frame every request besides its texts. */
  readonly framingTokens: number;
}

/** The texts with placeholders, filled; `textOf` gives the text of the template's column `index`. */
export function filledTexts({ filled }: RequestTexts, textOf: (index: number) => string): string[] {
  return filled.map((parts) => parts.map((part) => (typeof part === 'number' ? textOf(part) : part)).join(''));
}

/** Gathers the texts of a job's request; `used` are the template's columns. */
export function requestTexts(
  request: Job['request'],
  columns: readonly Column[],
  used: readonly ColumnPath[],
): RequestTexts {
  const { texts, framingTokens } = countedTexts(request.endpoint, request.body);
  const indexOf = (path: ColumnPath): number => used.findIndex((one) => JSON.stringify(one) === JSON.stringify(path));
  const fixed: string[] = [];
  const filled: (string | number)[][] = [];
  for (const text of texts) {
    const { parts } = parsePlaceholders(text);
    if (!parts.some((part) => part.kind === 'column')) fixed.push(text);
    else {
      filled.push(
        parts.map((part) =>
          part.kind === 'text' ? part.text : indexOf(resolveColumn(part.reference, columns, 'The placeholder')),
        ),
      );
    }
  }
  return { fixed, filled, framingTokens };
}
