/**
 * Reads all trust data of a repository from a notary server: the timestamp, its snapshot, every role of the snapshot, and
 * every earlier root. Following hashes only makes the files consistent; it is not a verification.
 */
import { mapBounded } from "../../../core/async/map-bounded.ts";
import { asTouchmarkError, TouchmarkError, type Code } from "../../../core/errors.ts";
import { hashOf } from "../../../core/keys/hash.ts";
import { printableText } from "../../../core/printable.ts";
import type { Gun } from "./gun.ts";
import { digestsIn } from "./metadata.ts";
import { NotANotaryServer, type NotaryRepository, type NotaryServer } from "./notary-server.ts";
import { RepositoryReading, type Taken } from "./reading.ts";
import { isRole } from "./role.ts";
import { unread, type TrustData } from "./trust-data.ts";
import { registryLimits } from "../../limits.ts";

/** Concurrent requests for one repository. */
const width = 4;
/** Errors after which no more requests for this repository are sent. */
const hopeless: ReadonlySet<Code> = new Set(["UNREACHABLE", "TIMEOUT", "UNAUTHORIZED", "RATE_LIMITED", "INSECURE_REGISTRY"]);

/** Absent and unreadable files are in the result. Throws only INTERRUPTED. */
export async function readServer(server: NotaryServer, gun: Gun, signal: AbortSignal): Promise<TrustData> {
  const source = { source: "server", location: server.location } as const;
  try {
    for (let tries = 1; ; tries++) {
      const pass = new ServerPass(server.open(gun), gun, signal);
      if ((await pass.readAll()) || tries === registryLimits.trustReads) return pass.reading.data(source);
    }
  } catch (thrown) {
    const error = asTouchmarkError(thrown);
    if (error.code !== "SUBJECT_MISMATCH") throw error;
    return { gun, ...source, files: [], absent: [], unread: [unread("root.json", error)] };
  }
}

/** One pass over the repository. */
class ServerPass {
  readonly reading: RepositoryReading;
  readonly #repository: NotaryRepository;
  readonly #signal: AbortSignal;
  #isConsistent = true;

  constructor(repository: NotaryRepository, gun: Gun, signal: AbortSignal) {
    this.reading = new RepositoryReading(gun);
    this.#repository = repository;
    this.#signal = signal;
  }

  /** Whether the files are consistent. */
  async readAll(): Promise<boolean> {
    const timestamp = await this.#take("timestamp");
    const snapshot = await this.#take("snapshot", this.#digestsIn(timestamp).get("snapshot"));
    const digests = this.#digestsIn(snapshot);
    const roles = new Set(["root", "targets", ...digests.keys()]).difference(new Set(["timestamp", "snapshot"]));
    const taken = await mapBounded(this.#bounded([...roles]), width, (role) => this.#take(role, digests.get(role)));
    const root = taken.find((file) => file?.role === "root");
    if (root) await this.#takeEarlierRoots(root.version);
    return this.#isConsistent;
  }

  #digestsIn(file: Taken | undefined): ReadonlyMap<string, string | undefined> {
    if (file === undefined) return new Map();
    try {
      return digestsIn(file.metadata);
    } catch (thrown) {
      this.reading.fail(file.path, asTouchmarkError(thrown));
      return new Map();
    }
  }

  /** The valid roles; the others are recorded as failures. */
  #bounded(roles: readonly string[]): readonly string[] {
    const known = roles.filter((role) => isRole(role));
    for (const role of new Set(roles).difference(new Set(known))) {
      const message = `the snapshot names ${JSON.stringify(printableText(role, 100))}, which is not the name of a role`;
      this.reading.fail("snapshot.json", new TouchmarkError("MALFORMED", message));
    }
    if (known.length > registryLimits.trustRoles) {
      const message = `the snapshot names ${known.length} roles, over the limit of ${registryLimits.trustRoles}`;
      this.reading.fail("snapshot.json", new TouchmarkError("LIMIT_EXCEEDED", message));
    }
    return known.slice(0, registryLimits.trustRoles);
  }

  /** Reads the file by the name with its digest if that is known, since that file never changes; else by its plain name. */
  #take(role: string, sha256?: string): Promise<Taken | undefined> {
    const path = `${role}.json`;
    return this.reading.take({ path, role, from: this.#repository.describe(path) }, async () => {
      const pinned = sha256 === undefined ? undefined : await this.#fetch(`${role}.${sha256}.json`);
      const bytes = pinned ?? (await this.#fetch(path));
      if (bytes && sha256 !== undefined && hashOf(bytes, "sha256") !== sha256) this.#changed(path);
      return bytes;
    });
  }

  #changed(path: string): void {
    this.#isConsistent = false;
    const message = `${this.#repository.describe(path)} changed while the repository was read: it is not the file that was named before`;
    const hint = "What was read is saved. Save the repository once more, while no one signs in it.";
    this.reading.fail(path, new TouchmarkError("CONFLICT", message, { hint }));
  }

  async #takeEarlierRoots(current: number): Promise<void> {
    const first = Math.max(1, current - registryLimits.trustRoots);
    if (first > 1) {
      const message = `the root is of version ${current}; of the earlier ones, the last ${registryLimits.trustRoots} are asked for`;
      this.reading.fail("root.json", new TouchmarkError("LIMIT_EXCEEDED", message));
    }
    const versions = Array.from({ length: Math.max(0, current - first) }, (_, i) => current - 1 - i);
    await mapBounded(versions, width, (version) => {
      const path = `${version}.root.json`;
      return this.reading.take({ path, role: "root", from: this.#repository.describe(path), version }, () => this.#fetch(path));
    });
  }

  async #fetch(file: string): Promise<Uint8Array | undefined> {
    try {
      return await this.#repository.fetch(file, this.#signal);
    } catch (thrown) {
      const error = asTouchmarkError(thrown);
      if (error instanceof NotANotaryServer || hopeless.has(error.code)) this.reading.stop(error);
      throw error;
    }
  }
}
