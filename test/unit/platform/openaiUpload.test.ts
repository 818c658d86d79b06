import { execFile } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRehearsal, type RehearsalServer } from '../../../src/rehearsal/startRehearsal.ts';
import { openProxyServer } from '../../support/proxyServer.ts';

let folder = '';
let service: RehearsalServer | undefined;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tranche-upload-'));
  service = await startRehearsal({ folder: path.join(folder, 'service') });
});
afterAll(async () => {
  await service?.close();
  await rm(folder, { recursive: true, force: true });
});

describe('uploads', () => {
  it.each(['straight', 'through a proxy'])(
    'need memory independent of what is sent: eight at once, 360 MB in all, %s, stay under 100 MB',
    async (way) => {
      const proxy = way === 'straight' ? null : await openProxyServer();
      const script = path.join(folder, 'upload.mjs');
      await build({
        entryPoints: [fileURLToPath(new URL('../../support/uploadMemory.ts', import.meta.url))],
        bundle: true,
        platform: 'node',
        format: 'esm',
        outfile: script,
        logLevel: 'error',
        banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
      });
      const sizeBytes = 45_000_000;
      const file = path.join(folder, 'big.jsonl');
      const line = `{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"x":"${'y'.repeat(920)}"}}\n`;
      const handle = await open(file, 'w');
      const block = Buffer.from(line.repeat(1000));
      for (let left = sizeBytes; left > 0; left -= block.length) await handle.appendFile(block.subarray(0, left));
      await handle.close();
      const { stdout } = await promisify(execFile)(process.execPath, [
        script,
        service?.url ?? '',
        file,
        String(sizeBytes),
        proxy?.url ?? '',
      ]);
      await proxy?.close();
      expect(proxy?.seen.length ?? 8).toBe(8);
      expect(Number(stdout)).toBeLessThan(100_000_000);
    },
  );
});
