import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { ReadEnv } from '../core/datasets/formatReader.ts';
import { openCodecs } from '../platform/codecs.ts';
import { localFiles } from '../platform/localFiles.ts';

/** The wasm of parquet-wasm: beside the bundle, or in node_modules when run from source. */
async function loadParquetWasm(): Promise<Uint8Array> {
  try {
    return await readFile(new URL('parquet_wasm_bg.wasm', import.meta.url));
  } catch {
    return readFile(createRequire(import.meta.url).resolve('parquet-wasm/esm/parquet_wasm_bg.wasm'));
  }
}

/** What readers need from this machine. */
export async function openReadEnv(): Promise<ReadEnv> {
  return { files: localFiles(), codecs: await openCodecs(), loadParquetWasm };
}
