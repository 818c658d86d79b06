import { parse, type ParseError } from 'jsonc-parser';
import { RecordProblem } from '../textFile/recordProblem.ts';
import { skipBlanks } from './jsonText.ts';

/** Where the object of a line begins in its text, -1 for a blank line; a RecordProblem if it is not one valid JSON object. */
export function jsonObjectStart(text: string): number {
  const start = skipBlanks(text, 0);
  if (start === text.length) return -1;
  try {
    JSON.parse(text);
  } catch {
    throw new RecordProblem(`is not valid JSON${errorPlace(text)}`);
  }
  if (text[start] !== '{') throw new RecordProblem('is not a JSON object; each line must be one object like {"id":1}');
  return start;
}

function errorPlace(text: string): string {
  const errors: ParseError[] = [];
  try {
    parse(text, errors, { disallowComments: true, allowTrailingComma: false });
  } catch {
    return ''; // nested too deeply to say where
  }
  const offset = errors[0]?.offset;
  return offset === undefined ? '' : ` (character ${offset + 1} of the line)`;
}
