const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Little-endian float32 behind base64, as the embeddings endpoint writes them with `encoding_format: "base64"`. */
function fromBase64(text: string): Float32Array | null {
  if (text === '' || text.length % 4 !== 0 || !BASE64.test(text)) return null;
  const binary = atob(text);
  if (binary.length % 4 !== 0) return null;
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return new Float32Array(bytes.buffer);
}

/** One embedding from an answer: an array of numbers or base64; null when it is neither, or empty. */
export function readEmbedding(value: unknown): Float32Array | null {
  if (typeof value === 'string') return fromBase64(value);
  if (!Array.isArray(value) || value.length === 0) return null;
  const vector = new Float32Array(value.length);
  for (let at = 0; at < value.length; at++) {
    const item: unknown = value[at];
    if (typeof item !== 'number') return null;
    vector[at] = item;
  }
  return vector;
}
