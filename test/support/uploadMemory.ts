import { openOpenaiBatchApi } from '../../src/platform/openaiBatchApi.ts';

/** Uploads one file eight times at once and prints by how many bytes the process grew meanwhile. */
const [baseUrl = '', path = '', size = '0'] = process.argv.slice(2);
const api = openOpenaiBatchApi({
  baseUrl,
  apiKey: 'none',
  keyName: null,
  project: null,
  organization: null,
  inputExpiresAfterSeconds: null,
});
const base = process.memoryUsage().rss;
let peak = base;
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage().rss);
}, 5);
const signal = new AbortController().signal;
const upload = (at: number) =>
  api.upload({ name: `${at}.jsonl`, sizeBytes: Number(size), body: { kind: 'file', path } }, () => undefined, signal);
await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(upload));
clearInterval(watch);
process.stdout.write(String(peak - base));
