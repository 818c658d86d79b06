import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));

interface MenuItem {
  readonly command?: string;
  readonly when?: string;
}
interface Command {
  readonly command: string;
  readonly title: string;
  readonly category?: string;
  readonly enablement?: string;
}
interface View {
  readonly id: string;
  readonly icon?: string;
  readonly when?: string;
}
interface Manifest {
  readonly main: string;
  readonly icon: string;
  readonly activationEvents: readonly string[];
  readonly capabilities: {
    readonly untrustedWorkspaces: { readonly supported: unknown; readonly description: string };
  };
  readonly contributes: {
    readonly commands: readonly Command[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly views: Readonly<Record<string, readonly View[]>>;
    readonly viewsWelcome: readonly { readonly view: string; readonly contents: string; readonly when?: string }[];
    readonly viewsContainers: Readonly<Record<string, readonly { readonly id: string; readonly icon: string }[]>>;
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly scope: string }>> };
    readonly jsonValidation: readonly { readonly fileMatch: string | readonly string[]; readonly url: string }[];
  };
}

const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as Manifest;
const { commands, menus, views, viewsWelcome, viewsContainers, configuration, jsonValidation } = manifest.contributes;

/** Every text in the extension's code that begins with `tranche.`, with what it is an argument of. */
function namesInCode(): { readonly text: string; readonly calls: string }[] {
  const folder = `${root}src/extension/`;
  const found: { text: string; calls: string }[] = [];
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    const source = ts.createSourceFile(name, readFileSync(folder + name, 'utf8'), ts.ScriptTarget.ESNext, true);
    const visit = (node: ts.Node): void => {
      if (ts.isStringLiteralLike(node) && /^tranche\.\w/.test(node.text)) {
        const call = ts.isCallExpression(node.parent) ? node.parent : null;
        const first = call?.arguments[0];
        const names = first !== undefined && first !== node && ts.isStringLiteralLike(first) ? `(${first.text})` : '';
        found.push({ text: node.text, calls: call === null ? '' : call.expression.getText() + names });
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return found;
}

const inCode = namesInCode();
const textsInCode = new Set(inCode.map(({ text }) => text));
const commandIds = commands.map(({ command }) => command);
const viewIds = Object.values(views).flatMap((list) => list.map(({ id }) => id));
const settings = Object.keys(configuration.properties);

/** Context keys of ours, wherever the manifest asks for one. */
const whens = [
  ...Object.values(menus).flatMap((items) => items.map(({ when }) => when)),
  ...Object.values(views).flatMap((list) => list.map(({ when }) => when)),
  ...viewsWelcome.map(({ when }) => when),
  ...commands.map(({ enablement }) => enablement),
].filter((when) => when !== undefined);
const contextKeys = new Set(
  whens.flatMap((when) => [...when.matchAll(/(?<!['\w.])(tranche\.[\w.]+)/g)].map(([, key]) => key ?? '')),
);
for (const view of viewIds) contextKeys.delete(view);

describe('the manifest', () => {
  it('names every command that the code registers, and no other', () => {
    const list = /COMMANDS = \[([^\]]*)\]/.exec(readFileSync(`${root}src/extension/commands.ts`, 'utf8'))?.[1] ?? '';
    const registered = [...list.matchAll(/'([\w.]+)'/g)].map(([, command]) => command ?? '');
    expect([...commandIds].sort()).toEqual(registered.sort());
  });

  it('has commands, views, settings and context keys for every name in the code, and the other way round', () => {
    const focus = viewIds.map((id) => `${id}.focus`);
    const inManifest = new Set([...commandIds, ...viewIds, ...settings, ...contextKeys]);
    const set = inCode.filter(({ calls }) => calls.endsWith('(setContext)')).map(({ text }) => text);
    expect([...contextKeys].sort()).toEqual([...new Set(set)].sort());
    expect([...inManifest].filter((name) => !textsInCode.has(name))).toEqual([]);
    const internal = ['tranche.footprint', 'tranche.plan', 'tranche.rows', 'tranche.apiKey.', 'tranche.error'];
    const known = new Set([...inManifest, ...focus, ...internal]);
    expect([...textsInCode].filter((name) => !known.has(name))).toEqual([]);
  });

  it('puts only its own commands into menus', () => {
    const ours = Object.values(menus).flatMap((items) => items.flatMap(({ command }) => command ?? [])); // a submenu has none
    expect(ours.filter((command) => !commandIds.includes(command))).toEqual([]);
    const linked = viewsWelcome.flatMap(({ contents }) =>
      [...contents.matchAll(/command:(tranche[\w.]*)/g)].map(([, command]) => command ?? ''),
    );
    expect(linked.length).toBeGreaterThan(0);
    expect(linked.filter((command) => !commandIds.includes(command))).toEqual([]);
  });

  it('shows commands that need a row of a tree on rows only', () => {
    const palette = new Set((menus['commandPalette'] ?? []).map(({ command }) => command));
    for (const command of ['tranche.copyBatchId', 'tranche.copyRunId']) expect(palette).toContain(command);
  });

  it('gives every command a title in title case below one category', () => {
    for (const { title, category } of commands) {
      expect(category).toBe('Tranche');
      expect(title).toMatch(/^([A-Z][\w/]*|of|a|the|for|in|to|with|…)(…| .*|)$/);
    }
  });

  it('lets no workspace redirect a key, raise a budget or change how much of the machine is used', () => {
    expect(settings.sort()).toEqual(['tranche.maxUsd', 'tranche.openai.baseUrl', 'tranche.workers']);
    for (const [name, { scope }] of Object.entries(configuration.properties))
      expect([name, scope]).toEqual([name, 'machine']);
    expect(manifest.capabilities.untrustedWorkspaces.supported).toBe('limited');
  });

  it('wakes up only for what it shows', () => {
    expect(manifest.activationEvents).not.toContain('*');
  });

  it('names files that are there', () => {
    const icons = Object.values(viewsContainers).flatMap((list) => list.map(({ icon }) => icon));
    const files = [manifest.icon, ...icons, ...jsonValidation.map(({ url }) => url)];
    expect(files.filter((file) => !existsSync(root + file))).toEqual([]);
    expect(manifest.main).toBe('./dist/extension.cjs');
  });
});
