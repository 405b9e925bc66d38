/** The port to the files of one layout, in a folder or in an archive. Paths are relative, with `/`. */
export interface LayoutStore {
  /** Reads a whole file; undefined if there is none. Throws LIMIT_EXCEEDED over `maxBytes`, FILE_NOT_FOUND if it is unreadable. */
  read(path: string, maxBytes: number): Promise<Uint8Array | undefined>;

  /** Opens a file as a stream, to be read at once; undefined if there is none. */
  open(path: string): Promise<AsyncIterable<Uint8Array> | undefined>;

  /** Writes a file of this many bytes, and creates its folders. If the content fails, no file is created. */
  write(path: string, content: Uint8Array | AsyncIterable<Uint8Array>, size: number): Promise<void>;

  /** Writes the file if its content is still `before`, undefined meaning no file; returns whether it was. */
  replace(path: string, before: Uint8Array | undefined, bytes: Uint8Array): Promise<boolean>;

  /** Removes the file, if it exists. */
  remove(path: string): Promise<void>;

  /** Whether it is a file that holds anything: what is no layout is somebody's other archive. A folder is shared by all that is in it. */
  isFilledArchive(): Promise<boolean>;
}
