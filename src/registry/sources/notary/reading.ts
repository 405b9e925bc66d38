/** Collects the trust data of one repository: adds files, checks them, and records failures. */
import { asTouchmarkError, TouchmarkError, type Code } from "../../../core/errors.ts";
import { checkRootNames } from "./root-names.ts";
import type { Gun } from "./gun.ts";
import { parseMetadata, type Metadata } from "./metadata.ts";
import { registryLimits } from "../../limits.ts";
import { unread, type TrustData, type TrustFile, type Unread } from "./trust-data.ts";

/** Failures that end the whole reading, not one file. */
const fatal: ReadonlySet<Code> = new Set(["INTERRUPTED", "INTERNAL"]);

export interface Taken extends TrustFile {
  readonly metadata: Metadata;
}

export interface Wanted {
  readonly path: string;
  readonly role: string;
  /** For messages: a URL, or a path. */
  readonly from: string;
  /** The required version of the file. */
  readonly version?: number;
}

export class RepositoryReading {
  readonly #gun: Gun;
  readonly #files: TrustFile[] = [];
  readonly #absent: string[] = [];
  readonly #unread: Unread[] = [];
  #bytes = 0;
  #stopped: TouchmarkError | undefined;

  constructor(gun: Gun) {
    this.#gun = gun;
  }

  /** Adds the result of `read`; undefined if there is no such file, or it cannot be used, which is recorded. Throws fatal errors, such as SUBJECT_MISMATCH. */
  async take(wanted: Wanted, read: () => Promise<Uint8Array | undefined>): Promise<Taken | undefined> {
    try {
      if (this.#stopped) throw this.#stopped;
      const bytes = await read();
      if (bytes !== undefined) return this.#accept(wanted, bytes);
      this.miss(wanted.path);
    } catch (thrown) {
      const error = asTouchmarkError(thrown);
      if (fatal.has(error.code) || isForeign(wanted, error)) throw error;
      this.fail(wanted.path, error);
    }
    return undefined;
  }

  /** Records that the source does not have the file. */
  miss(path: string): void {
    this.#absent.push(path);
  }

  /** Records why the file could not be read. */
  fail(path: string, error: TouchmarkError): void {
    this.#unread.push(unread(path, error));
  }

  /** Stops reading: the remaining files fail with the same error. */
  stop(error: TouchmarkError): void {
    this.#stopped ??= error;
  }

  data(source: Pick<TrustData, "source" | "location">): TrustData {
    const files = this.#files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    const unreadFiles = this.#unread.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    return { gun: this.#gun, ...source, files, absent: this.#absent.toSorted(), unread: unreadFiles };
  }

  #accept({ path, role, from, version }: Wanted, bytes: Uint8Array): Taken {
    const metadata = parseMetadata(bytes, role, from);
    if (role === "root") checkRootNames(metadata, this.#gun, from);
    if (version !== undefined && metadata.version !== version) {
      throw new TouchmarkError("MALFORMED", `${from} holds version ${metadata.version}, expected ${version}`);
    }
    this.#bytes += bytes.length;
    if (this.#bytes > registryLimits.trustBytes) {
      const error = new TouchmarkError(
        "LIMIT_EXCEEDED",
        `the trust data of ${this.#gun.name} has more than ${registryLimits.trustBytes} bytes`,
      );
      this.stop(error);
      throw error;
    }
    const { expires } = metadata;
    const file = { path, role, version: metadata.version, ...(expires !== undefined && { expires }), bytes };
    this.#files.push(file);
    return { ...file, metadata };
  }
}

/** A current root of another repository: all other files then belong to that one too. */
function isForeign({ path }: Wanted, { code }: TouchmarkError): boolean {
  return code === "SUBJECT_MISMATCH" && path === "root.json";
}
