import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorkFolder, type WorkFolder } from '../support/workFolder.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const exec = promisify(execFile);

let folder: WorkFolder;
beforeAll(async () => {
  folder = await openWorkFolder();
});
afterAll(() => folder.remove());

describe('the npm package', () => {
  it('runs from an empty folder with nothing but Node, and holds only what it needs', async () => {
    const npm = {
      cwd: folder.path,
      env: { ...process.env, npm_config_cache: path.join(folder.path, 'cache'), npm_config_offline: 'true' },
    };
    const { stdout: packed } = await exec('npm', ['pack', root, '--json', '--ignore-scripts'], npm);
    const [{ filename, files, size }] = JSON.parse(packed) as [
      { filename: string; files: { path: string }[]; size: number },
    ];
    const shipped = files.map((file) => file.path);
    expect(shipped).toEqual(
      expect.arrayContaining([
        'dist/cli.mjs',
        'dist/scanWorker.mjs',
        'dist/parquet_wasm_bg.wasm',
        'LICENSE',
        'README.md',
        'media/tranche.schema.json',
      ]),
    );
    expect(shipped.filter((name) => /^(src|test|scripts|node_modules)\//.test(name))).toEqual([]);
    expect(size).toBeLessThan(8_000_000);

    const place = path.join(folder.path, 'server');
    await mkdir(place);
    await writeFile(path.join(place, 'package.json'), '{ "private": true }');
    await exec('npm', ['install', '--no-audit', '--no-fund', path.join(folder.path, filename)], { ...npm, cwd: place });
    expect((await readdir(path.join(place, 'node_modules'))).filter((name) => !name.startsWith('.'))).toEqual([
      'tranche',
    ]);
    await cp(path.join(root, 'media/sample'), path.join(place, 'sample'), { recursive: true });
    const env = { PATH: process.env['PATH'] ?? '', TRANCHE_HOME: path.join(place, 'home') };
    const tranche = path.join(place, 'node_modules/.bin/tranche');
    const { stdout: version } = await exec(tranche, ['--version'], { cwd: place, env });
    expect(version).toMatch(/^\d+\.\d+\.\d+/);
    const { stdout } = await exec(tranche, ['plan', 'sample/posts.tranche.json', '--json'], { cwd: place, env });
    expect(JSON.parse(stdout)).toMatchObject({ rows: 2000, notPlannedRows: 6 });
    const run = await exec(tranche, ['run', 'sample/posts.tranche.json', '--provider', 'rehearsal', '--json'], {
      cwd: place,
      env,
    }).catch((error: unknown) => error as { code: number; stdout: string });
    expect(run).toMatchObject({ code: 3 });
    expect(run.stdout).toContain('"ok":1994');
  });
});
