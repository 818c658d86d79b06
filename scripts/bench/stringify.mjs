// node stringify.mjs SOURCE.jsonl OUT: what a plain script does: one JSON.stringify and one write per row.
import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { once } from 'node:events';

const [, , source, out] = process.argv;
const file = createWriteStream(out, { highWaterMark: 4 << 20 });
for await (const row of createInterface({ input: createReadStream(source, { highWaterMark: 1 << 20 }) })) {
  const { id, text } = JSON.parse(row);
  const messages = [
    { role: 'system', content: 'Classify the post by topic.' },
    { role: 'user', content: text },
  ];
  const line = JSON.stringify({
    custom_id: id,
    method: 'POST',
    url: '/v1/chat/completions',
    body: { model: 'gpt-4o-mini', messages },
  });
  if (!file.write(`${line}\n`)) await once(file, 'drain');
}
file.end();
await once(file, 'finish');
