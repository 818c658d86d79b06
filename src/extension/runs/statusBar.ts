import * as vscode from 'vscode';
import { countOf } from '../../protocol/numberTexts.ts';
import { percentText } from '../percentText.ts';
import type { RunStore } from './runStore.ts';

/** The one item of the status bar: there while runs are unfinished. */
export interface RunStatus extends vscode.Disposable {
  readonly update: () => void;
}

export function openRunStatus(store: RunStore): RunStatus {
  let item: vscode.StatusBarItem | null = null;

  const made = (): vscode.StatusBarItem => {
    const fresh = vscode.window.createStatusBarItem('tranche.runs', vscode.StatusBarAlignment.Left, 0);
    fresh.name = 'Tranche Runs';
    fresh.command = 'tranche.runs.focus';
    return fresh;
  };

  const update = (): void => {
    const runs = store.unfinished();
    if (runs.length === 0) {
      item?.dispose();
      item = null;
      return;
    }
    item ??= made();
    const requests = runs.reduce((sum, run) => sum + run.requests, 0);
    const answered = runs.reduce((sum, run) => sum + run.answered, 0);
    const percent = percentText(answered, requests);
    const waiting = runs.filter(({ problem }) => problem !== null).length;
    const text = waiting > 0 ? '$(warning) Tranche' : `$(sync~spin) Tranche ${percent}`;
    const tooltip =
      waiting > 0
        ? `${countOf(waiting, 'run needs', 'runs need')} a decision`
        : `${countOf(runs.length, 'run')} under way, ${percent} of all requests answered`;
    if (item.text === text && item.tooltip === tooltip) return;
    item.text = text;
    item.tooltip = tooltip;
    item.backgroundColor = waiting > 0 ? new vscode.ThemeColor('statusBarItem.errorBackground') : undefined;
    item.accessibilityInformation = { label: `Tranche, ${tooltip.replace(' %', ' percent')}`, role: 'button' };
    item.show();
  };

  return { update, dispose: () => item?.dispose() };
}
