/** A row of the tree of runs by its path, so that its identity outlives everything it shows. */
export type NodePlace =
  | { readonly kind: 'damaged'; readonly runId: string }
  | { readonly kind: 'run'; readonly runId: string }
  | { readonly kind: 'group'; readonly runId: string; readonly group: ChunkGroup }
  | { readonly kind: 'chunk'; readonly runId: string; readonly chunk: number }
  | { readonly kind: 'phase'; readonly runId: string; readonly chunk: number; readonly phase: PhaseStep };

export const CHUNK_GROUPS = ['stuck', 'working', 'waiting', 'planned', 'done'] as const;
export type ChunkGroup = (typeof CHUNK_GROUPS)[number];

export const PHASE_STEPS = ['render', 'upload', 'validate', 'process', 'download', 'join'] as const;
export type PhaseStep = (typeof PHASE_STEPS)[number];

export function nodeId(place: NodePlace): string {
  switch (place.kind) {
    case 'damaged':
      return `damaged/${place.runId}`;
    case 'run':
      return `run/${place.runId}`;
    case 'group':
      return `group/${place.runId}/${place.group}`;
    case 'chunk':
      return `chunk/${place.runId}/${place.chunk}`;
    case 'phase':
      return `phase/${place.runId}/${place.chunk}/${place.phase}`;
  }
}

/** Null for a text that is no id of a row. */
export function nodePlace(id: string): NodePlace | null {
  const [kind, runId, second = '', third = ''] = id.split('/');
  if (runId === undefined) return null;
  const chunk = Number(second);
  if (kind === 'damaged' || kind === 'run') return { kind, runId };
  if (kind === 'chunk') return { kind, runId, chunk };
  const group = CHUNK_GROUPS.find((name) => name === second);
  if (kind === 'group' && group !== undefined) return { kind, runId, group };
  const phase = PHASE_STEPS.find((name) => name === third);
  return kind === 'phase' && phase !== undefined ? { kind, runId, chunk, phase } : null;
}
