import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openLineSample, type SampleLimits, type Sampled } from '../../../../src/core/pipeline/lineSample.ts';

type Line = Sampled & { readonly row: number };

function sampleOf(lines: readonly Line[], limits: SampleLimits): readonly Line[] {
  const sample = openLineSample<Line>(limits);
  lines.forEach(sample.add);
  return sample.lines();
}

/** The rule, said plainly. */
function expected(lines: readonly Line[], { lines: most, least, chars }: SampleLimits): Line[] {
  let sum = 0;
  return lines
    .toSorted((a, b) => a.hash - b.hash || a.row - b.row)
    .filter((line, before) => {
      const isIn = before < least || (before < most && sum < chars);
      sum += line.chars;
      return isIn;
    });
}

const table = fc
  .array(fc.record({ hash: fc.nat(30), chars: fc.nat(20) }), { maxLength: 60 })
  .map((rows) => rows.map((row, index): Line => ({ ...row, row: index })));
const bounds = fc.record({
  lines: fc.integer({ min: 1, max: 12 }),
  least: fc.integer({ min: 1, max: 4 }),
  chars: fc.nat(60),
});

it('holds the lowest hashes within its bounds, however the lines are gathered first', () => {
  fc.assert(
    fc.property(table, bounds, fc.integer({ min: 1, max: 4 }), (lines, limits, workers) => {
      const whole = expected(lines, limits);
      expect(sampleOf(lines, limits)).toEqual(whole);
      // Each worker gives what was in its own sample when it came, and the rest of its rows changes nothing.
      const given = Array.from({ length: workers }, (_, worker) => {
        const own = openLineSample<Line>(limits);
        return lines.filter((line) => {
          if (line.row % workers !== worker || !own.wants(line.hash)) return false;
          own.add(line);
          return true;
        });
      });
      const inOrder = given.flat().toSorted((a, b) => a.row - b.row);
      expect(sampleOf(inOrder, limits)).toEqual(whole);
    }),
    { numRuns: 500 },
  );
});
