import { appendFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';
import * as vscode from 'vscode';

/** VS Code calls this in its extension host. Each test is told to the report at once, its end last: a host that dies is seen. */
export function run(): Promise<void> {
  const report = process.env['TRANCHE_TEST_REPORT'];
  if (report === undefined) return Promise.reject(new Error('TRANCHE_TEST_REPORT names no file.'));
  const tell = (line: object): void => appendFileSync(report, `${JSON.stringify(line)}\n`);
  const web = vscode.env.uiKind === vscode.UIKind.Web;
  tell({ event: 'host', app: vscode.env.appName, version: vscode.version, web, node: process.versions.node });

  const mocha = new Mocha({ timeout: 30_000, color: false });
  for (const name of readdirSync(__dirname).sort()) {
    if (name.endsWith('.cjs') && name !== 'run.cjs') mocha.addFile(path.join(__dirname, name));
  }
  return new Promise((resolve, reject) => {
    const runner = mocha.run((failures) => {
      tell({ event: 'end', passes: runner.stats?.passes, failures, pending: runner.stats?.pending });
      if (failures === 0) resolve();
      else reject(new Error(`${failures} tests failed`));
    });
    runner.on('pass', (test) => tell({ event: 'pass', title: test.fullTitle(), ms: test.duration }));
    runner.on('pending', (test) => tell({ event: 'pending', title: test.fullTitle() }));
    runner.on('fail', (test, error: Error) => {
      tell({ event: 'fail', title: test.fullTitle(), error: error.stack ?? error.message });
    });
  });
}
