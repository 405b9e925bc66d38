/** A certificate authority of the test's own, and what it certifies, made by openssl. */
import { join } from "node:path";
import { runWell } from "./run.ts";

/** Paths of a certificate and its private key, both PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface Authority extends KeyPair {
  /** A certificate for the server of this name. */
  server(host: string): Promise<KeyPair>;
  /** A certificate for a client of this name. */
  client(name: string): Promise<KeyPair>;
}

const elliptic = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"] as const;
const rsa = ["-newkey", "rsa:2048"] as const;

export async function makeAuthority(folder: string, name = "authority"): Promise<Authority> {
  const root = await make(folder, name, elliptic);
  const signed = ["-CA", root.certificate, "-CAkey", root.key, "-addext", "basicConstraints=critical,CA:FALSE"];
  return {
    ...root,
    server: (host) => make(folder, host, elliptic, [...signed, "-addext", `subjectAltName=DNS:${host}`]),
    client: (client) => make(folder, client, elliptic, [...signed, "-addext", "extendedKeyUsage=clientAuth"]),
  };
}

/** A certificate that its own RSA key signed. */
export function makeSelfSigned(folder: string, name: string): Promise<KeyPair> {
  return make(folder, name, rsa);
}

async function make(folder: string, name: string, algorithm: readonly string[], more: readonly string[] = []): Promise<KeyPair> {
  const pair = { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
  const to = ["-keyout", pair.key, "-out", pair.certificate];
  await runWell("openssl", ["req", "-x509", ...algorithm, "-noenc", "-days", "1", "-subj", `/CN=${name}`, ...to, ...more]);
  return pair;
}
