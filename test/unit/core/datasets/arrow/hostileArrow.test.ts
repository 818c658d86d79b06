import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openKernel } from '../../../../../src/kernel/kernel.ts';
import { openArrowFolder, sentenceOf, type ArrowFolder } from './arrowFolder.ts';

let world: ArrowFolder;
beforeAll(async () => {
  world = await openArrowFolder();
});
afterAll(() => world.close());

describe('broken and foreign files', () => {
  it('are refused in one sentence', async () => {
    await world.make(
      "import sys, pyarrow as pa, pyarrow.feather as feather; feather.write_feather(pa.table({'a': [1]}), sys.argv[1] + '/one.feather', version=1)",
    );
    expect(await sentenceOf(world.open('one.feather'))).toMatch(
      /^one\.feather .*Feather version 1; write it again as version 2\.$/,
    );
    await writeFile(path.join(world.folder, 'text.arrow'), 'id,text\n1,hello there, this is no Arrow\n');
    expect(await sentenceOf(world.open('text.arrow'))).toMatch(
      /^text\.arrow .*not those of an Arrow file or stream\.$/,
    );
    await writeFile(path.join(world.folder, 'zeros.arrow'), new Uint8Array(100));
    expect(await sentenceOf(world.open('zeros.arrow'))).toMatch(/^zeros\.arrow .*does not begin with a schema\.$/);
  });

  it('make no bitmap for rows that they only claim', async () => {
    const script = `
import sys, struct, pyarrow as pa, pyarrow.ipc as ipc
n = 12345
kind = pa.struct([('a', pa.bool_()), ('i', pa.int64())])
t = pa.table({'s': pa.array([None if i % 2 else {'a': True, 'i': i} for i in range(n)], kind)})
with ipc.new_file(sys.argv[1] + '/claim.arrow', t.schema) as w: w.write_table(t)
whole = open(sys.argv[1] + '/claim.arrow', 'rb').read()
open(sys.argv[1] + '/claim.arrow', 'wb').write(whole.replace(struct.pack('<q', n), struct.pack('<q', 2**31 - 1)))`;
    await world.make(script);
    const dataset = await world.open('claim.arrow');
    for (const path of [
      ['s', 'a'],
      ['s', 'i'],
    ]) {
      const start = performance.now();
      expect(await sentenceOf(world.readAll(dataset, [path]))).toMatch(
        /^claim\.arrow .*a buffer is shorter than its rows\.$/,
      );
      expect(performance.now() - start).toBeLessThan(1000);
    }
  });

  it('are refused wherever they are cut off', async () => {
    const script = `
import sys, pyarrow as pa, pyarrow.ipc as ipc
t = pa.table({'a': ['x', None, 'yz'], 'd': pa.array(['p', 'q', 'p']).dictionary_encode()})
for name, opener in (('small.arrow', ipc.new_file), ('small.arrows', ipc.new_stream)):
    with opener(f'{sys.argv[1]}/{name}', t.schema) as w: w.write_table(t)`;
    await world.make(script);
    for (const name of ['small.arrow', 'small.arrows']) {
      const whole = await readFile(path.join(world.folder, name));
      const cuts = Array.from({ length: whole.length - 1 }, (_, length) => length + 1).filter(
        (n) => n < 40 || n % 41 === 0,
      );
      for (const length of cuts) {
        await writeFile(path.join(world.folder, `cut-${name}`), whole.subarray(0, length));
        const sentence = await sentenceOf(
          world.open(`cut-${name}`).then((dataset) => world.readAll(dataset, [['a'], ['d']])),
        );
        // A stream may end between messages, or inside its end mark.
        if (name === 'small.arrow') expect(sentence).toMatch(/^cut-small/);
        else if (sentence !== null) expect(sentence).toMatch(/^cut-small/);
      }
    }
  });

  it('never hang or crash, whatever byte is wrong', async () => {
    const script = `
import sys, pyarrow as pa, pyarrow.ipc as ipc
t = pa.table({'a': ['x', None, 'a longer text than a view holds'], 'd': pa.array(['p', 'q', 'p']).dictionary_encode(), 'l': [[1], None, [2, 3]],
  's': [{'k': 1}, None, {'k': 2}], 'v': pa.array(['x', None, 'a longer text than a view holds'], pa.string_view()), 'lv': pa.array([[1], None, [2, 3]], pa.list_view(pa.int8())),
  'm': pa.array([[('k', 1)], None, []], pa.map_(pa.string(), pa.int8())), 'b': pa.array([b'x', None, b'yy'], pa.large_binary()),
  'r': pa.RunEndEncodedArray.from_arrays(pa.array([1, 3], pa.int32()), pa.array(['u', 'w']))})
for name, opener, packed in (('hostile.arrow', ipc.new_file, None), ('hostile.arrows', ipc.new_stream, None), ('hostilez.arrows', ipc.new_stream, 'lz4')):
    with opener(f'{sys.argv[1]}/{name}', t.schema, options=ipc.IpcWriteOptions(compression=packed)) as w: w.write_table(t)`;
    await world.make(script);
    const kernel = openKernel();
    let refused = 0;
    for (const name of ['hostile.arrow', 'hostile.arrows', 'hostilez.arrows']) {
      const whole = await readFile(path.join(world.folder, name));
      let seed = 1;
      const random = (below: number): number => {
        seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
        return Math.floor((seed / 2 ** 32) * below);
      };
      for (let round = 0; round < 80; round++) {
        const broken = Uint8Array.from(whole);
        const view = new DataView(broken.buffer);
        for (let change = 0; change <= random(3); change++) {
          const at = random(broken.length - 8);
          if (random(2) === 0) broken[at] = random(256);
          else view.setInt32(at, [0x7fffffff, -1, -0x80000000, 0x10000, random(1000)][random(5)] ?? 0, true);
        }
        await writeFile(path.join(world.folder, `broken-${name}`), broken);
        const sentence = await sentenceOf(
          world.open(`broken-${name}`).then((dataset) =>
            world.readAll(
              dataset,
              dataset.columns.map((column) => [column.name]),
              kernel,
            ),
          ),
        );
        if (sentence !== null) {
          refused++;
          expect(sentence).toMatch(/^broken-hostile/);
        }
      }
    }
    expect(refused).toBeGreaterThan(40);
  });

  it('name the row whose text is not UTF-8', async () => {
    const script = `
import sys, pyarrow as pa, pyarrow.ipc as ipc
bad = pa.array([b'ok', b'\\xff', b'ok'], pa.binary()).view(pa.string())
split = pa.StringArray.from_buffers(2, pa.py_buffer(b'\\0\\0\\0\\0\\1\\0\\0\\0\\2\\0\\0\\0'), pa.py_buffer('é'.encode()))
for name, array in (('bad.arrow', bad), ('split.arrow', split)):
    t = pa.table({'t': array})
    with ipc.new_file(f'{sys.argv[1]}/{name}', t.schema) as w: w.write_table(t)`;
    await world.make(script);
    const read = (name: string) => sentenceOf(world.open(name).then((dataset) => world.readAll(dataset, [['t']])));
    expect(await read('bad.arrow')).toMatch(/column "t" in row 2 of record batch 1: a value is not UTF-8\.$/);
    expect(await read('split.arrow')).toMatch(/column "t" in row 1 of record batch 1: a value is not UTF-8\.$/);
  });
});
