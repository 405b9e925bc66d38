/**
 * The catalogue of codes: why something was refused, or could not be done.
 *
 * Checks, verdicts, errors, exit statuses and HTTP responses use the same codes. `exit` is the
 * process's exit status, `http` a server's response status, `summary` the meaning of the code, `remedy`
 * the next step for the user. A remedy never suggests trusting more.
 */
export interface CodeEntry {
  readonly exit: number;
  readonly http: number;
  readonly summary: string;
  readonly remedy: string;
}

export type Code =
  | "INTERNAL"
  | "MALFORMED"
  | "USAGE"
  | "INVALID_REFERENCE"
  | "FILE_NOT_FOUND"
  | "FILE_EXISTS"
  | "INVALID_KEY"
  | "WRONG_PASSWORD"
  | "INSECURE_REGISTRY"
  | "NO_SIGNATURE"
  | "NO_SUCH_IMAGE"
  | "NO_MATCHING_SIGNATURE"
  | "KEY_MISMATCH"
  | "SUBJECT_MISMATCH"
  | "SIGNATURE_INVALID"
  | "ANNOTATION_MISMATCH"
  | "MALFORMED_EVIDENCE"
  | "CERTIFICATE_REQUIRED"
  | "CERTIFICATE_INVALID"
  | "CERTIFICATE_UNTRUSTED"
  | "SCT_INVALID"
  | "LOG_ENTRY_MISSING"
  | "LOG_ENTRY_PENDING"
  | "LOG_ENTRY_INVALID"
  | "TIMESTAMP_MISSING"
  | "TIMESTAMP_INVALID"
  | "IDENTITY_MISMATCH"
  | "TRUST_ROOT_INVALID"
  | "TRUST_ROOT_EXPIRED"
  | "POLICY_DENIED"
  | "REVOKED"
  | "REVOCATION_UNKNOWN"
  | "EXPIRED"
  | "UNREACHABLE"
  | "TIMEOUT"
  | "SERVICE_MISSING"
  | "SERVICE_REFUSED"
  | "SERVICE_UNAVAILABLE"
  | "PLUGIN_FAILED"
  | "REGISTRY_ERROR"
  | "RATE_LIMITED"
  | "DIGEST_MISMATCH"
  | "CONFLICT"
  | "UNAUTHORIZED"
  | "IDENTITY_TOKEN_MISSING"
  | "IDENTITY_TOKEN_INVALID"
  | "SIGN_IN_FAILED"
  | "CONSENT_REQUIRED"
  | "UNDECIDED"
  | "UNSUPPORTED"
  | "LIMIT_EXCEEDED"
  | "INTERRUPTED";

