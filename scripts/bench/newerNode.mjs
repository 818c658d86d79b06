// A newer Node beside the one that runs this, when the package registry has it for this machine.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dataFolder } from './makeData.mjs';

const PACKAGE = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
const VERSION = '22.23.3';

/** Path of a Node 22.15 or newer, or null with a line that says why not. */
export function newerNode() {
  const folder = `${dataFolder}node`;
  const node = `${folder}/node_modules/${PACKAGE}/bin/node`;
  if (!existsSync(node)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/package.json`, '{ "private": true }');
    try {
      execFileSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', `${PACKAGE}@${VERSION}`], {
        cwd: folder,
        stdio: 'ignore',
      });
    } catch {
      console.error(`Node ${VERSION} is not to be had here: measured under ${process.version} only.`);
      return null;
    }
  }
  return node;
}
