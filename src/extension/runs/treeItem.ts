import * as vscode from 'vscode';
import type { ItemText } from './runItems.ts';

const STATES = {
  none: vscode.TreeItemCollapsibleState.None,
  closed: vscode.TreeItemCollapsibleState.Collapsed,
  open: vscode.TreeItemCollapsibleState.Expanded,
} as const;

/** A row as the editor draws it; one that is gone is empty until its parent is drawn anew. */
export function treeItem(id: string, text: ItemText | null): vscode.TreeItem {
  const item = new vscode.TreeItem(text?.label ?? '', STATES[text?.children ?? 'none']);
  item.id = id;
  if (text === null) return item;
  item.description = text.description;
  item.tooltip = text.tooltip;
  item.contextValue = text.context;
  item.iconPath = new vscode.ThemeIcon(text.icon, text.color === null ? undefined : new vscode.ThemeColor(text.color));
  item.accessibilityInformation = { label: text.spoken };
  return item;
}