export const catalogue: Readonly<Record<Code, CodeEntry>> = {
  INTERNAL: {
    exit: 1,
    http: 500,
    summary: "Something happened that Touchmark did not expect.",
    remedy: "Run again with TOUCHMARK_DEBUG=1 and report the trace it prints.",
  },
  MALFORMED: {
    exit: 32,
    http: 422,
    summary: "Bytes that should be a document of a known kind are not one.",
    remedy: "Find out what wrote the document; nothing in it is used as it is.",
  },
  USAGE: {
    exit: 2,
    http: 400,
    summary: "The command line or the request is not of the form it must have.",
    remedy: "Write it as the documentation of the command or the request says.",
  },
  INVALID_REFERENCE: {
    exit: 2,
    http: 400,
    summary: "An image reference does not follow the grammar of references.",
    remedy: "Write [HOST[:PORT]/]NAME[:TAG][@sha256:HEX], or oci:PATH[:TAG] for a layout folder, oci-archive:PATH[:TAG] for an archive.",
  },
  FILE_NOT_FOUND: {
    exit: 2,
    http: 400,
    summary: "A file that was named does not exist or cannot be read.",
    remedy: "Check the path and that this user may read the file.",
  },
  FILE_EXISTS: {
    exit: 2,
    http: 409,
    summary: "A file that would be written exists already.",
    remedy: "Choose another name, or move the existing file away; keys are never overwritten.",
  },
  INVALID_KEY: {
    exit: 2,
    http: 400,
    summary: "A key cannot be read, or is of a kind that is not accepted.",
    remedy: "Give an ECDSA P-256, P-384 or P-521, RSA 2048 to 4096 or Ed25519 key in PEM.",
  },
  WRONG_PASSWORD: {
    exit: 2,
    http: 400,
    summary: "The password does not open the private key.",
    remedy: "Set TOUCHMARK_PASSWORD (or COSIGN_PASSWORD) to the key's password, or type it at the prompt.",
  },
  INSECURE_REGISTRY: {
    exit: 2,
    http: 400,
    summary: "Only a registry on loopback may be used over plain HTTP.",
    remedy: "Serve the registry over TLS. Plain HTTP is for test networks, and must be allowed explicitly.",
  },
  NO_SIGNATURE: {
    exit: 10,
    http: 403,
    summary: "Every location was read, and the image has no signature.",
    remedy:
      "If it is a copy, its signatures may have stayed behind: copy them too. If a tag was asked for, check that it still names the image that was signed. Else sign it by its digest.",
  },
  NO_SUCH_IMAGE: {
    exit: 11,
    http: 404,
    summary: "The repository has no image under this tag or digest.",
    remedy: "Check the name and the tag; list what is there with your registry's own tools.",
  },
  NO_MATCHING_SIGNATURE: {
    exit: 12,
    http: 403,
    summary: "There are signatures, and none of them meets the requirement.",
    remedy: "Read the reason of each signature. If the image is the right one, have it signed by an expected signer.",
  },
  KEY_MISMATCH: {
    exit: 12,
    http: 403,
    summary: "The signature was made by none of the trusted keys.",
    remedy: "Find out who signed it. If that is the right signer, get the public key from them. If not, do not use the image or file.",
  },
  SUBJECT_MISMATCH: {
    exit: 12,
    http: 403,
    summary: "The signature is for other content.",
    remedy:
      "The content under this name was changed or the signature was copied here: go back to the digest that was signed, or have the new content signed.",
  },
  SIGNATURE_INVALID: {
    exit: 12,
    http: 403,
    summary: "The signature names a trusted key, but does not verify with it.",
    remedy: "The signature or the signed content was altered: do not use it. Fetch it again from its source, and compare the digests.",
  },
  ANNOTATION_MISMATCH: {
    exit: 12,
    http: 403,
    summary: "The signature verifies, but does not have the required annotations.",
    remedy: "Use the image that was signed with these annotations, or have it signed with them.",
  },
  MALFORMED_EVIDENCE: {
    exit: 12,
    http: 403,
    summary: "The evidence cannot be read: it is not valid in its format.",
    remedy: "Find out which tool wrote it, and have it signed again.",
  },
  CERTIFICATE_REQUIRED: {
    exit: 13,
    http: 403,
    summary: "A certificate is required, and the signature has none.",
    remedy: "Have it signed with a certificate, or name the key that is expected.",
  },
  CERTIFICATE_INVALID: {
    exit: 12,
    http: 403,
    summary: "A certificate does not meet the requirements for its use.",
    remedy: "Have it signed again with a certificate for signing. Show the reason to the certificate's issuer.",
  },
  CERTIFICATE_UNTRUSTED: {
    exit: 12,
    http: 403,
    summary: "The certificate does not chain to a trusted root.",
    remedy: "Find out who signed. If that is the expected signer, import the root of their certificate authority from its own source.",
  },
  SCT_INVALID: {
    exit: 12,
    http: 403,
    summary: "The certificate is in no trusted certificate transparency log.",
    remedy: "Have it signed again with a certificate of an authority that logs its certificates: one that is not logged may be misissued.",
  },
  LOG_ENTRY_MISSING: {
    exit: 12,
    http: 403,
    summary: "The signature is in no trusted transparency log.",
    remedy: "Have it signed again with a log entry, or ask its publisher for the signature with its log entry.",
  },
  LOG_ENTRY_PENDING: {
    exit: 12,
    http: 403,
    summary: "The log entry of the signature is still pending: it was signed while the log was not available.",
    remedy: "Upload the pending log entry. The signer can do that, and so can any account that may write to the repository.",
  },
  LOG_ENTRY_INVALID: {
    exit: 12,
    http: 403,
    summary: "A log entry does not verify, or belongs to another signature.",
    remedy: "Fetch the signature again from its source. If the result is the same, it was altered: do not use the image or file.",
  },
  TIMESTAMP_MISSING: {
    exit: 12,
    http: 403,
    summary: "No trusted log or timestamp authority attests when the signature was made.",
    remedy: "Have it signed again with a timestamp or a log entry that carries its time.",
  },
  TIMESTAMP_INVALID: {
    exit: 12,
    http: 403,
    summary: "A timestamp does not verify, or belongs to another signature.",
    remedy: "Fetch the signature again from its source. If the result is the same, it was altered: do not use the image or file.",
  },
  IDENTITY_MISMATCH: {
    exit: 12,
    http: 403,
    summary: "The signer is not the expected one.",
    remedy: "Compare the identity that was found with the expected one. If it is not yours, do not use the image or file.",
  },
  TRUST_ROOT_INVALID: {
    exit: 32,
    http: 502,
    summary: "The trust root, or an update of it, does not verify.",
    remedy:
      "Keep the current root, and fetch the update again later or from another network. If it fails again, report it to the root's maintainers.",
  },
  TRUST_ROOT_EXPIRED: {
    exit: 32,
    http: 503,
    summary: "The trust root has expired.",
    remedy: "Update the trust root, or import a newer one where there is no network.",
  },
  POLICY_DENIED: {
    exit: 20,
    http: 403,
    summary: "The policy does not allow the image, or several references failed for different reasons.",
    remedy: "Read the reason of each requirement.",
  },
  REVOKED: {
    exit: 21,
    http: 403,
    summary: "The signer's key or certificate was revoked.",
    remedy: "Have it signed again with a key or certificate that is not revoked.",
  },
  REVOCATION_UNKNOWN: {
    exit: 32,
    http: 503,
    summary: "The revocation status of a certificate is unknown.",
    remedy: "Try again later. If it fails again, show the reason to the certificate's issuer.",
  },
  EXPIRED: {
    exit: 22,
    http: 403,
    summary: "The signature, key or certificate has expired.",
    remedy: "Have it signed again.",
  },
  UNREACHABLE: {
    exit: 30,
    http: 502,
    summary: "A host could not be reached or did not respond.",
    remedy: "Check the host name, the network and the proxy settings, then try again.",
  },
  TIMEOUT: {
    exit: 30,
    http: 504,
    summary: "The time limit was reached before the answer arrived.",
    remedy: "Try again, or allow more time.",
  },
  SERVICE_MISSING: {
    exit: 2,
    http: 400,
    summary: "The signing configuration has too few services that are valid now.",
    remedy: "Get the newest signing configuration from the operator of the services, or a newer Touchmark.",
  },
  SERVICE_REFUSED: {
    exit: 30,
    http: 502,
    summary: "A certificate authority, log or timestamp authority refuses the request.",
    remedy: "Read the message of the service. If it does not help, show it to the operator of the service.",
  },
  SERVICE_UNAVAILABLE: {
    exit: 30,
    http: 503,
    summary: "A certificate authority, log or timestamp authority is not available.",
    remedy: "Try again later. If it fails again, ask the operator of the service.",
  },
  PLUGIN_FAILED: {
    exit: 30,
    http: 502,
    summary: "A plugin, or the module of a hardware token, failed.",
    remedy: "Read its message. If it does not help, show it to the plugin's publisher.",
  },
  REGISTRY_ERROR: {
    exit: 30,
    http: 502,
    summary: "The registry answered with an error.",
    remedy: "Try again later. If it fails again, ask the operator of the registry.",
  },
  RATE_LIMITED: {
    exit: 30,
    http: 429,
    summary: "The registry refuses the request, because there were too many.",
    remedy: "Wait and try again, or log in to raise the limit.",
  },
  DIGEST_MISMATCH: {
    exit: 30,
    http: 502,
    summary: "The registry sent content with another digest or size than the requested one.",
    remedy: "Do not use the content: the registry, or a proxy before it, changed or truncated it. Try another network or mirror.",
  },
  CONFLICT: {
    exit: 30,
    http: 409,
    summary: "Another writer kept changing the same tag.",
    remedy: "Run the command again; what was already written is kept.",
  },
  UNAUTHORIZED: {
    exit: 31,
    http: 401,
    summary: "The registry requires credentials, or refuses those that were sent.",
    remedy: "Log in with your usual tool (docker login, podman login), and check that the account may use the repository.",
  },
  IDENTITY_TOKEN_MISSING: {
    exit: 31,
    http: 401,
    summary: "Signing without a key needs an identity token, and none was found.",
    remedy:
      "Give the CI job an identity token (docs/guides/keyless.md), set SIGSTORE_ID_TOKEN, sign in with a browser, or sign with a key.",
  },
  IDENTITY_TOKEN_INVALID: {
    exit: 31,
    http: 401,
    summary: "The identity token cannot be used.",
    remedy: "Get a new identity token with the audience sigstore from its issuer.",
  },
  SIGN_IN_FAILED: {
    exit: 31,
    http: 401,
    summary: "Signing in was refused, or not completed in time.",
    remedy: "Run the command again and complete the page it names.",
  },
  CONSENT_REQUIRED: {
    exit: 2,
    http: 409,
    summary: "Signing would publish the signer's identity for content that is not public, and there is no consent to that.",
    remedy: "Give consent, sign with a key, or sign with services of your own.",
  },
  UNDECIDED: {
    exit: 32,
    http: 503,
    summary: "All of the evidence is undecided.",
    remedy: "Read the reason of each signature.",
  },
  UNSUPPORTED: {
    exit: 32,
    http: 501,
    summary: "This kind of evidence or document is not supported.",
    remedy:
      "Use evidence in a form that is supported (a sigstore bundle, cosign's tag form, a Notary Project signature), or a newer Touchmark.",
  },
  LIMIT_EXCEEDED: {
    exit: 32,
    http: 422,
    summary: "The size, depth or number of something is over its limit.",
    remedy: "Remove what does not belong there: signatures and attestations stay far below these limits.",
  },
  INTERRUPTED: {
    exit: 130,
    http: 499,
    summary: "The command was interrupted.",
    remedy: "Run it again; what was already written is kept.",
  },
};

