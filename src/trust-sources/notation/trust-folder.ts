/**
 * The folder that notation keeps its trust in (`NOTATION_CONFIG`, `~/.config/notation`):
 *
 *     trustpolicy.oci.json, else trustpolicy.json       for images
 *     trustpolicy.blob.json                             for files
 *     truststore/x509/…                                 certificates
 */
import { join } from "node:path";
import { TouchmarkError } from "../../core/errors.ts";
import type { Certificate } from "../../core/x509/certificate.ts";
import type { NotationTrust } from "../../trust/notation/notation-trust.ts";
import {
  parseBlobTrustPolicy,
  parseOciTrustPolicy,
  type BlobTrustPolicyStatement,
  type OciTrustPolicyStatement,
  type TrustPolicyStatement,
  type StoreType,
} from "../../trust/notation/trust-policy.ts";
import { kindOf, readPlainFile } from "./plain-file.ts";
import { readTrustStore } from "./trust-store.ts";
import { trustSourceLimits } from "../limits.ts";

const ociNames = ["trustpolicy.oci.json", "trustpolicy.json"];

/** The trust policy for images. Throws FILE_NOT_FOUND, MALFORMED, UNSUPPORTED or LIMIT_EXCEEDED. */
export async function readOciTrustPolicy(folder: string, signal: AbortSignal): Promise<readonly OciTrustPolicyStatement[]> {
  for (const name of ociNames) {
    const path = join(folder, name);
    if ((await kindOf(path)) !== undefined)
      return parseOciTrustPolicy(await readPlainFile(path, trustSourceLimits.trustPolicyFileBytes, signal), path);
  }
  throw new TouchmarkError("FILE_NOT_FOUND", `${folder} has no ${ociNames.join(" and no ")}`);
}

/** The trust policy for files. Throws as `readOciTrustPolicy` does. */
export async function readBlobTrustPolicy(folder: string, signal: AbortSignal): Promise<readonly BlobTrustPolicyStatement[]> {
  const path = join(folder, "trustpolicy.blob.json");
  return parseBlobTrustPolicy(await readPlainFile(path, trustSourceLimits.trustPolicyFileBytes, signal), path);
}

/** What a statement trusts, its stores opened. Throws FILE_NOT_FOUND, MALFORMED or LIMIT_EXCEEDED if any of them cannot be read. */
export async function readNotationTrust(statement: TrustPolicyStatement, folder: string, signal: AbortSignal): Promise<NotationTrust> {
  const stores: Record<StoreType, Certificate[]> = { ca: [], signingAuthority: [], tsa: [] };
  for (const store of statement.stores) stores[store.type].push(...(await readTrustStore(store, folder, signal)));
  const { name, identities, verifyTimestamp, level } = statement;
  return { name, stores, identities, verifyTimestamp, revocation: level.revocation === "skip" ? "skip" : "ask" };
}
