/** A column as a person names it: quoted names are one column's name, others may be a path through structs (`a.b`). */
export interface ColumnReference {
  readonly name: string;
  readonly quoted: boolean;
}

/** A piece of a template: text as it stands, or a column. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  /** Half-open range [at, end) of the text, braces included. */
  | { readonly kind: 'column'; readonly reference: ColumnReference; readonly at: number; readonly end: number };

/** A text taken apart at its placeholders. */
export interface ParsedPlaceholders {
  /** Texts and columns in order; no empty texts, never two texts in a row. Empty if there is a problem. */
  readonly parts: readonly TemplatePart[];
  /** What is wrong and at which index of the text; one sentence without a full stop at the start of which the place can be named. */
  readonly problem: { readonly at: number; readonly sentence: string } | null;
}

const OPEN = '{{';
const CLOSE = '}}';
const PLAIN_NAME = /^[^{}"\r\n]+$/;
const QUOTED = /"(?:[^"\\]|\\.)*"/y;
const SPACE = /\s*/y;

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

function unquoted(text: string): string | null {
  try {
    const name: unknown = JSON.parse(text);
    return typeof name === 'string' ? name : null;
  } catch {
    return null;
  }
}

type Read = { readonly reference: ColumnReference; readonly end: number } | { readonly sentence: string };

function readQuoted(text: string, at: number): Read {
  const quoted = matchAt(QUOTED, text, at);
  const name = quoted === null ? null : unquoted(quoted);
  if (quoted === null || name === null || name === '') {
    return { sentence: 'the name in quotes must be a JSON string that is not empty, as in {{"odd name"}}' };
  }
  const end = at + quoted.length + (matchAt(SPACE, text, at + quoted.length)?.length ?? 0);
  if (!text.startsWith(CLOSE, end))
    return { sentence: `the placeholder {{${quoted} must end with }} after the quotes` };
  return { reference: { name, quoted: true }, end: end + CLOSE.length };
}

/** Reads the placeholder whose braces open at `at`. */
function readPlaceholder(text: string, at: number): Read {
  const start = at + OPEN.length;
  const inside = start + (matchAt(SPACE, text, start)?.length ?? 0);
  if (text[inside] === '"') return readQuoted(text, inside);
  const close = text.indexOf(CLOSE, start);
  if (close < 0) return { sentence: 'a placeholder opens with {{ and never closes; write {{{{ for two braces' };
  const name = text.slice(start, close).trim();
  if (name === '') return { sentence: 'the placeholder {{}} names no column; write {{{{ for two braces' };
  if (!PLAIN_NAME.test(name)) {
    return {
      sentence: 'a placeholder whose name holds braces, quotes or line ends must quote it, as in {{"odd name"}}',
    };
  }
  return { reference: { name, quoted: false }, end: close + CLOSE.length };
}

/** Takes a text with placeholders (`{{column}}`, `{{a.b}}`, `{{"odd name"}}`; `{{{{` stands for `{{`, and `{{{a}}}` is a column in braces) apart, in one pass from the left. */
export function parsePlaceholders(text: string): ParsedPlaceholders {
  const parts: TemplatePart[] = [];
  let literal = '';
  let from = 0;
  const endLiteral = (): void => {
    if (literal !== '') parts.push({ kind: 'text', text: literal });
    literal = '';
  };
  for (let at = text.indexOf(OPEN); at >= 0; at = text.indexOf(OPEN, from)) {
    literal += text.slice(from, at);
    if (text.startsWith(OPEN + OPEN, at)) {
      literal += OPEN;
      from = at + OPEN.length * 2;
      continue;
    }
    if (text[at + 2] === '{') {
      literal += '{'; // a brace before a placeholder
      from = at + 1;
      continue;
    }
    const read = readPlaceholder(text, at);
    if ('sentence' in read) return { parts: [], problem: { at, sentence: read.sentence } };
    endLiteral();
    parts.push({ kind: 'column', reference: read.reference, at, end: read.end });
    from = read.end;
  }
  literal += text.slice(from);
  endLiteral();
  return { parts, problem: null };
}

/** The reference that a column named outside of braces is (`limits.truncate`): `a.b` or `"odd name"`, as in a placeholder. Null if it is none. */
export function columnReference(written: string): ColumnReference | null {
  const { parts, problem } = parsePlaceholders(`{{${written}}}`);
  const [only] = parts;
  return problem === null && parts.length === 1 && only?.kind === 'column' ? only.reference : null;
}
