/** The trust data of one repository from one source, a notary server or a trust folder: the exact bytes, and the failures. */
import type { Code, Remedy, TouchmarkError } from "../../../core/errors.ts";
import type { Gun } from "./gun.ts";

export interface TrustData {
  readonly gun: Gun;
  readonly source: "server" | "folder";
  /** The server's URL. */
  readonly location?: string;
  /** By path. */
  readonly files: readonly TrustFile[];
  /** Paths of files that were requested, or that the snapshot names, and that the source does not have. */
  readonly absent: readonly string[];
  readonly unread: readonly Unread[];
}

export interface TrustFile {
  /** `targets/releases.json`. */
  readonly path: string;
  /** `targets/releases`. */
  readonly role: string;
  readonly version: number;
  /** As written in the file. */
  readonly expires?: string;
  readonly bytes: Uint8Array;
}

/** A file that exists, or may exist, and could not be read. */
export interface Unread {
  readonly path: string;
  readonly code: Code;
  readonly message: string;
  readonly hint: string;
  readonly remedy?: Remedy | undefined;
}

export function unread(path: string, { code, message, hint, remedy }: TouchmarkError): Unread {
  return { path, code, message, hint, remedy };
}

/** The form in manifests and reports. */
export function describeUnread({ path, code, message }: Unread): Omit<Unread, "hint" | "remedy"> {
  return { path, code, message };
}
