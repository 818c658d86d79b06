import type { Random } from '../seeded.ts';

const TRIES = 40;

/**
 * A text that matches a regular expression and has between `least` and `most` characters, or null if none was found: groups,
 * alternatives, classes, escapes and counts are understood, and whatever was made is tried against the expression itself.
 */
export function matchingText(pattern: string, least: number, most: number, random: Random): string | null {
  const expression = compiled(pattern);
  if (expression === null || pattern.length > 1000) return null;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    // Counts without a bound grow from try to try until the text is long enough.
    const writer = new PatternWriter(pattern, random, attempt === 0 ? 1 : Math.ceil((least * attempt) / 4) + attempt);
    const text = writer.write();
    if (text !== null && text.length >= least && text.length <= most && expression.test(text)) return text;
  }
  return null;
}

function compiled(pattern: string): RegExp | null {
  try {
    return new RegExp(pattern, 'u');
  } catch {
    return null;
  }
}

const DIGITS = '0123456789';
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const PRINTABLE = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');
const WORD = `${LETTERS}${LETTERS.toUpperCase()}${DIGITS}_`;
const without = (excluded: string) => [...PRINTABLE].filter((character) => !excluded.includes(character)).join('');
const CLASSES: Readonly<Record<string, string>> = {
  d: DIGITS,
  w: WORD,
  s: ' ',
  D: without(DIGITS),
  W: without(WORD),
  S: without(' '),
};
const CONTROLS: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v' };

class PatternWriter {
  readonly #pattern: string;
  readonly #random: Random;
  readonly #stretch: number;
  #at = 0;
  #depth = 0;

  constructor(pattern: string, random: Random, stretch: number) {
    this.#pattern = pattern;
    this.#random = random;
    this.#stretch = Math.min(stretch, 1000);
  }

  /** The text, or null where the expression holds something this writer does not know. */
  write(): string | null {
    const text = this.#alternatives();
    return this.#at === this.#pattern.length ? text : null;
  }

  #alternatives(): string | null {
    if (++this.#depth > 32) return null;
    const texts: string[] = [];
    do {
      const text = this.#sequence();
      if (text === null) return null;
      texts.push(text);
    } while (this.#take('|'));
    this.#depth--;
    return texts[Math.floor(this.#random() * texts.length)] ?? '';
  }

  #sequence(): string | null {
    let text = '';
    while (this.#at < this.#pattern.length && !'|)'.includes(this.#peek())) {
      const start = this.#at;
      const once = this.#atom();
      if (once === null) return null;
      const end = this.#at;
      const count = this.#count();
      if (count === null) return null;
      if (text.length + count * Math.max(1, once.length) > 200_000) return null;
      const after = this.#at;
      for (let number = 0; number < count; number++) {
        this.#at = start;
        text += this.#atom() ?? '';
      }
      this.#at = count === 0 ? Math.max(after, end) : after;
    }
    return text;
  }

  #atom(): string | null {
    const character = this.#next();
    switch (character) {
      case '^':
      case '$':
        return '';
      case '.':
        return this.#oneOf(LETTERS);
      case '(':
        return this.#group();
      case '[':
        return this.#class();
      case '\\':
        return this.#escape();
      default:
        return '*+?{'.includes(character) ? null : character;
    }
  }

  #group(): string | null {
    if (this.#take('?')) {
      if (this.#take('<')) {
        const end = this.#pattern.indexOf('>', this.#at);
        if (end < 0 || '=!'.includes(this.#peek())) return null;
        this.#at = end + 1;
      } else if (!this.#take(':')) {
        return null;
      }
    }
    const text = this.#alternatives();
    return this.#take(')') ? text : null;
  }

  #class(): string | null {
    const negated = this.#take('^');
    let members = '';
    while (this.#at < this.#pattern.length && this.#peek() !== ']') {
      const first = this.#member();
      if (first === null) return null;
      if (first.length === 1 && this.#peek() === '-' && this.#pattern[this.#at + 1] !== ']') {
        this.#at++;
        const last = this.#member();
        if (last === null || last.length !== 1) return null;
        for (let code = first.charCodeAt(0); code <= last.charCodeAt(0); code++) members += String.fromCharCode(code);
      } else {
        members += first;
      }
    }
    if (!this.#take(']')) return null;
    return this.#oneOf(negated ? without(members) : members);
  }

  #member(): string | null {
    const character = this.#next();
    return character === '\\' ? this.#escaped(this.#next()) : character;
  }

  #escape(): string | null {
    const character = this.#next();
    if (character === 'b') return '';
    const members = this.#escaped(character);
    return members === null ? null : this.#oneOf(members);
  }

  #escaped(character: string): string | null {
    const known = CLASSES[character] ?? CONTROLS[character];
    if (known !== undefined) return known;
    if (character === 'u' || character === 'x') {
      const digits = this.#pattern.slice(this.#at, this.#at + (character === 'u' ? 4 : 2));
      if (!/^[0-9a-f]+$/i.test(digits)) return null;
      this.#at += digits.length;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    return /[A-Za-z0-9]/.test(character) || character === '' ? null : character;
  }

  #count(): number | null {
    const spread = (from: number, to: number) => from + Math.floor(this.#random() * (to - from + 1));
    const rest = /^(?:\*|\+|\?|\{(\d{1,6})(,)?(\d{1,6})?\})\??/.exec(this.#pattern.slice(this.#at));
    if (rest === null) return 1;
    this.#at += rest[0].length;
    const least = rest[1] === undefined ? (rest[0].startsWith('+') ? 1 : 0) : Number(rest[1]);
    if (rest[0].startsWith('?')) return spread(0, 1);
    if (rest[1] !== undefined && rest[2] === undefined) return least;
    const most = rest[3] === undefined ? least + this.#stretch : Math.min(Number(rest[3]), least + this.#stretch);
    return spread(least, most);
  }

  #oneOf(characters: string): string | null {
    return characters === '' ? null : (characters[Math.floor(this.#random() * characters.length)] ?? null);
  }

  #peek(): string {
    return this.#pattern[this.#at] ?? '';
  }

  #next(): string {
    return this.#pattern[this.#at++] ?? '';
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at++;
    return true;
  }
}
