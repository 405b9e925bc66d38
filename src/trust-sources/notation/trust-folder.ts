/**
 * notation's folder of trust policies and trust stores (`NOTATION_CONFIG`, `~/.config/notation`):
 *
 *     trustpolicy.oci.json, else trustpolicy.json       for images
 *     trustpolicy.blob.json                             for files
 *     truststore/x509/…                                 certificates
 */
import { join } from "node:path";
import { TouchmarkError } from "../../core/errors.ts";
import type { TrustedCertificate, TrustStores } from "../../trust/trust.ts";
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

/** Reads the trust policy for images. Throws FILE_NOT_FOUND, MALFORMED, UNSUPPORTED or LIMIT_EXCEEDED. */
export async function readOciTrustPolicy(folder: string, signal: AbortSignal): Promise<readonly OciTrustPolicyStatement[]> {
  for (const name of ociNames) {
    const path = join(folder, name);
    if ((await kindOf(path)) !== undefined)
      return parseOciTrustPolicy(await readPlainFile(path, trustSourceLimits.trustPolicyFileBytes, signal), path);
  }
  throw new TouchmarkError("FILE_NOT_FOUND", `${folder} has no ${ociNames.join(" and no ")}`);
}

/** Reads the trust policy for files. Throws as `readOciTrustPolicy` does. */
export async function readBlobTrustPolicy(folder: string, signal: AbortSignal): Promise<readonly BlobTrustPolicyStatement[]> {
  const path = join(folder, "trustpolicy.blob.json");
  return parseBlobTrustPolicy(await readPlainFile(path, trustSourceLimits.trustPolicyFileBytes, signal), path);
}

/** Reads the certificates of a statement's stores, by store name. Throws FILE_NOT_FOUND, MALFORMED or LIMIT_EXCEEDED if any cannot be read. */
export async function readTrustStores({ stores }: TrustPolicyStatement, folder: string, signal: AbortSignal): Promise<TrustStores> {
  const read: Record<StoreType, TrustedCertificate[]> = { ca: [], signingAuthority: [], tsa: [] };
  for (const store of stores) {
    const name = `${store.type}:${store.name}`;
    for (const certificate of await readTrustStore(store, folder, signal)) read[store.type].push({ name, certificate });
  }
  return read;
}
