/** The port to the files of one layout, in a folder or in an archive. Paths are relative, with `/`. */
export interface LayoutStore {
  /** The whole file; undefined if there is none. Throws LIMIT_EXCEEDED over `maxBytes`, FILE_NOT_FOUND for what may not be read. */
  read(path: string, maxBytes: number): Promise<Uint8Array | undefined>;

  /** The file as it comes, to be read at once; undefined if there is none. */
  open(path: string): Promise<AsyncIterable<Uint8Array> | undefined>;

  /** Writes the file, of this many bytes, and what it lies in. If the content breaks off, there is none. */
  write(path: string, content: Uint8Array | AsyncIterable<Uint8Array>, size: number): Promise<void>;

  /** Writes the file if it still is as it was before, undefined standing for no file; says whether it was. */
  replace(path: string, before: Uint8Array | undefined, bytes: Uint8Array): Promise<boolean>;

  /** Removes the file, if there is one. */
  remove(path: string): Promise<void>;
}
