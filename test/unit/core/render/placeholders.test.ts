import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnReference, parsePlaceholders } from '../../../../src/core/render/placeholders.ts';

/** The parts in short: texts as strings, columns as [name, quoted]. */
function short(text: string) {
  const { parts, problem } = parsePlaceholders(text);
  expect(problem).toBeNull();
  return parts.map((part) => (part.kind === 'text' ? part.text : [part.reference.name, part.reference.quoted]));
}

describe('placeholders', () => {
  it('are taken out of the text around them', () => {
    expect(short('')).toEqual([]);
    expect(short('plain { } }} text')).toEqual(['plain { } }} text']);
    expect(short('{{a}}')).toEqual([['a', false]]);
    expect(short('x {{ a.b }}{{\n"odd }} \\"name\\" \\u00e9"\t}} y')).toEqual([
      'x ',
      ['a.b', false],
      ['odd }} "name" é', true],
      ' y',
    ]);
    expect(short('{"q": {{my column}}}')).toEqual(['{"q": ', ['my column', false], '}']);
  });

  it('do not begin at doubled braces, and may stand in a brace', () => {
    expect(short('{{{{a}}')).toEqual(['{{a}}']);
    expect(short('{{{{{{a}}')).toEqual(['{{', ['a', false]]);
    expect(short('{{{{{{{{')).toEqual(['{{{{']);
    expect(short('{{{a}}}')).toEqual(['{', ['a', false], '}']);
    expect(short('a {{{{ b {{c}}')).toEqual(['a {{ b ', ['c', false]]);
  });

  it('say where they are in the text', () => {
    const text = '12{{ a }}3{{"b"}}';
    const columns = parsePlaceholders(text).parts.filter((part) => part.kind === 'column');
    expect(columns.map(({ at, end }) => text.slice(at, end))).toEqual(['{{ a }}', '{{"b"}}']);
  });

  it('that are broken are a problem with its place', () => {
    const problem = (text: string) => parsePlaceholders(text).problem;
    expect(problem('ab {{c')).toEqual({ at: 3, sentence: expect.stringContaining('never closes') as string });
    expect(problem('{{}}')?.sentence).toContain('names no column');
    expect(problem('{{a}} {{ \n }}')).toEqual({
      at: 6,
      sentence: expect.stringContaining('names no column') as string,
    });
    for (const text of ['{{""}}', '{{"a}}', '{{"\\x"}}', '{{"a\nb"}}'])
      expect(problem(text)?.sentence).toContain('JSON string');
    expect(problem('{{"a"b}}')?.sentence).toContain('must end with }}');
    for (const text of ['{{a"b}}', '{{a\nb}}', '{{a{b}}', '{{a}b}}'])
      expect(problem(text)?.sentence).toContain('quote it');
  });

  it('never throw and never lose text, whatever it is', () => {
    const text = fc.array(fc.constantFrom('{', '{{', '}', '}}', '"', '\\', 'a', ' ', '\n'), { maxLength: 30 });
    fc.assert(
      fc.property(text, (pieces) => {
        const whole = pieces.join('');
        const { parts, problem } = parsePlaceholders(whole);
        if (problem !== null) return;
        const back = parts.map((part) => (part.kind === 'column' ? whole.slice(part.at, part.end) : part.text));
        expect(back.join('').length).toBeLessThanOrEqual(whole.length);
        expect(parts.every((part) => part.kind === 'column' || part.text !== '')).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('stay literal when every {{ is doubled', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        const plain = [before, after].map((part) => part.replaceAll('{', '(')).join('{{');
        expect(short(plain.replace('{{', '{{{{'))).toEqual([plain]);
      }),
    );
  });
});

describe('columnReference', () => {
  it('reads a name as a placeholder would', () => {
    expect(columnReference('a.b')).toEqual({ name: 'a.b', quoted: false });
    expect(columnReference(' "a.b" ')).toEqual({ name: 'a.b', quoted: true });
    for (const text of ['', ' ', '{{', '}} {{', 'a}}b', '"a']) expect(columnReference(text)).toBeNull();
  });
});
