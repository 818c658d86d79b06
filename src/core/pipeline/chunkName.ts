/** File name of a chunk: `chunk-0001.jsonl`. */
export function chunkName(index: number): string {
  return `chunk-${String(index).padStart(4, '0')}.jsonl`;
}
