/**
 * The remedies in terms of this command line; lower modules know no flags or commands. The remedy that an error names has precedence over
 * the one of its code, unless the error has a more specific hint.
 */
import { catalogue, type Code, type Remedy, type RemedyId } from "../../core/errors.ts";
import { tlsHints } from "../../net/failure.ts";

/** An error, or a value with an error's code and hint. */
export interface Failed {
  readonly code: Code;
  readonly hint: string;
  readonly remedy?: Remedy | undefined;
}

/** The hint for an error, or for a value that carries one. */
export function hintFor({ code, hint, remedy }: Failed): string {
  return remedy ? wordsFor(remedy, hint) : remedyOf(code, hint);
}

/** The remedy for a verdict's reason, which has only the text. */
export function remedyOf(code: Code, text: string): string {
  if (text === catalogue[code].remedy) return byCode[code] ?? text;
  const tls = (["trust-certificate-authority", "present-client-certificate"] as const).find((id) => text === tlsHints[id]);
  return tls ? wordsFor({ id: tls }, text) : text;
}

/** The text of the remedy; `hint` is the error's own hint, independent of the command line. */
export function wordsFor({ id, about }: Remedy, hint = ""): string {
  const words = byId[id];
  return typeof words === "string" ? words : words(about, hint);
}

const byCode: Readonly<Partial<Record<Code, string>>> = {
  USAGE: "See 'touchmark help' and the command's own --help.",
  INSECURE_REGISTRY: "Serve the registry over TLS; for a test network, --allow-http-registry allows plain HTTP.",
  NO_SIGNATURE:
    "If it is a copy, its signatures may have stayed behind: copy them too (touchmark copy). If a tag was asked for, check that it still names the image that was signed. Else sign it by its digest.",
  ANNOTATION_MISMATCH: "Use the image that was signed with these annotations, or have it signed with them: touchmark sign -a KEY=VALUE.",
  LOG_ENTRY_PENDING:
    "Upload the pending log entry: touchmark log flush. The signer can run it, and so can any account that may write to the repository.",
  TRUST_ROOT_EXPIRED: "Run touchmark trust update, or import a newer root where there is no network.",
  TIMEOUT: "Try again; --timeout allows more time.",
  IDENTITY_TOKEN_MISSING:
    "Let the CI job have one (docs/guides/keyless.md), give one with --identity-token or SIGSTORE_ID_TOKEN, sign in with a browser, or sign with a key (--key).",
  CONSENT_REQUIRED: "Agree with --yes, sign with a key, or sign with services of your own (--signing-config).",
};

type Words = string | ((about: string | undefined, hint: string) => string);

const byId: Readonly<Record<RemedyId, Words>> = {
  "add-certificate-chain": "Add the key's certificate chain, the signer's certificate first: --certificate-chain FILE.",
  "check-oidc-issuer": "Check --oidc-issuer.",
  "check-plugin-key": "Check the key's id and the plugin's configuration (--id, --plugin-config).",
  "choose-sigstore-instance": "Name the one to sign with: --instance NAME, or --trusted-root FILE and --signing-config FILE.",
  "import-trust-root": (about = "NAME", hint) => `${hint} To keep another: touchmark trust import ${about} FILE.`,
  "keep-tuf-repository": "Name it in TUF_ROOT_JSON, or keep the repository for good: touchmark trust import NAME --mirror URL --root FILE.",
  "make-trusted-root": "Make a trusted root of it with touchmark trust create, and import that.",
  "name-key-and-certificates": "Name both, --key KEY --certificate-chain FILE, or a plugin that has them: --plugin NAME --id ID.",
  "name-notation-file-statement":
    "Choose one of its trustpolicy.blob.json, --policy-name NAME, or name the signer: --certificate CA.pem, --key, or --certificate-identity.",
  "name-notation-statement": "Add one to its trustpolicy.json, or name the signer: --certificate CA.pem, --key, or --certificate-identity.",
  "name-no-timestamp-authority": "Leave out --timestamp-url; the plugin's publisher documents whether it adds a timestamp itself.",
  "name-notary-server":
    "Name the notary server of the repository: --server URL. If it is the right one, it is gone; --no-server saves the trust folder alone.",
  "name-signing-config": "Name a signing config, --signing-config FILE, or fetch the instance's: touchmark trust update.",
  "name-trust-folder": "Name the trust folder that it leads to: --trust-dir DIR.",
  "name-upload-instance":
    "Name the sigstore instance it was signed with (--signing-config, --instance). No log is asked because a signature names it.",
  "present-client-certificate": "Give the one you were issued, and its key: --registry-client-cert and --registry-client-key.",
  "replace-at-destination": "Look at both with 'touchmark tree'; --force replaces those at the destination.",
  "sign-image-payload":
    "To sign an image, name the image: touchmark sign REF. If you made this file and know what it is for, add --allow-image-payload.",
  "sign-for-notary-project": "Sign in the format of the Notary Project: --format notation.",
  "trust-certificate-authority":
    "If a private certificate authority issued it, name that authority's certificate with --registry-cacert; if not, something else answers for this host.",
  "update-trust-root": (about) => `Where there is a network, run touchmark trust update${about === undefined ? "" : ` ${about}`}.`,
  "use-https-notary-server": "Name the notary server by an https URL; for a test network, --allow-http-registry allows plain HTTP.",
};
