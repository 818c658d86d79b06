import type { SampledText } from '../model/block.ts';
import { openRandom } from '../profile/random.ts';

/** A line's longer texts are represented by windows spread over them, so that a sample is bounded whatever the rows are. */
const LINE_CHARS = 65_536;
const WINDOWS = 8;

/** A line's text as it goes into a sample; `texts` is the number of the line's texts, `seed` decides where windows lie. */
export function sampledText(text: string, texts: number, seed: number): SampledText {
  const most = Math.ceil(LINE_CHARS / texts);
  if (text.length <= most) return { chars: text.length, parts: [text] };
  const random = openRandom(seed);
  const size = Math.ceil(most / WINDOWS);
  const stratum = text.length / WINDOWS;
  const parts = Array.from({ length: WINDOWS }, (_, index) => {
    const from = Math.floor(index * stratum + random() * Math.max(0, stratum - size));
    return text.slice(from, from + size);
  });
  return { chars: text.length, parts };
}
