// Counts limit violations in the files themselves: bytes over 90 MB, more than 50,000 lines, and rows in all.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

export function checkChunks(folder, maxBytes = 90_000_000, maxRequests = 50_000) {
  let violations = 0;
  let rows = 0;
  let bytes = 0;
  for (const name of readdirSync(folder).filter((file) => file.startsWith('chunk-'))) {
    const content = readFileSync(path.join(folder, name));
    let lines = 0;
    for (let at = content.indexOf(10); at >= 0; at = content.indexOf(10, at + 1)) lines++;
    if (content.length > maxBytes || lines > maxRequests || content.at(-1) !== 10) violations++;
    rows += lines;
    bytes += content.length;
  }
  return { violations, rows, bytes };
}