/**
 * A machine-readable remedy for an error or a warning: a front end turns it into its own flags and commands, which no lower
 * module knows. The hint says the same in words that hold in any front end.
 */
export interface Remedy {
  readonly id: RemedyId;
  /** What it applies to: the name of a trust root. */
  readonly about?: string;
}

export type RemedyId =
  | "check-oidc-issuer"
  | "check-plugin-key"
  | "choose-sigstore-instance"
  | "import-trust-root"
  | "keep-tuf-repository"
  | "make-trusted-root"
  | "add-certificate-chain"
  | "name-key-and-certificates"
  | "name-notation-file-statement"
  | "name-notation-statement"
  | "name-no-timestamp-authority"
  | "name-notary-server"
  | "name-signing-config"
  | "name-trust-folder"
  | "name-upload-instance"
  | "present-client-certificate"
  | "replace-at-destination"
  | "sign-for-notary-project"
  | "sign-image-payload"
  | "trust-certificate-authority"
  | "update-trust-root"
  | "use-https-notary-server";

export interface ErrorDetails {
  /** The next step, where the catalogue's remedy is too general. */
  readonly hint?: string;
  readonly remedy?: Remedy | undefined;
  readonly cause?: unknown;
}

/** An operational error: the operation could not be done. An invalid signature is a Check, never an error. */
export class TouchmarkError extends Error {
  readonly code: Code;
  readonly hint: string;
  readonly remedy: Remedy | undefined;

