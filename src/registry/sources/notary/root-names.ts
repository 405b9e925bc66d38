/** Checks the repository of a root file: notary's root certificates name the repository, or a prefix of it that ends in `*`. */
import { malformed, TouchmarkError } from "../../../core/errors.ts";
import { Fields } from "../../../core/json/json.ts";
import { parsePemCertificates } from "../../../core/x509/pem-certificates.ts";
import { printableText } from "../../../core/printable.ts";
import type { Gun } from "./gun.ts";
import type { Metadata } from "./metadata.ts";
import { registryLimits } from "../../limits.ts";

/** Throws SUBJECT_MISMATCH for a root of other repositories. A root without a readable certificate may be of any, and passes. */
export function checkRootNames({ signed }: Metadata, gun: Gun, what: string): void {
  const names = namesIn(signed);
  if (names.length === 0 || names.some((name) => covers(name, gun.name))) return;
  const found = names
    .slice(0, registryLimits.rootNames)
    .map((name) => JSON.stringify(printableText(name, 200)))
    .join(", ");
  throw new TouchmarkError("SUBJECT_MISMATCH", `${what} is the root of another repository: expected ${gun.name}, found ${found}`, {
    hint: "Check the name of the repository and the notary server; the trust data of the other repository is not saved under this name.",
  });
}

function covers(name: string, gun: string): boolean {
  return name.endsWith("*") ? gun.startsWith(name.slice(0, -1)) : name === gun;
}

function namesIn(signed: Fields): readonly string[] {
  const keys = signed.fields("keys");
  return Object.keys(keys.object).flatMap((id) => commonNamesOf(keys, id));
}

function commonNamesOf(keys: Fields, id: string): readonly string[] {
  try {
    const key = keys.fields(id);
    if (!key.string("keytype").endsWith("-x509")) return [];
    const pem = Buffer.from(key.fields("keyval").string("public"), "base64");
    const [leaf] = parsePemCertificates(pem, "the certificate", registryLimits.rootCertificates);
    const [, name] = /(?:^|[,+])CN=([^,+]+)/.exec(leaf.subject.text) ?? [];
    if (name === undefined) throw malformed("the certificate has no common name");
    return [name];
  } catch {
    return []; // an unreadable certificate is saved as it is, and left to verification
  }
}
