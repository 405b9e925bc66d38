/**
 * Creates a trusted root from the files of an instance's services, each named as for cosign's `trusted-root create`:
 *
 *     fulcio, tsa  url=URL,certificate-chain=FILE[,start-time=TIME][,end-time=TIME]
 *     rekor, ctfe  url=URL,public-key=FILE,start-time=TIME[,end-time=TIME][,origin=NAME]
 */
import { equalBytes, toHex } from "../../core/bytes.ts";
import { TouchmarkError } from "../../core/errors.ts";
import type { Certificate } from "../../core/x509/certificate.ts";
import { parsePemCertificates } from "../../core/x509/pem-certificates.ts";
import { basicConstraints } from "../../core/x509/extensions.ts";
import { quoteName } from "../../core/x509/name.ts";
import { readSource, type SourceOptions } from "../../files/read-source.ts";
import { operatorOf } from "../../trust/operator.ts";
import { parsePublicKey } from "../../trust/parse-public-key.ts";
import type { CertificateAuthority, LogAuthority, TrustedRoot } from "../../trust/trusted-root.ts";
import { logId } from "./log-id.ts";
import { parseService, periodOf, type ServiceWithKeys } from "./service.ts";
import { trustSourceLimits } from "../limits.ts";

export interface InstanceServices {
  readonly fulcio: readonly string[];
  readonly rekor: readonly string[];
  readonly ctfe: readonly string[];
  readonly tsa: readonly string[];
}

type Sources = Omit<SourceOptions, "maxBytes">;

const authorityKeys = { required: ["url", "certificate-chain"], optional: ["start-time", "end-time"] } as const;
const logKeys = { required: ["url", "public-key", "start-time"], optional: ["end-time", "origin"] } as const;

/** Throws USAGE for an invalid service, FILE_NOT_FOUND, INVALID_KEY, MALFORMED for the content of its files. */
export async function createTrustedRoot({ fulcio, rekor, ctfe, tsa }: InstanceServices, sources: Sources): Promise<TrustedRoot> {
  const authorities = (texts: readonly string[], kind: "fulcio" | "tsa"): Promise<readonly CertificateAuthority[]> =>
    Promise.all(texts.map((text) => readAuthority(parseService(kind, text, authorityKeys), sources)));
  const logs = async (texts: readonly string[], kind: "rekor" | "ctfe"): Promise<readonly LogAuthority[]> =>
    distinct(kind, await Promise.all(texts.map((text) => readLog(parseService(kind, text, logKeys), sources))));
  return {
    certificateAuthorities: await authorities(fulcio, "fulcio"),
    logs: await logs(rekor, "rekor"),
    certificateLogs: await logs(ctfe, "ctfe"),
    timestampAuthorities: await authorities(tsa, "tsa"),
  };
}

/** Valid from the start of the root's validity, or, for a timestamp authority, of its signing certificate's. */
async function readAuthority(service: ServiceWithKeys, sources: Sources): Promise<CertificateAuthority> {
  const { kind, url } = service;
  const chain = await readChain(service, sources);
  const first = kind === "tsa" ? chain[0] : chain.at(-1);
  if (kind === "tsa" && (chain.length < 2 || (first && basicConstraints(first)?.ca))) {
    throw wrong(service, "certificate-chain", "needs the certificate that signs timestamps, and after it those of its authorities");
  }
  return { name: url, operator: operatorOf(url), chain, validFor: periodOf(service, first?.notBefore ?? 0) };
}

async function readChain(service: ServiceWithKeys, sources: Sources): Promise<readonly Certificate[]> {
  const path = service.values.get("certificate-chain") ?? "";
  const pem = await readSource(path, { ...sources, maxBytes: trustSourceLimits.pemBytes });
  const chain = parsePemCertificates(pem, path, trustSourceLimits.serviceChain);
  for (const [i, { issuer }] of chain.slice(0, -1).entries()) {
    const next = chain[i + 1];
    if (next && !equalBytes(issuer.raw, next.subject.raw)) {
      throw wrong(
        service,
        "certificate-chain",
        `goes from the issuing certificate up: after one by ${quoteName(issuer)} stands ${quoteName(next.subject)}`,
      );
    }
  }
  return chain;
}

async function readLog(service: ServiceWithKeys, sources: Sources): Promise<LogAuthority> {
  const { url, values } = service;
  const path = values.get("public-key") ?? "";
  const publicKey = parsePublicKey(await readSource(path, { ...sources, maxBytes: trustSourceLimits.pemBytes }), path);
  const id = toHex(logId(publicKey, values.get("origin")));
  return { name: url, id, operator: operatorOf(url), publicKey, validFor: periodOf(service, 0) };
}

/** Entries name a log only by its id. */
function distinct(kind: string, logs: readonly LogAuthority[]): readonly LogAuthority[] {
  const twice = logs.find(({ id }, i) => logs.findIndex((log) => log.id === id) < i);
  if (!twice) return logs;
  throw new TouchmarkError("USAGE", `two logs given by ${kind} have one id, the second being ${twice.name}`, {
    hint: "Each log has its own key: check the public-key files.",
  });
}

function wrong({ kind, values }: ServiceWithKeys, key: string, message: string): TouchmarkError {
  return new TouchmarkError("USAGE", `the ${key} of ${kind}, ${values.get(key)}, ${message}`, { hint: "Check the file." });
}
