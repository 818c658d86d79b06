/** Random access to the bytes of one file. Reads are half-open and may be issued concurrently. */
export interface ByteSource {
  /** For error sentences. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Milliseconds since the epoch when it was opened, as the listing has them. */
  readonly modifiedMs: number;
  /** Exactly the bytes [offset, offset + length); a short file is a `changed` error naming it. They may lie in `into`, which has room for them, else in a fresh array. */
  read: (offset: number, length: number, signal: AbortSignal, into?: Uint8Array) => Promise<Uint8Array>;
  /** Throws `changed` if the file is no longer the one that was opened (size or time). */
  verifyUnchanged: () => Promise<void>;
  close: () => Promise<void>;
}

/** A file as a store lists it. */
export interface ListedFile {
  readonly uri: string;
  /** Relative to the listed root, `/` between parts. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** The place where datasets lie. Local files now; object stores implement the same. */
export interface FileStore {
  open: (uri: string, signal: AbortSignal) => Promise<ByteSource>;
  /** What a URI names: one file, a folder, or nothing. */
  stat: (
    uri: string,
    signal: AbortSignal,
  ) => Promise<{ kind: 'file'; file: ListedFile } | { kind: 'folder' } | { kind: 'missing' }>;
  /** Every file below a folder, unsorted; entries whose name begins with `_` or `.` are passed over, and so is all below them, but the names of such folders are in `passedOver`. */
  list: (uri: string, signal: AbortSignal) => Promise<{ files: ListedFile[]; passedOver: string[] }>;
  /** Files that match a glob (`*`, `**`, `?`, `{a,b}`, `[a-z]`), with the fixed folder before the first wildcard as the root of names. */
  glob: (pattern: string, signal: AbortSignal) => Promise<{ root: string; files: ListedFile[] }>;
}

/** How a page or buffer may be compressed. */
export type PageCodec = 'UNCOMPRESSED' | 'SNAPPY' | 'GZIP' | 'BROTLI' | 'ZSTD' | 'LZ4' | 'LZ4_RAW' | 'LZ4_FRAME';

/** The next piece of some bytes, valid until the one after it is asked for; null behind the last. */
export type NextPiece = () => Promise<Uint8Array | null>;

/** Decompression by native code or WebAssembly; never trusts the packed bytes: output longer or shorter than `sizeBytes` is an error. */
export interface Codecs {
  /** One packed block whose unpacked size is known. Throws a plain Error with a short cause; the caller names the file. */
  unpack: (codec: PageCodec, packed: Uint8Array, sizeBytes: number) => Uint8Array;
  /**
   * One packed block, unpacked piece by piece in bounded memory, each piece valid until the next is asked for; together they have `sizeBytes`. `open` reads
   * the packed bytes from their front, and may be asked to do so again. Null for codecs that unpack whole blocks only. Throws a plain Error as `unpack` does.
   */
  unpackPieces: (
    codec: PageCodec,
    open: () => NextPiece,
    sizeBytes: number,
  ) => AsyncGenerator<Uint8Array, void, undefined> | null;
  /** A whole packed text file as a stream of unpacked pieces of about 1 MB, in bounded memory. Broken or truncated input is a `badData` error naming `source`. */
  unpackStream: (kind: 'gzip' | 'zstd', source: ByteSource, signal: AbortSignal) => AsyncIterable<Uint8Array>;
}

/** Incremental SHA-256. */
export interface Hasher {
  update: (bytes: Uint8Array) => void;
  /** Lower-case hex. */
  digest: () => string;
}

/** The time, and waiting for it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Resolves after `ms`, rejects with `cancelled` as soon as the signal aborts. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Technical log: never row content, never a secret. */
export interface Log {
  info: (message: string) => void;
  warn: (message: string) => void;
}

/** Scratch files that live as long as their owner. A full disk is a `disk` error naming the folder. */
export interface TempSpace {
  /** Appends to a new scratch file and gives it back for reading. */
  create: () => Promise<TempFile>;
  /** Deletes every file. */
  close: () => Promise<void>;
}

/** A file that lives as long as its space. */
export interface TempFile {
  append: (bytes: Uint8Array) => Promise<void>;
  /** Bytes [offset, offset + length); fewer only at the end. */
  read: (offset: number, length: number) => Promise<Uint8Array>;
}
