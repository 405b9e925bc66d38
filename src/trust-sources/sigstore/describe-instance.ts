/** Describes one instance for the user, without a network and even if it is expired. */
import type { Instant } from "../../core/instant.ts";
import { parseTrustedRoot } from "../../trust/parse-trusted-root.ts";
import type { TrustedRoot } from "../../trust/trusted-root.ts";
import type { TrustRootContent } from "../tuf/content.ts";
import { embeddedUntil, readEmbedded } from "./embedded.ts";
import { rootsOf, type Instance } from "./instance.ts";
import { readFetched, trustedRootOf } from "./repository.ts";

export interface InstanceDescription {
  readonly name: string;
  /** URL of the TUF repository, or the source of the import. */
  readonly from: string;
  /** Its origin: fetched from the repository, imported from files, embedded in this package, or not fetched yet. */
  readonly state: "fetched" | "imported" | "embedded" | "missing";
  /** When it was fetched or imported. */
  readonly since?: Instant;
  /** Undefined if it does not expire. */
  readonly expires?: Instant;
  readonly versions?: TrustRootContent["versions"];
  readonly roots: readonly TrustedRoot[];
}

/** Throws TRUST_ROOT_INVALID for a damaged instance, FILE_NOT_FOUND if it cannot be read. */
export async function describeInstance(instance: Instance, folder: string): Promise<InstanceDescription> {
  const { name, kind } = instance;
  if (kind === "files") {
    const from = instance.files.map(({ source }) => source).join(", ");
    return { name, from, state: "imported", since: instance.imported, roots: rootsOf(instance) };
  }
  const from = instance.mirror.href;
  const content = (await readFetched(instance, folder))?.content;
  if (content) {
    const { fetched, expires, versions } = content;
    return { name, from, state: "fetched", since: fetched, expires, versions, roots: [trustedRootOf(content, instance)] };
  }
  if (instance.root) return { name, from, state: "missing", roots: [] };
  const roots = [parseTrustedRoot(await readEmbedded("trusted_root.json"), name)];
  return { name, from, state: "embedded", expires: await embeddedUntil(), roots };
}
