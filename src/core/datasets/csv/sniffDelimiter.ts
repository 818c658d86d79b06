import { RecordProblem } from '../textFile/recordProblem.ts';
import { traceRecord } from './csvRecord.ts';

const CANDIDATES = [',', ';', '\t', '|'];
const MOST_RECORDS = 100;
const MOST_BYTES = 1 << 18;

/**
 * The delimiter of a CSV text that begins like this: the one by which the header has the most fields and the records after it as many;
 * where several do, in the order , ; tab | but for `.tsv`, whose tab comes first. A comma where none divides.
 */
export function sniffDelimiter(start: Uint8Array, fileName: string): string {
  const isTsv = /\.tsv(\.\w+)?$/i.test(fileName);
  const candidates = isTsv ? ['\t', ',', ';', '|'] : CANDIDATES;
  let best = { delimiter: isTsv ? '\t' : ',', score: 0 };
  for (const delimiter of candidates) {
    const score = scoreOf(start.subarray(0, MOST_BYTES), delimiter);
    if (isTsv && delimiter === '\t' && score >= 1) return delimiter;
    if (score > best.score) best = { delimiter, score };
  }
  return best.delimiter;
}

/** Fields of the header, less than 1 if the records after it have other numbers of them; 0 if the delimiter does not divide it. */
function scoreOf(sample: Uint8Array, delimiter: string): number {
  const counts = fieldCounts(sample, delimiter.charCodeAt(0));
  const header = counts[0] ?? 0;
  if (header < 2) return 0;
  const same = counts.filter((count) => count === header).length / counts.length;
  return same === 1 ? header : same / 2;
}

function fieldCounts(sample: Uint8Array, delimiter: number): number[] {
  const counts: number[] = [];
  try {
    for (let at = 0; counts.length < MOST_RECORDS;) {
      const { recordEnd, quoted } = traceRecord(delimiter);
      const end = recordEnd(sample.subarray(at));
      if (end < 0) break;
      at += end;
      if (quoted.length > 1 || end > 2) counts.push(quoted.length);
    }
  } catch (error) {
    if (!(error instanceof RecordProblem)) throw error;
    counts.push(0); // by this delimiter the quotes are broken
  }
  return counts;
}
