import type { Block, KeptColumn } from '../core/model/block.ts';

/** Where a column of numbers or bytes lies in a slot's memory. */
interface Section {
  readonly at: number;
  /** Elements, not bytes. */
  readonly length: number;
}

/** A block on its way from a worker: its buffers lie in a slot of memory that both threads see, so that nothing is copied or transferred. */
export interface PackedBlock {
  readonly slot: number;
  /** Sent when the slot is new or has grown. */
  readonly memory: SharedArrayBuffer | null;
  readonly lengths: Section;
  readonly idHashes: Section;
  readonly tokens: Section | null;
  readonly bytes: Section | null;
  readonly kept:
    readonly { readonly plain: Section; readonly validity: Section | null; readonly nulls: number }[] | null;
  readonly rest: Pick<Block, 'rows' | 'sampled' | 'skipped' | 'found' | 'fatal'>;
}

/** The worker's side: slots that are filled, and free again once they came back. */
export interface BlockSlots {
  /** Waits for a free slot, at most `slots` being on their way. */
  readonly free: () => Promise<void>;
  /** Packs a block into the free slot that `free` waited for. */
  readonly pack: (block: Block) => PackedBlock;
  readonly release: (slot: number) => void;
}

/** Slots grow in steps, so that blocks of about one size do not make them grow again and again. */
const STEP = 1 << 19;

const aligned = (at: number): number => Math.ceil(at / 16) * 16;

type Values = Uint8Array | Uint32Array | BigUint64Array;

/** Lays arrays out one behind another. */
function layOut(arrays: readonly Values[]): { sections: Section[]; size: number } {
  let size = 0;
  const sections = arrays.map((values) => {
    const at = aligned(size);
    size = at + values.byteLength;
    return { at, length: values.length };
  });
  return { sections, size };
}

function keptArrays({ plain, validity }: KeptColumn): Uint8Array[] {
  return validity ? [plain, validity] : [plain];
}

/** Opens the slots of a worker. */
export function openBlockSlots(slots: number): BlockSlots {
  const memories: (SharedArrayBuffer | undefined)[] = Array.from({ length: slots });
  const idle = [...memories.keys()];
  let wake: (() => void) | null = null;

  const write = (memory: SharedArrayBuffer, values: Values, { at }: Section): void => {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    new Uint8Array(memory, at, bytes.length).set(bytes);
  };
  return {
    free: async () => {
      while (idle.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    },
    pack: ({ lengths, idHashes, tokens, bytes, kept, rows, sampled, skipped, found, fatal }) => {
      const slot = idle.pop() ?? 0;
      const arrays = [
        lengths,
        idHashes,
        ...(tokens ? [tokens] : []),
        ...(bytes ? [bytes] : []),
        ...(kept ?? []).flatMap(keptArrays),
      ];
      const { sections, size } = layOut(arrays);
      const before = memories[slot];
      const grows = before === undefined || before.byteLength < size;
      const memory = grows ? new SharedArrayBuffer(Math.ceil((size + 1) / STEP) * STEP) : before;
      memories[slot] = memory;
      arrays.forEach((values, index) => write(memory, values, sections[index] ?? { at: 0, length: 0 }));
      const next = sections.values();
      const take = (): Section => next.next().value ?? { at: 0, length: 0 };
      return {
        slot,
        memory: grows ? memory : null,
        lengths: take(),
        idHashes: take(),
        tokens: tokens ? take() : null,
        bytes: bytes ? take() : null,
        kept:
          kept?.map(({ validity, nulls }) => ({ plain: take(), validity: validity ? take() : null, nulls })) ?? null,
        rest: { rows, sampled, skipped, found, fatal },
      };
    },
    release: (slot) => {
      idle.push(slot);
      wake?.();
      wake = null;
    },
  };
}

/** The receiver's side: blocks whose lines, lengths and hashes are views that die when the slot is released; kept columns are copies. */
export function openBlockViews(): (packed: PackedBlock) => Block {
  const memories = new Map<number, SharedArrayBuffer>();
  return ({ slot, memory, lengths, idHashes, tokens, bytes, kept, rest }) => {
    if (memory) memories.set(slot, memory);
    const own = memories.get(slot) ?? new SharedArrayBuffer(0);
    const copy = ({ at, length }: Section): Uint8Array => new Uint8Array(own, at, length).slice();
    return {
      ...rest,
      lengths: new Uint32Array(own, lengths.at, lengths.length),
      idHashes: new BigUint64Array(own, idHashes.at, idHashes.length),
      tokens: tokens && new Uint32Array(own, tokens.at, tokens.length),
      bytes: bytes && new Uint8Array(own, bytes.at, bytes.length),
      kept:
        kept?.map(({ plain, validity, nulls }) => ({
          plain: copy(plain),
          validity: validity && copy(validity),
          nulls,
        })) ?? null,
    };
  };
}
