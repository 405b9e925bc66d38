/** Adds certificates to a trust store of the Notary Project, as `notation certificate add` does: as a new file in the store's folder. */
import { basename, join } from "node:path";
import { equalBytes, encodeUtf8 } from "../../core/bytes.ts";
import { digestOf, hexOf } from "../../core/digest.ts";
import { TouchmarkError } from "../../core/errors.ts";
import { encodePem } from "../../core/asn1/pem.ts";
import type { Certificate } from "../../core/x509/certificate.ts";
import { writeAtomically } from "../../files/atomic-write.ts";
import { makeFolder } from "../../files/durable-files.ts";
import { readSource } from "../../files/read-source.ts";
import type { StoreName } from "../../trust/notation/trust-policy.ts";
import { kindOf } from "./plain-file.ts";
import { parseTrusted, readTrustStore, storeFolder } from "./trust-store.ts";
import { trustSourceLimits } from "../limits.ts";

export interface AddOptions {
  /** A path, or `env://VAR`, of PEM or DER. */
  readonly source: string;
  /** notation's folder, `~/.config/notation`. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

export interface Added {
  readonly certificates: readonly Certificate[];
  /** The new file; absent if the store already has all the certificates. */
  readonly path?: string;
}

/**
 * Adds a file atomically, and never overwrites another. Throws MALFORMED for a certificate that a store of this type may not hold,
 * and what reading the store throws: nothing is added to a store that is refused.
 */
export async function addToStore(store: StoreName, { source, folder, env, signal }: AddOptions): Promise<Added> {
  const certificates = await parseTrusted(
    await readSource(source, { maxBytes: trustSourceLimits.storeFileBytes, env, signal }),
    store.type,
    source,
  );
  const path = storeFolder(store, folder);
  const held = (await kindOf(path)) === undefined ? [] : await readTrustStore(store, folder, signal);
  const fresh = certificates.filter(({ raw }) => !held.some((one) => equalBytes(one.raw, raw)));
  if (fresh.length === 0) return { certificates };
  try {
    await makeFolder(path, 0o700);
  } catch (cause) {
    throw new TouchmarkError("FILE_NOT_FOUND", `${path} cannot be made`, { cause, hint: "Check that this user may write there." });
  }
  return { certificates, path: await writeBeside(path, source, fresh) };
}

/** Links the file under its own name, or the next free one. */
async function writeBeside(path: string, source: string, certificates: readonly Certificate[]): Promise<string> {
  const bytes = encodeUtf8(certificates.map(({ raw }) => encodePem("CERTIFICATE", raw)).join(""));
  // It is first written outside the store, since every file in the store is read as a certificate.
  await using write = await writeAtomically({ path: join(path, "..", "certificates"), bytes, mode: 0o600 });
  const [, stem = "", extension = ""] = /^([a-zA-Z0-9_-][a-zA-Z0-9_.-]{0,99}?)(\.[a-zA-Z0-9]+)?$/.exec(basename(source)) ?? [];
  const name = stem || hexOf(digestOf(bytes)).slice(0, 16);
  for (let tries = 1; ; tries++) {
    const file = join(path, `${name}${tries === 1 ? "" : `-${tries}`}${extension || ".pem"}`);
    try {
      await write.create(file);
      return file;
    } catch (error) {
      if (tries === trustSourceLimits.storeNames || !(error instanceof TouchmarkError && error.code === "FILE_EXISTS")) throw error;
    }
  }
}
