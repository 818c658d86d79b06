import * as vscode from 'vscode';

const PLAN = { command: 'tranche.plan', title: '$(layers) Plan' } as const;
const REHEARSE = { command: 'tranche.rehearse', title: '$(beaker) Rehearse' } as const;
const RUN = { command: 'tranche.run', title: '$(run-all) Run…' } as const;

/** What can be done with a job, above its text. */
export function registerJobLenses(): vscode.Disposable {
  return vscode.languages.registerCodeLensProvider(
    { scheme: 'file', pattern: '**/*.tranche.json' },
    {
      onDidChangeCodeLenses: vscode.workspace.onDidGrantWorkspaceTrust,
      provideCodeLenses: ({ uri }) => {
        const actions = vscode.workspace.isTrusted ? [PLAN, REHEARSE, RUN] : [PLAN];
        const top = new vscode.Range(0, 0, 0, 0);
        return actions.map((action) => new vscode.CodeLens(top, { ...action, arguments: [uri] }));
      },
    },
  );
}
