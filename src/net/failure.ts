/** Maps Node's connection errors to TouchmarkErrors: host and port, what happened, what to do. */
import { TouchmarkError, type Code } from "../core/errors.ts";
import { printableHost } from "../core/printable.ts";

interface Explanation {
  readonly code: Code;
  readonly what: (host: string) => string;
  readonly hint?: string;
  readonly remedy?: keyof typeof tlsHints;
}

const resets: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE"]);
const noTls = "ERR_SSL_WRONG_VERSION_NUMBER";

/** Remedies for TLS failures that a setting may solve: a front end finds the text in a verdict, and shows its own. */
export const tlsHints: Readonly<Record<"trust-certificate-authority" | "present-client-certificate", string>> = {
  "trust-certificate-authority":
    "If a private certificate authority issued it, trust that authority for registries; if not, something else answers for this host.",
  "present-client-certificate": "Give the one you were issued, and its key.",
};

const explanations: Readonly<Record<string, Explanation>> = {
  ENOTFOUND: { code: "UNREACHABLE", what: () => "the name does not resolve", hint: "Check the spelling of the host and the name service." },
  EAI_AGAIN: { code: "UNREACHABLE", what: () => "the name service does not answer", hint: "Check the network and the name service." },
  ECONNREFUSED: { code: "UNREACHABLE", what: () => "the connection was refused", hint: "Check the port, and that the server runs." },
  ECONNRESET: { code: "UNREACHABLE", what: () => "the connection was cut" },
  EPIPE: { code: "UNREACHABLE", what: () => "the connection was cut" },
  ETIMEDOUT: { code: "TIMEOUT", what: () => "the connection timed out" },
  EHOSTUNREACH: { code: "UNREACHABLE", what: () => "there is no way to the host" },
  ENETUNREACH: { code: "UNREACHABLE", what: () => "there is no way to the network" },
  HPE_HEADER_OVERFLOW: { code: "LIMIT_EXCEEDED", what: () => "its answer's header is over the limit of 32 KiB" },
  [noTls]: { code: "INSECURE_REGISTRY", what: () => "it does not speak TLS" },
  EPROTO: { code: "UNREACHABLE", what: () => "TLS could not be agreed on" },
  CERT_HAS_EXPIRED: {
    code: "UNREACHABLE",
    what: (host) => `the certificate of ${host} has expired`,
    hint: "The operator of the host must renew it.",
  },
  ERR_PROXY_TUNNEL: {
    code: "UNREACHABLE",
    what: () => "the proxy refuses the connection",
    hint: "Check HTTPS_PROXY, with the user and password that the proxy may want, and NO_PROXY.",
  },
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: {
    code: "UNAUTHORIZED",
    what: () => "it asks for a client certificate",
    remedy: "present-client-certificate",
  },
  ERR_TLS_CERT_ALTNAME_INVALID: { code: "UNREACHABLE", what: (host) => `the certificate is not one for ${host}` },
};

/** Maps the error of a failed request; `error` is what Node threw, and becomes the cause. */
export function failureOf(error: unknown, url: URL): TouchmarkError {
  if (error instanceof TouchmarkError) return error;
  const name = nameOf(error);
  const { code, what, hint, remedy } = explanations[name] ?? explain(name);
  const advice = remedy ? { hint: tlsHints[remedy], remedy: { id: remedy } } : hint === undefined ? {} : { hint };
  const details = { cause: error, ...advice };
  return new TouchmarkError(code, `${printableHost(url)} cannot be used: ${what(url.hostname)}`, details);
}

/** Whether the connection broke, so that the request may be retried. */
export function isReset(error: unknown): boolean {
  return error instanceof TouchmarkError && error.code === "UNREACHABLE" && resets.has(nameOf(error.cause));
}

function explain(name: string): Explanation {
  if (/_ALERT_(?:BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_|UNSUPPORTED_CERTIFICATE|ACCESS_DENIED)/.test(name)) {
    return { code: "UNAUTHORIZED", what: () => `it refuses the client certificate (${name})`, hint: "Give one that was issued for it." };
  }
  if (name.startsWith("HPE_")) return { code: "UNREACHABLE", what: () => "it does not answer in HTTP" };
  if (/CERT|ISSUER|SIGNATURE/.test(name)) {
    const what = (host: string): string => `the certificate of ${host} is not trusted by this machine (${name})`;
    return { code: "UNREACHABLE", what, remedy: "trust-certificate-authority" };
  }
  return { code: "UNREACHABLE", what: () => name };
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown error";
  if (error.message.includes("wrong version number")) return noTls; // its code, EPROTO, says less
  const code = "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : error.name;
}
