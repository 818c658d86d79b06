import type * as vscode from 'vscode';
import type { PageState } from '../protocol/pageProtocol.ts';
import type { CommandTable } from './commands.ts';
import { openCommandTable, type CommandTableDeps } from './commandTable.ts';
import { openChunkDocuments, type ChunkDocuments } from './jobs/chunkDocuments.ts';
import { openJobDiagnostics } from './jobs/jobDiagnostics.ts';
import { openFootprintPanels } from './pages/footprintPanels.ts';
import type { PageDeps } from './pages/pagePanel.ts';
import { openPlanPanels } from './pages/planPanels.ts';
import { openRowsPanels } from './pages/rowsPanels.ts';
import type { Slices } from './slices.ts';
import { openTargets } from './targets.ts';
import { connectEngine, connectPage } from './wire.ts';

export interface OnDemandDeps extends Omit<
  CommandTableDeps,
  'targets' | 'rows' | 'showFootprint' | 'showPlan' | 'shownPlanHash'
> {
  readonly slices: Slices;
}

/** What a window needs once somebody does something in it. */
export interface OnDemand {
  readonly commands: CommandTable;
  readonly restoreFootprint: (panel: vscode.WebviewPanel, state: unknown) => Promise<void>;
  readonly restorePlan: (panel: vscode.WebviewPanel, state: unknown) => Promise<void>;
  readonly restoreRows: (panel: vscode.WebviewPanel, state: unknown) => Promise<void>;
  readonly chunkText: ChunkDocuments['text'];
  /** Says in Problems what is wrong with a job that was saved. */
  readonly checkJob: (jobPath: string) => Promise<unknown>;
  readonly pages: () => readonly PageState[];
}

/** Joins commands and pages. */
function openOnDemand(deps: OnDemandDeps): OnDemand {
  const { context, engine, log, ask, store, watch, slices } = deps;
  const chunks = openChunkDocuments(engine.call);
  const diagnostics = openJobDiagnostics(engine.call);
  context.subscriptions.push(diagnostics);
  const pageDeps: PageDeps = {
    extensionUri: context.extensionUri,
    connectPage,
    slices,
    onUnexpected: (method, error) =>
      log.error(`${method} failed: ${error instanceof Error ? error.stack : String(error)}`),
  };
  const rows = openRowsPanels({
    ...pageDeps,
    engine,
    profile: (uri) => footprints.show(uri, null),
    run: async (runId) => {
      await watch.start().catch(() => undefined); // said in the view
      return store.run(runId)?.run ?? null;
    },
    showLog: log.show,
  });
  const { table, work } = openCommandTable({
    ...deps,
    rows,
    targets: openTargets(ask, store, () => plans.activeJob()),
    showFootprint: (uri, jobPath) => footprints.show(uri, jobPath),
    showPlan: (jobPath, column) => plans.show(jobPath, column),
    shownPlanHash: (jobPath) => plans.shownPlanHash(jobPath),
  });
  const footprints = openFootprintPanels({ ...pageDeps, engine, ...work, showRows: rows.show });
  const plans = openPlanPanels({ ...pageDeps, engine, diagnostics, ...work, preview: chunks.show });
  return {
    commands: table,
    restoreFootprint: footprints.restore,
    restorePlan: plans.restore,
    restoreRows: rows.restore,
    chunkText: chunks.text,
    checkJob: diagnostics.check,
    pages: () => [...footprints.states(), ...plans.states(), ...rows.states()],
  };
}

/** All that waits in a bundle of its own until it is first wanted. */
export const later = { connectEngine, openOnDemand } as const;
