import * as vscode from 'vscode';
import { plainText } from '../plainText.ts';
import type { Slices } from '../slices.ts';
import { countOf } from '../../protocol/numberTexts.ts';
import { percentText } from '../percentText.ts';
import type { RunRows } from './runRows.ts';
import type { RunNews, RunStore } from './runStore.ts';
import { openTreeChanges } from './treeChanges.ts';
import { treeItem } from './treeItem.ts';

const RUNS_VIEW = 'tranche.runs';
const FLUSH_MS = 1000;

/** The view of all runs: it follows the store by itself, and needs no refresh. */
export interface RunsTree extends vscode.Disposable {
  readonly view: vscode.TreeView<string>;
  readonly onNews: (news: readonly RunNews[]) => void;
  /** Rows came, went or moved. */
  readonly onAll: () => void;
  /** A sentence above the rows, or null. */
  readonly say: (message: string | null) => void;
}

function viewDescription(store: RunStore): string {
  const unfinished = store.unfinished();
  if (unfinished.length === 0) return '';
  const requests = unfinished.reduce((sum, run) => sum + run.requests, 0);
  const answered = unfinished.reduce((sum, run) => sum + run.answered, 0);
  return `${unfinished.length} running, ${percentText(answered, requests)}`;
}

/** Runs that wait for a person. */
function badge(store: RunStore): vscode.ViewBadge | undefined {
  const value = store.unfinished().filter(({ problem }) => problem !== null).length;
  return value === 0 ? undefined : { value, tooltip: `${countOf(value, 'run needs', 'runs need')} a decision` };
}

export function openRunsTree(store: RunStore, rows: RunRows, slices: Slices): RunsTree {
  const changed = new vscode.EventEmitter<string | string[] | undefined>();
  const changes = openTreeChanges(rows);
  let timer: NodeJS.Timeout | null = null;

  const view = vscode.window.createTreeView<string>(RUNS_VIEW, {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: (id) => slices.measure('runs.children', () => [...rows.children(id ?? null)]),
      getParent: (id) => rows.parent(id),
      getTreeItem: (id) =>
        slices.measure('runs.item', () => {
          changes.shown(id, rows.fingerprint(id) ?? '');
          return treeItem(id, rows.item(id));
        }),
    },
  });

  const drawHeader = (): void => {
    view.description = viewDescription(store);
    view.badge = badge(store);
  };

  const flush = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    slices.measure('runs.flush', () => {
      drawHeader();
      if (!view.visible) return; // what is not on show is drawn when it is
      const ids = changes.take();
      if (ids === 'all') changed.fire(undefined);
      else if (ids.length > 0) changed.fire([...ids]);
    });
  };

  const soon = (): void => {
    timer ??= setTimeout(flush, FLUSH_MS);
  };

  const shown = view.onDidChangeVisibility(({ visible }) => {
    if (visible) flush();
  });

  return {
    view,
    onNews: (news) => {
      for (const one of news) changes.touch(rows.touched(one));
      if (news.some(({ isNew, hasEnded }) => isNew || hasEnded)) {
        flush();
      } else soon();
    },
    onAll: () => {
      changes.touch('all');
      flush();
    },
    say: (message) => {
      view.message = plainText(message ?? '');
    },
    dispose: () => {
      if (timer !== null) clearTimeout(timer);
      shown.dispose();
      view.dispose();
      changed.dispose();
    },
  };
}
