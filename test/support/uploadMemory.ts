import { openOpenaiBatchApi } from '../../src/platform/openaiBatchApi.ts';
import { openProxyFetch } from '../../src/platform/proxyFetch.ts';
import { proxyOf } from '../../src/platform/proxyOf.ts';

/** Uploads one file eight times at once, through a proxy if one is named, and prints by how many bytes the process grew meanwhile. */
const [baseUrl = '', path = '', size = '0', proxy = ''] = process.argv.slice(2);
const found = proxyOf(baseUrl, { HTTP_PROXY: proxy, HTTPS_PROXY: proxy, NO_PROXY: '' });
const way = found === null ? null : await openProxyFetch(found);
const api = openOpenaiBatchApi(
  {
    baseUrl,
    apiKey: 'none',
    keyName: null,
    project: null,
    organization: null,
    inputExpiresAfterSeconds: null,
  },
  way,
);
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
await way?.close();
