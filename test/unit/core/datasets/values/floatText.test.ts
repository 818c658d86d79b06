import { describe, expect, it } from 'vitest';
import { floatText } from '../../../../../src/core/datasets/values/floatText.ts';
import { openKernel } from '../../../../../src/kernel/kernel.ts';
import { python } from '../../../../support/python.ts';
import { readText } from '../../../../support/textColumns.ts';

/** numpy's shortest texts (Dragon4) of every half float, and of singles: random ones, powers of two and their neighbours, the smallest. */
const SCRIPT = `
import numpy as np, json, base64
halves = np.arange(65536, dtype=np.uint16).view(np.float16)
powers = np.arange(0, 255, dtype=np.uint32) << 23
random = np.random.default_rng(7).integers(0, 2**32, 20000, dtype=np.uint32)
short = (np.arange(1, 5000) * 0.005).astype(np.float32).view(np.uint32)
singles = np.concatenate([random, short, powers, powers + 1, powers - 1, np.arange(1, 500, dtype=np.uint32)]).astype(np.uint32).view(np.float32)
def texts(a):
    a = a[np.isfinite(a)]
    return [base64.b64encode(a.tobytes()).decode(), [np.format_float_scientific(v, unique=True, trim='-') for v in a]]
print(json.dumps([texts(halves), texts(singles)]))`;

describe('floats of 16 and 32 bits', () => {
  it('have the digits that numpy finds shortest, spelt as JavaScript spells numbers', async () => {
    const kernel = openKernel();
    const [halves, singles] = JSON.parse(await python(SCRIPT)) as [string, string[]][];
    for (const [bits, made] of [[16, halves] as const, [32, singles] as const]) {
      const [raw = '', expected = []] = made ?? [];
      const data = kernel.put(Buffer.from(raw, 'base64'));
      const found = readText(kernel, floatText(kernel, bits, expected.length, data, 0, 0), expected.length);
      expect(found).toEqual(expected.map((text) => String(Number(text) === 0 ? 0 : Number(text))));
    }
  });
});
