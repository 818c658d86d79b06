import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const entry = fileURLToPath(new URL('../../../dist/extension.cjs', import.meta.url));
const MAX_CPU_MS = 50;

/** Loads the entry as the editor does, over an editor of which every part does nothing, and prints what that took. */
const SCRIPT = `
  const Module = require('node:module');
  let isLoading = false;
  const nothing = new Proxy(class {}, {
    get: (own, name) =>
      name === 'prototype' ? own.prototype : name === Symbol.toPrimitive ? () => '' : name === 'then' ? undefined : nothing,
    apply: () => nothing,
    construct: () => nothing,
    getPrototypeOf: () => (isLoading ? nothing : null),
  });
  const load = Module._load;
  const loaded = [];
  Module._load = (name, ...rest) => {
    loaded.push(name);
    return name === 'vscode' ? nothing : load(name, ...rest);
  };
  const subscriptions = [];
  const context = new Proxy({ subscriptions }, { get: (own, name) => own[name] ?? nothing });
  isLoading = true; // a bundle takes over what its import inherits
  const before = process.cpuUsage();
  require(${JSON.stringify(entry)}).activate(context);
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(JSON.stringify({ cpuMs: (user + system) / 1000, parts: subscriptions.length, loaded }));
  process.exit();
`;

it('wakes up in less than 50 ms of work, and loads nothing but its entry', () => {
  const { cpuMs, parts, loaded } = JSON.parse(execFileSync(process.execPath, ['-e', SCRIPT], { encoding: 'utf8' })) as {
    cpuMs: number;
    parts: number;
    loaded: string[];
  };
  expect(parts).toBeGreaterThan(5);
  expect(cpuMs).toBeLessThan(MAX_CPU_MS);
  expect(loaded.filter((name) => name.startsWith('.'))).toEqual([]);
});
