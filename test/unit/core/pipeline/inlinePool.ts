import type { Fragment } from '../../../../src/core/model/dataset.ts';
import type { WorkKind, WorkOutput, WorkPool, Works } from '../../../../src/core/pipeline/workPool.ts';
import { openWork } from '../../../../src/engine/openWork.ts';
import type { WorkOrder } from '../../../../src/platform/workMessages.ts';

/** The work of worker threads done in this one. */
export function inlinePool(): WorkPool {
  async function* run<K extends WorkKind>(
    kind: K,
    setup: Works[K]['setup'],
    fragments: readonly Fragment[],
  ): AsyncGenerator<WorkOutput<K>> {
    const order = { kind, setup } as unknown as WorkOrder;
    const work = await openWork(order);
    try {
      for (const [fragment, given] of fragments.entries())
        for await (const output of work.outputs(given)) yield { fragment, output: output, release: () => undefined };
    } finally {
      await work.close();
    }
  }
  return { run };
}