  constructor(code: Code, message: string, details: ErrorDetails = {}) {
    super(bounded(message), details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "TouchmarkError";
    this.code = code;
    this.hint = details.hint ?? catalogue[code].remedy;
    this.remedy = details.remedy;
  }
}

/** Maximum characters of a message. Most messages already cut what they quote; this bounds the remaining names and values. */
const maxMessage = 4000;

function bounded(message: string): string {
  return message.length > maxMessage ? `${message.slice(0, maxMessage - 1).toWellFormed()}…` : message;
}

export function malformed(message: string, cause?: unknown): TouchmarkError {
  return new TouchmarkError("MALFORMED", message, { cause });
}

/**
 * The interruption that a thrown value stands for: TIMEOUT for the TimeoutError of `AbortSignal.timeout`, INTERRUPTED for the
 * platform's AbortError, or the TouchmarkError that either carries, or that the value is. Undefined for any other value.
 */
export function interruptionBy(thrown: unknown): TouchmarkError | undefined {
  if (thrown instanceof TouchmarkError) return thrown;
  if (!(thrown instanceof Error)) return undefined;
  if (thrown.name === "TimeoutError") return new TouchmarkError("TIMEOUT", "the time allowed ran out", { cause: thrown });
  if (thrown.name !== "AbortError") return undefined;
  if (thrown.cause instanceof TouchmarkError) return thrown.cause;
  const isTimeout = thrown.cause instanceof Error && thrown.cause.name === "TimeoutError";
  return isTimeout ? interruptionBy(thrown.cause) : new TouchmarkError("INTERRUPTED", "interrupted", { cause: thrown });
}

/** Converts any thrown value to a TouchmarkError: itself, an interruption, or INTERNAL. */
export function asTouchmarkError(thrown: unknown): TouchmarkError {
  const known = interruptionBy(thrown);
  if (known) return known;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new TouchmarkError("INTERNAL", message, { cause: thrown });
}
