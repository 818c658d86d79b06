import { describe, expect, it } from 'vitest';
import { footprintJson } from '../../../src/cli/print/footprintJson.ts';
import { footprintText } from '../../../src/cli/print/footprintText.ts';
import { widthOf } from '../../../src/cli/print/table.ts';
import { estimated, exactly, unknownFigure } from '../../../src/core/model/figure.ts';
import type { ColumnFootprint, Footprint } from '../../../src/core/profile/footprint.ts';

function column(name: string, more: Partial<ColumnFootprint> = {}): ColumnFootprint {
  return {
    name,
    type: 'utf8',
    disk: exactly(1_000_000),
    arrow: estimated(4_100_000, 4_000_000, 4_200_000),
    nulls: exactly(0),
    text: {
      p50: estimated(180, 176, 191),
      p90: exactly(900),
      p99: exactly(2410),
      max: estimated(5000, 5000, 4_000_000),
    },
    rendered: exactly(2_900_000),
    tokens: estimated(212_000_000, 210_000_000, 214_000_000),
    pandas: exactly(1),
    spark: exactly(1),
    used: null,
    histogram: null,
    ...more,
  };
}

function footprint(columns: readonly ColumnFootprint[], more: Partial<Footprint> = {}): Footprint {
  return {
    uri: '/data/posts.parquet',
    format: 'parquet',
    files: 32,
    rows: exactly(1_350_000),
    columns,
    bytes: {
      disk: exactly(2_600_000_000),
      arrow: estimated(5_900_000_000, 5_800_000_000, 6_000_000_000),
      pandas: estimated(11e9, 10e9, 12e9),
      pandasArrow: exactly(6e9),
      spark: estimated(5e9, 1e8, 5e9),
      rendered: unknownFigure(),
    },
    tokens: estimated(212e6, 206e6, 218e6),
    cost: unknownFigure(),
    request: null,
    rowSizes: null,
    largestRows: [],
    read: { bytes: 1_900_000, seconds: 0.8 },
    stage: 'sample',
    rules: [{ about: 'arrow', text: 'A rule that goes on '.repeat(12).trim() }],
    warnings: ['Something to know.'],
    ...more,
  };
}

describe('the footprint as text', () => {
  it('says what was read, and how each figure is known', () => {
    const text = footprintText(footprint([column('body')]), 100);
    expect(text).toContain('Parquet, 32 files, 1,350,000 rows, 1 column; read 1.90 MB of 2.60 GB in 0.8 s');
    expect(text).toMatch(/On disk +2\.60 GB +exact/);
    expect(text).toMatch(/In memory \(Arrow\) +~ 5\.90 GB ±1\.7 % +from a sample/);
    expect(text).toMatch(/As batch lines +unknown/);
    expect(text).toMatch(/Tokens +~ 212 M ±2\.8 % +from a sample/);
    expect(text).toMatch(/Cost +unknown +name a job with --job/);
    expect(text).toContain('≥5.00 kB');
    expect(text).toContain('Note: Something to know.');
  });

  it('names the largest rows, their file where there are several, and counts rows from 1', () => {
    const sizes = { p50: exactly(200), p90: exactly(900), p99: estimated(1860, 1800, 1900), max: exactly(5000) };
    const rowSizes = { ...sizes, buckets: [], known: 'exact' } as const;
    const largestRows = [
      { key: ['a', 'b\n'], file: 'posts/1.parquet', row: 1233, bytes: 5000 },
      { key: ['c', 'd'], file: 'posts/0.parquet', row: null, bytes: 4900 },
    ];
    const text = footprintText(footprint([column('body')], { rowSizes, largestRows, stage: 'exact' }), 100);
    expect(text).toContain('a row: p50 200 B, p99 ~1.86 kB, largest 5.00 kB');
    expect(text).toMatch(/Largest rows +Row +File +Key\n/);
    expect(text).toMatch(/5\.00 kB +1,234 +posts\/1\.parquet +a, b\?\n/);
    expect(text).toMatch(/4\.90 kB +- +posts\/0\.parquet +c, d\n/);
    const lone = footprintText(footprint([column('body')], { rowSizes, largestRows, files: 1 }), 100);
    expect(lone).toMatch(/Largest rows read +Row +Key\n/);
  });

  it('keeps columns of numbers aligned under wide, long and strange names', () => {
    const names = ['body', '東京の漢字データ', '👍'.repeat(30), 'a'.repeat(80), 'bad\u001b[31m\nname'];
    const text = footprintText(footprint(names.map((name) => column(name))), 100);
    const lines = text.split('\n');
    const at = lines.findIndex((line) => line.startsWith('  Column'));
    const table = lines.slice(at, at + 1 + names.length);
    expect(new Set(table.map(widthOf)).size).toBe(1);
    expect(text).not.toContain('\u001b');
    expect(text).toContain('bad?[31m?name');
  });

  it('fits into the width it is given, but for the table', () => {
    const text = footprintText(footprint([column('body')]), 80);
    for (const line of text.split('\n').filter((one) => one.includes('rule')))
      expect(widthOf(line)).toBeLessThanOrEqual(80);
  });

  it('leaves out what stands nowhere, and marks the columns of a request', () => {
    const unknown = { disk: unknownFigure(), text: null };
    const plain = footprintText(footprint([column('a', unknown)]), 100);
    expect(plain).not.toMatch(/Nulls|p50|Largest/);
    const marked = footprintText(footprint([column('a', { used: true }), column('b', { used: false })]), 100);
    expect(marked).toMatch(/^ {2}\* a +utf8/m);
    expect(marked).toMatch(/^ {2}b +utf8.* - +- /m);
    expect(marked).toContain('* used by the request');
  });
});

describe('the footprint as JSON', () => {
  it('has the keys that scripts rely on, in their order, and figures that say how they are known', () => {
    const json = JSON.parse(JSON.stringify(footprintJson(footprint([column('body')])))) as Record<string, unknown>;
    const keys = ['uri', 'format', 'files', 'rows', 'columns', 'bytes', 'tokens', 'cost', 'read'];
    expect(Object.keys(json).slice(0, keys.length)).toEqual(keys);
    const [body] = json['columns'] as Record<string, unknown>[];
    const columnKeys = ['name', 'type', 'disk', 'arrow', 'nulls', 'text', 'rendered', 'tokens'];
    expect(Object.keys(body ?? {}).slice(0, columnKeys.length)).toEqual(columnKeys);
    expect(Object.keys(json['bytes'] as object).slice(0, 5)).toEqual(['disk', 'arrow', 'pandas', 'spark', 'rendered']);
    expect(body?.['arrow']).toEqual({ value: 4_100_000, known: 'estimate', low: 4_000_000, high: 4_200_000 });
    expect(json['cost']).toEqual({ value: 0, known: 'unknown', low: 0, high: 0 });
    expect(json['read']).toEqual({ bytes: 1_900_000, seconds: 0.8 });
    expect(json['rules']).toEqual([expect.stringMatching(/^A rule that goes on/)]);
  });
});
