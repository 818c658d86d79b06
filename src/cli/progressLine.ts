import { createLogUpdate } from 'log-update';
import { plain, plainLines } from './print/plain.ts';

/** Milliseconds between two plain lines where standard error is no terminal. */
const PLAIN_EVERY_MS = 5_000;

/** Progress on standard error: a block that redraws itself on a terminal, plain lines now and then elsewhere. */
export interface ProgressLine {
  /** Shows the newest state; lines that repeat are not printed again. */
  show: (lines: readonly string[]) => void;
  /** A sentence that stays. */
  note: (sentence: string) => void;
  /** Takes the redrawn block away. */
  end: () => void;
}

export function openProgressLine(): ProgressLine {
  const stream = process.stderr;
  if (!stream.isTTY) {
    let shownAt = 0;
    let shown = '';
    return {
      show: (lines) => {
        const [text = ''] = lines;
        const now = Date.now();
        if (text === shown || now - shownAt < PLAIN_EVERY_MS) return;
        shownAt = now;
        shown = text;
        stream.write(`${plain(text)}\n`);
      },
      note: (sentence) => void stream.write(`${plainLines(sentence)}\n`),
      end: () => undefined,
    };
  }
  const update = createLogUpdate(stream);
  let last: readonly string[] = [];
  return {
    show: (lines) => {
      last = lines;
      update(lines.map(plainLines).join('\n'));
    },
    note: (sentence) => {
      update.clear();
      stream.write(`${plainLines(sentence)}\n`);
      if (last.length > 0) update(last.map(plainLines).join('\n'));
    },
    end: () => {
      last = [];
      update.clear();
      update.done();
    },
  };
}
