/** Fetches the files of a TUF repository from a mirror (TUF specification 1.0, sections 3.1 and 6.2). */
import { TouchmarkError } from "../../core/errors.ts";
import { hexOf } from "../../core/digest.ts";
import type { HttpClient } from "../../net/http.ts";
import { printableUrl } from "../../core/printable.ts";
import { maxDocumentBytes } from "./document.ts";
import type { DocumentFacts, TargetFacts } from "./metadata.ts";

export interface MirrorOptions {
  readonly url: URL;
  readonly http: HttpClient;
  readonly signal: AbortSignal;
}

/** Statuses by which storage services report a missing file. */
const missing: ReadonlySet<number> = new Set([403, 404]);

export class Mirror {
  readonly #options: MirrorOptions;

  constructor(options: MirrorOptions) {
    this.#options = options;
  }

  /** Undefined if this version does not exist yet. */
  root(version: number): Promise<Uint8Array | undefined> {
    return this.#find(`${version}.root.json`, maxDocumentBytes.root);
  }

  timestamp(): Promise<Uint8Array> {
    return this.#fetch("timestamp.json", maxDocumentBytes.timestamp);
  }

  document(
    role: "snapshot" | "targets",
    { version, length = maxDocumentBytes[role] }: DocumentFacts,
    consistent: boolean,
  ): Promise<Uint8Array> {
    return this.#fetch(consistent ? `${version}.${role}.json` : `${role}.json`, Math.min(length, maxDocumentBytes[role]));
  }

  target(name: string, { length, digests }: TargetFacts, consistent: boolean): Promise<Uint8Array> {
    const parts = name.split("/").map(encodeURIComponent);
    const [digest] = digests;
    const file = consistent && digest !== undefined ? `${hexOf(digest)}.${parts.at(-1)}` : parts.at(-1);
    return this.#fetch(["targets", ...parts.slice(0, -1), file].join("/"), length);
  }

  async #fetch(path: string, maxBytes: number): Promise<Uint8Array> {
    const bytes = await this.#find(path, maxBytes);
    if (bytes !== undefined) return bytes;
    throw new TouchmarkError("UNREACHABLE", `${printableUrl(this.#urlOf(path))} is not there`, {
      hint: "Check the URL of the mirror; if it is right, try again later.",
    });
  }

  async #find(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
    const { http, signal } = this.#options;
    const url = this.#urlOf(path);
    const { status, body } = await http.request({ method: "GET", url, maxBytes, signal });
    if (status === 200) return body;
    if (missing.has(status)) return undefined;
    throw new TouchmarkError("UNREACHABLE", `${printableUrl(url)} cannot be had: the mirror answers with status ${status}`);
  }

  #urlOf(path: string): URL {
    const { href } = this.#options.url;
    return new URL(path, href.endsWith("/") ? href : `${href}/`);
  }
}
