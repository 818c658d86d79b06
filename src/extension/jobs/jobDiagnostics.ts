import * as vscode from 'vscode';
import type { JobProblem } from '../../protocol/engineProtocol.ts';
import type { CallEngine } from '../client/engineClient.ts';
import { failureOf } from '../failures.ts';

/** What is wrong with job files, in Problems. */
export interface JobDiagnostics extends vscode.Disposable {
  /** Has the engine read the file as it lies on disk; the problem, or null. */
  readonly check: (jobPath: string) => Promise<JobProblem | null>;
}

function rangeOf({ line, column }: JobProblem, document: vscode.TextDocument | undefined): vscode.Range {
  const start = new vscode.Position(Math.max(0, (line ?? 1) - 1), Math.max(0, (column ?? 1) - 1));
  if (document === undefined) return new vscode.Range(start, start.translate(0, 1));
  const word = document.getWordRangeAtPosition(document.validatePosition(start));
  return word ?? new vscode.Range(start, start.translate(0, 1));
}

export function openJobDiagnostics(call: CallEngine): JobDiagnostics {
  const problems = vscode.languages.createDiagnosticCollection('tranche');
  const deleted = vscode.workspace.onDidDeleteFiles(({ files }) => {
    for (const uri of files) problems.delete(uri);
  });
  return {
    check: async (jobPath) => {
      const uri = vscode.Uri.file(jobPath);
      const problem = await call('job/check', { jobPath }).catch((error: unknown): JobProblem => {
        return { message: failureOf(error).message, line: null, column: null };
      });
      if (problem === null || problem.line === null) {
        problems.delete(uri);
        return problem;
      }
      const document = vscode.workspace.textDocuments.find(({ uri: open }) => open.toString() === uri.toString());
      const diagnostic = new vscode.Diagnostic(rangeOf(problem, document), problem.message);
      diagnostic.source = 'Tranche';
      problems.set(uri, [diagnostic]);
      return problem;
    },
    dispose: () => {
      deleted.dispose();
      problems.dispose();
    },
  };
}
