/** A company that signs for the Notary Project: its authority, its certificates, and notation's trust configuration, all as files. */
import type { KeyObject } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Instant } from "../../src/core/instant.ts";
import { encodePem } from "../../src/core/asn1/pem.ts";
import type { Certificate } from "../../src/core/x509/certificate.ts";
import { extensions, makeCertificate, makeKey, type Shape } from "../../src/core/x509/fixture.test.ts";

export interface Company {
  readonly root: Certificate;
  /** Writes NAME.key and NAME.pem, which holds its chain up to the root; valid unless the shape says otherwise. */
  signer(name: string, shape?: Shape): Promise<Signer>;
}

export interface Signer {
  readonly privateKey: KeyObject;
  readonly certificate: Certificate;
  /** The flags that sign with it. */
  readonly flags: readonly string[];
}

/** Writes NAME.crt, its root, valid for the year 2026 unless told otherwise. */
export async function makeCompany(folder: string, name: string, validity: Pick<Shape, "notBefore" | "notAfter"> = {}): Promise<Company> {
  const of = (person: string): string => `C=US,ST=WA,O=${name},CN=${person}`;
  const authority = makeKey();
  const asRoot = [extensions.authority(), extensions.keyCertSign];
  const root = makeCertificate({ subject: of("root"), key: authority, extensions: asRoot, ...validity });
  await writeFile(join(folder, `${name}.crt`), pem(root));
  return {
    root,
    async signer(person, shape = {}) {
      const { key = makeKey() } = shape;
      const certificate = makeCertificate({
        subject: of(person),
        issuer: of("root"),
        signedBy: authority.privateKey,
        extensions: [extensions.digitalSignature],
        ...validity,
        ...shape,
        key,
      });
      const paths = { key: join(folder, `${person}.key`), chain: join(folder, `${person}.pem`) };
      await writeFile(paths.key, key.privateKey.export({ type: "pkcs8", format: "pem" }));
      await writeFile(paths.chain, pem(certificate) + pem(root));
      return { privateKey: key.privateKey, certificate, flags: ["--key", paths.key, "--certificate-chain", paths.chain] };
    },
  };
}

export const pem = ({ raw }: Pick<Certificate, "raw">): string => encodePem("CERTIFICATE", raw);

/** A statement of a trust policy: by default for every repository, strict, and for any signer under acme's authority. */
export type Statement = Readonly<Record<string, unknown>>;

export interface TrustFolder {
  readonly statements: readonly Statement[];
  /** Certificates of stores, as `ca/acme`. */
  readonly stores: Readonly<Record<string, readonly Certificate[]>>;
}

/** Writes a folder as notation keeps it. */
export async function writeTrustFolder(folder: string, { statements, stores }: TrustFolder, policy = "trustpolicy.json"): Promise<void> {
  for (const [store, certificates] of Object.entries(stores)) {
    const path = join(folder, "truststore", "x509", store);
    await mkdir(path, { recursive: true });
    for (const [i, certificate] of certificates.entries()) await writeFile(join(path, `${i}.pem`), pem(certificate));
  }
  await mkdir(folder, { recursive: true });
  const trustPolicies = statements.map((statement) => ({ ...usual, ...statement }));
  await writeFile(join(folder, policy), JSON.stringify({ version: "1.0", trustPolicies }));
}

const usual: Statement = {
  name: "company",
  registryScopes: ["*"],
  signatureVerification: { level: "strict" },
  trustStores: ["ca:acme"],
  trustedIdentities: ["x509.subject: C=US, ST=WA, O=acme"],
};

export const day: Instant = 24 * 60 * 60 * 1000;
