/** Which rows of a tree must be drawn anew. */
export interface TreeChanges {
  readonly touch: (ids: readonly string[] | 'all') => void;
  /** A row was drawn: what it showed, so that nothing is drawn twice. */
  readonly shown: (id: string, fingerprint: string) => void;
  /** The rows that are on show and differ, those below another left out, and forgets them. */
  readonly take: () => readonly string[] | 'all';
}

export interface TreeRows {
  readonly fingerprint: (id: string) => string | null;
  readonly parent: (id: string) => string | null;
}

function isBelow(id: string, others: ReadonlySet<string>, { parent }: TreeRows): boolean {
  for (let above = parent(id); above !== null; above = parent(above)) if (others.has(above)) return true;
  return false;
}

export function openTreeChanges(rows: TreeRows): TreeChanges {
  const drawn = new Map<string, string>();
  const dirty = new Set<string>();
  let isAll = false;
  return {
    touch: (ids) => {
      if (ids === 'all') isAll = true;
      else for (const id of ids) dirty.add(id);
    },
    shown: (id, fingerprint) => void drawn.set(id, fingerprint),
    take: () => {
      const ids = [...dirty];
      dirty.clear();
      if (isAll) {
        isAll = false;
        drawn.clear();
        return 'all';
      }
      const changed = ids.filter((id) => {
        const before = drawn.get(id);
        return before !== undefined && before !== rows.fingerprint(id); // what was never on show is drawn when it is
      });
      for (const id of changed) drawn.delete(id);
      const all = new Set(changed);
      return changed.filter((id) => !isBelow(id, all, rows));
    },
  };
}
