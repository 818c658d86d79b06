import { openKernel } from '../kernel/kernel.ts';
import { formatReaders } from '../core/datasets/formatReaders.ts';
import type { FragmentReader } from '../core/datasets/formatReader.ts';
import type { Fragment } from '../core/model/dataset.ts';
import { openScanner } from '../core/pipeline/openScanner.ts';
import { scanColumns } from '../core/pipeline/scanColumns.ts';
import type { ScanSetup } from '../core/pipeline/scanSetup.ts';
import { openTokenMeter } from '../core/pipeline/tokenMeter.ts';
import type { WorkKind, Works } from '../core/pipeline/workPool.ts';
import { countReads } from '../core/profile/countReads.ts';
import { openFragmentProfiler } from '../core/profile/openFragmentProfiler.ts';
import type { ProfileSetup } from '../core/profile/fragmentProfile.ts';
import { openTokenCounter } from '../core/profile/tokens.ts';
import type { WorkOrder } from '../platform/workMessages.ts';
import { openReadEnv } from './readEnv.ts';

type Output = Works[WorkKind]['output'];

/** A worker's order, opened: what it gives for each fragment. */
export interface Work {
  readonly outputs: (fragment: Fragment) => AsyncGenerator<Output>;
  /** Closes its files; worker threads need not, they end by being terminated. */
  readonly close: () => Promise<void>;
}

/** A kernel grown past this is dropped after its fragment, and a new one opened: its memory never shrinks. */
const KERNEL_ALLOWANCE_BYTES = 192 << 20;

/** Workers end by being terminated: nothing aborts inside. */
const never = new AbortController().signal;

interface Opened {
  readonly outputs: (fragment: Fragment) => AsyncGenerator<Output>;
  readonly kernelBytes: () => number;
  readonly reader: FragmentReader;
}

async function openScan(setup: ScanSetup): Promise<Opened> {
  const kernel = openKernel();
  const env = await openReadEnv();
  const reader = formatReaders[setup.dataset.format].open(setup.dataset, scanColumns(setup).paths, kernel, env);
  const counting = setup.tokens?.count === 'all' || setup.tokens?.cutTo.some((most) => most !== null);
  const counter = counting && setup.tokens ? await openTokenCounter(setup.tokens.encoding) : null;
  const meter = setup.tokens && openTokenMeter(kernel, setup.tokens, counter);
  const scanner = openScanner(setup, kernel, reader, meter);
  return { outputs: (fragment) => scanner.blocks(fragment, never), kernelBytes: kernel.sizeBytes, reader };
}

async function openProfile(setup: ProfileSetup): Promise<Opened> {
  const kernel = openKernel();
  const plain = await openReadEnv();
  const { files, readBytes } = countReads(plain.files);
  const reader = formatReaders[setup.dataset.format].open(setup.dataset, setup.columns, kernel, { ...plain, files });
  const tokens = await openTokenCounter('o200k_base');
  const profiler = openFragmentProfiler(setup, { kernel, source: reader, tokens, readBytes });
  return { outputs: (fragment) => profiler(fragment, never), kernelBytes: kernel.sizeBytes, reader };
}

/** Opens an order. A kernel that has grown too far is replaced between fragments. */
export async function openWork(order: WorkOrder): Promise<Work> {
  const open = (): Promise<Opened> => (order.kind === 'scan' ? openScan(order.setup) : openProfile(order.setup));
  let opened = await open();
  return {
    outputs: async function* (fragment) {
      if (opened.kernelBytes() > KERNEL_ALLOWANCE_BYTES) {
        await opened.reader.close();
        opened = await open();
      }
      yield* opened.outputs(fragment);
    },
    close: () => opened.reader.close(),
  };
}
