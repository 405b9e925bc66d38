/** Where mutation begins: vectors, and small documents that a target spells itself. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parsePem } from "../../src/core/asn1/pem.ts";

const root = join(import.meta.dirname, "../..");

/** The files of these names, relative to the repository. A pattern that finds none is a mistake. */
export function files(...patterns: readonly string[]): readonly Uint8Array[] {
  return patterns.flatMap((pattern) => {
    const found = globSync(pattern, { cwd: root }).toSorted();
    if (found.length === 0) throw new Error(`there is no ${pattern}`);
    return found.map((file) => readFileSync(join(root, file)));
  });
}

export function texts(...list: readonly string[]): readonly Uint8Array[] {
  return list.map((text) => Buffer.from(text));
}

export function documents(...list: readonly unknown[]): readonly Uint8Array[] {
  return list.map((document) => Buffer.from(JSON.stringify(document)));
}

/** What the blocks of PEM files hold. */
export function pemBlocks(...patterns: readonly string[]): readonly Uint8Array[] {
  return files(...patterns).flatMap((text) => parsePem(text, "a seed").map(({ bytes }) => bytes));
}

/** Bytes from a notation's JWS vector: its certificates, or its timestamp token. */
export function jwsHeader(folder: string): { readonly certificates: readonly Uint8Array[]; readonly timestamp: Uint8Array | undefined } {
  const { header } = JSON.parse(readFileSync(join(root, `test/vectors/notation/${folder}/envelope.json`), "utf8"));
  const timestamp: string | undefined = header["io.cncf.notary.timestampSignature"];
  const chain: readonly string[] = header.x5c;
  return {
    certificates: chain.map((base64) => Buffer.from(base64, "base64")),
    timestamp: timestamp === undefined ? undefined : Buffer.from(timestamp, "base64"),
  };
}
