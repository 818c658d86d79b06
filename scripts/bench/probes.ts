// Parts of the product measured by themselves; bundled by bench.mjs. node probes.mjs NAME ...
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { openChunkCutter } from '../../src/core/plan/cutChunks.ts';
import { openOpenaiBatchApi } from '../../src/platform/openaiBatchApi.ts';
import { startRehearsal } from '../../src/rehearsal/startRehearsal.ts';

const signal = new AbortController().signal;
const print = (value: object): boolean => process.stdout.write(`${JSON.stringify(value)}\n`);

/** Cuts 9 million row sizes under four limits. */
function plan(): void {
  const lengths = new Uint32Array(9_000_000).map((_, row) => 300 + ((row * 2_654_435_761) % 900));
  const tokens = lengths.map((length) => length >> 2);
  const began = performance.now();
  const cutter = openChunkCutter(
    { maxBytes: 90_000_000, maxRequests: 50_000, maxInputs: 50_000, maxTokens: 20_000_000 },
    1,
  );
  cutter.add(lengths, tokens);
  print({ ms: performance.now() - began, chunks: cutter.end().length });
}

/** Uploads the eight largest files of a folder at once to a service in another process; says how much memory that added. */
async function upload(baseUrl: string, folder: string): Promise<void> {
  const api = openOpenaiBatchApi({
    baseUrl,
    apiKey: null,
    keyName: 'none',
    project: null,
    organization: null,
    inputExpiresAfterSeconds: null,
  });
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .slice(0, 8);
  const before = process.memoryUsage().rss;
  let peak = before;
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 5);
  const began = performance.now();
  await Promise.all(
    files.map((name) => {
      const file = path.join(folder, name);
      return api.upload(
        { name, sizeBytes: statSync(file).size, body: { kind: 'file', path: file } },
        () => undefined,
        signal,
      );
    }),
  );
  clearInterval(timer);
  print({ files: files.length, addedMb: (peak - before) / 1e6, seconds: (performance.now() - began) / 1000 });
}

async function serve(folder: string): Promise<void> {
  const server = await startRehearsal({ folder });
  print({ url: server.url });
}

const [, , name, ...args] = process.argv;
if (name === 'plan') plan();
else if (name === 'upload') await upload(args[0] ?? '', args[1] ?? '');
else if (name === 'serve') await serve(args[0] ?? '');
