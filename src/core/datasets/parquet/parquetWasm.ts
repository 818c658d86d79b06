import { TrancheError } from '../../errors.ts';
import type { ReadEnv } from '../formatReader.ts';

/** The rows [offset, offset + limit) of all columns of a Parquet file in memory, as an Arrow IPC stream. Throws a plain Error. */
export type ReadNested = (file: Uint8Array, offset: number, limit: number, batchRows: number) => Uint8Array;

/** Its code is loaded once in a thread; a panic in it leaves it unusable. */
const state = { loaded: false, broken: false };

/** Loads `parquet-wasm`, when a nested column is wanted for the first time. */
export async function openParquetWasm(env: ReadEnv): Promise<ReadNested> {
  if (env.loadParquetWasm === undefined)
    throw new TrancheError('notSupported', 'Nested columns are not read here; leave them out.');
  const wasm = await import('parquet-wasm/esm');
  if (!state.loaded) wasm.initSync({ module: await env.loadParquetWasm() });
  state.loaded = true;
  return (file, offset, limit, batchRows) => {
    if (state.broken)
      throw new Error('the reader of nested columns stopped at a broken file before; run the command again');
    try {
      return wasm.readParquet(file, { offset, limit, batchSize: batchRows }).intoIPCStream();
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw asError(error);
      state.broken = true;
      throw new Error('its pages are broken', { cause: error });
    }
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
