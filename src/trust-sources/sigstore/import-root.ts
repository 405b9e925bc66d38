/** Imports a trust root from a file, a URL or a TUF repository, and stores it under a name. */
import { cacheLookup } from "../cache-lookup.ts";
import { encodeUtf8, decodeUtf8 } from "../../core/bytes.ts";
import { TouchmarkError } from "../../core/errors.ts";
import type { HttpClient } from "../../net/http.ts";
import { printableUrl } from "../../core/printable.ts";
import { readSource } from "../../files/read-source.ts";
import type { TrustRootContent } from "../tuf/content.ts";
import { writeCached } from "../tuf/cache-entry.ts";
import { verifyKept } from "../tuf/read.ts";
import { openRoot, requireFresh } from "../tuf/workflow.ts";
import { isExported, parseExported, readDocument, type Exported } from "./exported.ts";
import {
  anchorOf,
  readInstance,
  rootsOf,
  writeInstance,
  type FilesInstance,
  type Instance,
  type RepositoryInstance,
  type RootFile,
} from "./instance.ts";
import { isProtected } from "./mirror-url.ts";
import { checkInstanceName } from "./instances-folder.ts";
import { publicGood, publicInstance } from "./public-good.ts";
import { keptIn, readFetched, refresh, trustedRootOf, type RefreshOptions } from "./repository.ts";
import { trustSourceLimits } from "../limits.ts";

export interface ImportOptions extends RefreshOptions {
  readonly name: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

type Versions = TrustRootContent["versions"];

/** Imports from a TUF repository; stored only if it can be fetched and holds a trusted root. Throws as `refresh` does. */
export async function importRepository(instance: RepositoryInstance, options: RefreshOptions): Promise<void> {
  checkInstanceName(instance.name);
  await refresh(instance, options);
  await writeInstance(options.folder, instance);
}

/**
 * Imports files or URLs: each a `trusted_root.json`, several of them in lines, or a single file from `exportInstance`.
 * Throws FILE_NOT_FOUND, MALFORMED, TRUST_ROOT_INVALID, TRUST_ROOT_EXPIRED, USAGE for a URL without TLS,
 * and what fetching throws.
 */
export async function importFiles(references: readonly string[], options: ImportOptions): Promise<Instance> {
  const name = checkInstanceName(options.name);
  const read = await Promise.all(references.map(async (source) => ({ source, bytes: await readReference(source, options) })));
  const [first] = read;
  const document = first && read.length === 1 ? readDocument(first.bytes, first.source, trustSourceLimits.importBytes) : undefined;
  if (document && isExported(document)) return importExported(parseExported(document, name), options);
  const files = read.flatMap(splitLines);
  if (files.length > trustSourceLimits.instanceRoots)
    throw new TouchmarkError(
      "LIMIT_EXCEEDED",
      `${files.length} trusted roots are more than the ${trustSourceLimits.instanceRoots} of one name`,
    );
  const instance: FilesInstance = { kind: "files", name, imported: options.at, files };
  rootsOf(instance);
  await writeInstance(options.folder, instance);
  return instance;
}

/** Verifies its chain of documents from the root that is trusted here; it may not be older than the cached one. */
async function importExported({ instance, kept }: Exported, { folder, at }: ImportOptions): Promise<Instance> {
  if (instance.kind === "repository" && kept) {
    const { content, documents } = verifyKept(kept, openRoot(await anchorOf(instance)));
    trustedRootOf(content, instance);
    for (const document of documents) requireFresh(document, at);
    await requireNotBehind(instance, content.versions, folder);
    await writeCached(keptIn(instance, folder), kept);
  }
  await writeInstance(folder, instance);
  return instance;
}

/** Whether it is older than the cache of the same repository, from any mirror; the same root identifies the repository. */
async function requireNotBehind(instance: RepositoryInstance, { root, timestamp }: Versions, folder: string): Promise<void> {
  // A damaged cache, or one of another repository, is replaced.
  const here = await cacheLookup(async () => {
    const before = (await readInstance(folder, instance.name)) ?? (instance.name === publicGood ? publicInstance : undefined);
    const { mirror } = before?.kind === "repository" ? before : instance;
    return readFetched({ ...instance, mirror }, folder);
  });
  const before = here?.content.versions;
  if (!before || (before.root <= root && before.timestamp <= timestamp)) return;
  const [what, old, given] = before.root > root ? ["root", before.root, root] : ["timestamp", before.timestamp, timestamp];
  throw new TouchmarkError("TRUST_ROOT_INVALID", `${instance.name} would go back from version ${old} of its ${what} to ${given}`, {
    hint: "Export it again where it was updated last.",
  });
}

/** Parses a file of one trusted root, or of several, one in each line, as GitHub's tool writes them. */
function splitLines({ source, bytes }: RootFile): readonly RootFile[] {
  if (readDocument(bytes, source, trustSourceLimits.importBytes)) return [{ source, bytes }];
  const lines = decodeUtf8(bytes, source)
    .split("\n")
    .filter((line) => /[^ \t\r]/.test(line)) // the whitespace of JSON
    .map(encodeUtf8);
  const [first] = lines;
  return first && readDocument(first, source, trustSourceLimits.importBytes)
    ? lines.map((line) => ({ source, bytes: line }))
    : [{ source, bytes }];
}

async function readReference(reference: string, { env, http, signal }: ImportOptions): Promise<Uint8Array> {
  const url = /^https?:\/\//.test(reference) ? URL.parse(reference) : null;
  return url ? fetchFile(url, http, signal) : readSource(reference, { maxBytes: trustSourceLimits.importBytes, env, signal });
}

async function fetchFile(url: URL, http: HttpClient, signal: AbortSignal): Promise<Uint8Array> {
  if (!isProtected(url)) {
    throw new TouchmarkError("USAGE", `${printableUrl(url)} is plain HTTP, over which any host on the way could answer`, {
      hint: "Fetch it over https.",
    });
  }
  const { status, body } = await http.request({ method: "GET", url, maxBytes: trustSourceLimits.importBytes, signal });
  if (status === 200) return body;
  throw new TouchmarkError("UNREACHABLE", `${printableUrl(url)} cannot be had: the host answers with status ${status}`);
}
