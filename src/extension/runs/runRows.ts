import { groupOf } from './chunkSteps.ts';
import { CHUNK_GROUPS, nodeId, nodePlace, PHASE_STEPS, type ChunkGroup } from './nodeId.ts';
import { chunkItem, damagedItem, groupItem, phaseItem, runItem, type ItemText } from './runItems.ts';
import type { RunNews, RunStore, StoredRun } from './runStore.ts';

/** Above this a run's chunks are grouped by what they do. */
const MAX_FLAT_CHUNKS = 200;

/** The rows of the tree of runs, made from the store on demand. */
export interface RunRows {
  readonly children: (id: string | null) => readonly string[];
  readonly parent: (id: string) => string | null;
  /** Null for a row that is gone. */
  readonly item: (id: string) => ItemText | null;
  /** All that a row shows, its rows' names too; null for a row that is gone. */
  readonly fingerprint: (id: string) => string | null;
  /** Rows that news may have changed; `all` where rows came, went or moved at the top. */
  readonly touched: (news: RunNews) => readonly string[] | 'all';
}

function isGrouped({ chunks }: StoredRun): boolean {
  return chunks.size > MAX_FLAT_CHUNKS;
}

function indexesOf({ chunks }: StoredRun, group: ChunkGroup | null): readonly number[] {
  const indexes: number[] = [];
  for (const chunk of chunks.values()) if (group === null || groupOf(chunk) === group) indexes.push(chunk.index);
  return indexes.sort((a, b) => a - b);
}

function groupsOf({ chunks }: StoredRun): ReadonlyMap<ChunkGroup, number> {
  const counts = new Map<ChunkGroup, number>();
  for (const chunk of chunks.values()) counts.set(groupOf(chunk), (counts.get(groupOf(chunk)) ?? 0) + 1);
  return counts;
}

function rowsOfRun(runId: string, run: StoredRun): readonly string[] {
  if (!isGrouped(run)) return indexesOf(run, null).map((chunk) => nodeId({ kind: 'chunk', runId, chunk }));
  const counts = groupsOf(run);
  return CHUNK_GROUPS.filter((group) => counts.has(group)).map((group) => nodeId({ kind: 'group', runId, group }));
}

export function openRunRows(store: RunStore): RunRows {
  const children = (id: string | null): readonly string[] => {
    if (id === null) {
      const damaged = store.damaged().map(({ runId }) => nodeId({ kind: 'damaged', runId }));
      return [...store.runIds().map((runId) => nodeId({ kind: 'run', runId })), ...damaged];
    }
    const place = nodePlace(id);
    const run = place === null ? null : store.run(place.runId);
    if (place === null || run === null) return [];
    const { runId } = place;
    if (place.kind === 'run') return rowsOfRun(runId, run);
    if (place.kind === 'group')
      return indexesOf(run, place.group).map((chunk) => nodeId({ kind: 'chunk', runId, chunk }));
    if (place.kind !== 'chunk') return [];
    return PHASE_STEPS.map((phase) => nodeId({ kind: 'phase', runId, chunk: place.chunk, phase }));
  };

  const parent = (id: string): string | null => {
    const place = nodePlace(id);
    if (place === null || place.kind === 'run' || place.kind === 'damaged') return null;
    const { runId } = place;
    if (place.kind === 'phase') return nodeId({ kind: 'chunk', runId, chunk: place.chunk });
    const run = store.run(runId);
    const chunk = place.kind === 'chunk' ? run?.chunks.get(place.chunk) : undefined;
    return run && chunk && isGrouped(run)
      ? nodeId({ kind: 'group', runId, group: groupOf(chunk) })
      : nodeId({ kind: 'run', runId });
  };

  const item = (id: string): ItemText | null => {
    const place = nodePlace(id);
    if (place === null) return null;
    if (place.kind === 'damaged') {
      const damaged = store.damaged().find(({ runId }) => runId === place.runId);
      return damaged === undefined ? null : damagedItem(damaged);
    }
    const run = store.run(place.runId);
    if (run === null) return null;
    if (place.kind === 'run') return runItem(run.run);
    if (place.kind === 'group') return groupItem(place.group, groupsOf(run).get(place.group) ?? 0);
    const chunk = run.chunks.get(place.chunk);
    if (chunk === undefined) return null;
    return place.kind === 'chunk' ? chunkItem(chunk, run.run.chunks.total) : phaseItem(chunk, place.phase);
  };

  const touched = (news: RunNews): readonly string[] | 'all' => {
    const { runId } = news;
    const run = store.run(runId);
    if (news.isNew || run === null) return 'all';
    const rows = [nodeId({ kind: 'run', runId })];
    if (isGrouped(run)) rows.push(...CHUNK_GROUPS.map((group) => nodeId({ kind: 'group', runId, group })));
    for (const chunk of news.chunks) {
      rows.push(nodeId({ kind: 'chunk', runId, chunk }));
      rows.push(...PHASE_STEPS.map((phase) => nodeId({ kind: 'phase', runId, chunk, phase })));
    }
    return rows;
  };

  const fingerprint = (id: string): string | null => {
    const text = item(id);
    if (text === null) return null;
    const hasMovingRows = /^(run|group)/.test(id);
    return JSON.stringify([text, hasMovingRows ? children(id).join() : '']);
  };

  return { children, parent, item, fingerprint, touched };
}
