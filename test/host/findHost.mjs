// Where setUpHost.mjs put the VS Code server and the Node that runs it.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { hostFolder } from './hostFolder.mjs';

/** The server's entry and its Node; null when it is not installed. Throws where no Node fits. */
export function findHost() {
  const modules = path.join(hostFolder(), 'node_modules');
  const server = path.join(modules, 'code-server/lib/vscode');
  const main = path.join(server, 'out/server-main.js');
  if (!existsSync(main) || !existsSync(path.join(server, 'node_modules'))) return null;
  const own = path.join(modules, `node-${process.platform}-${process.arch}/bin/node`);
  if (existsSync(own)) return { main, node: own };
  /** @type {{ engines?: { node?: string } }} */
  const { engines } = JSON.parse(readFileSync(path.join(modules, 'code-server/package.json'), 'utf8'));
  const wanted = engines?.node ?? 'of another version';
  const [major = ''] = process.versions.node.split('.');
  if (wanted.includes(major)) return { main, node: process.execPath };
  throw new Error(`The VS Code server needs Node ${wanted}; this is ${process.version}.`);
}
