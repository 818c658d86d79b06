/** `63 %` of what is under way: never 100 %, since then it would be over. */
export function percentText(done: number, total: number): string {
  const share = total <= 0 ? 0 : Math.floor((100 * Math.max(0, done)) / total);
  return `${Math.min(99, share)} %`;
}
