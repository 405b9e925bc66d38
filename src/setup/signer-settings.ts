/** The settings of a signer: key or identity, and services, as plain values. */
import type { EnvelopeSigner, Signer } from "../core/signer.ts";
import type { Format } from "../formats/format.ts";
import type { LogUpload } from "../core/verification-material.ts";
import type { Warning } from "../core/warning.ts";
import type { LocalSettings } from "./local-settings.ts";
import type { InstanceSettings } from "./signing-services.ts";

export interface SignerSettings {
  /** The key or identity that signs. */
  readonly by: FileKeySettings | TokenKeySettings | PluginKeySettings | KeylessSettings;
  /** The sigstore instance whose services log and timestamp. With a key, no service is used unless it is named; without a key, the default is the stored instance. */
  readonly instance?: InstanceSettings | undefined;
  /** The authority that timestamps Notary Project signatures (RFC 3161). */
  readonly timestamps?: TimestampSettings | undefined;
  /** The signing time (now). */
  readonly logUpload?: LogUpload | undefined;
}

export interface TimestampSettings {
  readonly url: string;
  /** Certificates (PEM) that verify its responses: a path, or `env://VAR`. */
  readonly roots: string;
}

/** A private key in a file. */
export interface FileKeySettings {
  readonly kind: "file";
  /** A path, or `env://VAR`. */
  readonly key: string;
  /** The key's certificate and its chain (PEM): a path, or `env://VAR`. */
  readonly certificateChain?: string | undefined;
  /** Prompts for the password if the key is encrypted and TOUCHMARK_PASSWORD and COSIGN_PASSWORD are not set; `name` is the key's. */
  readonly askPassword?: Ask | undefined;
}

/** A private key on a PKCS #11 token. */
export interface TokenKeySettings {
  readonly kind: "pkcs11";
  /** RFC 7512. */
  readonly uri: string;
  readonly certificateChain?: string | undefined;
  /** Prompts for the PIN if the URI, TOUCHMARK_PKCS11_PIN and COSIGN_PKCS11_PIN have none; `name` is the token's. */
  readonly askPin?: Ask | undefined;
}

export type Ask = (name: string) => Promise<string>;

/** A private key in a notation plugin. */
export interface PluginKeySettings {
  readonly kind: "plugin";
  readonly plugin: string;
  /** The key's id in the plugin. */
  readonly id: string;
  readonly config?: Readonly<Record<string, string>>;
  /** notation's folder. */
  readonly notationFolder?: string | undefined;
}

/** An identity instead of a key: each signature has an ephemeral key, and a short-lived certificate for the identity. */
export interface KeylessSettings {
  readonly kind: "keyless";
  /** An OIDC token, or the path of a file that holds it; no other token is used. */
  readonly token?: { readonly value: string; readonly name?: string } | undefined;
  /** Whether ambient tokens are used, such as those of a CI job (true). */
  readonly ambient?: boolean;
  /** OIDC client id (sigstore). */
  readonly clientId?: string | undefined;
  /** How a user signs in if there is no token; undefined without a user. */
  readonly login?: LoginSettings | undefined;
  /** Asks for consent before signing something private publishes the identity in a public log. */
  readonly consent: ConsentSettings;
}

export interface LoginSettings {
  readonly how: "browser" | "device";
  /** OIDC issuer; by default, that of the signing config. */
  readonly issuer?: string | undefined;
  readonly openBrowser: (page: URL) => unknown;
  readonly say: (text: string) => void;
}

export interface ConsentSettings {
  /** Whether the subject is public; called only if something is to be published about it. */
  readonly isPublic: () => Promise<boolean>;
  /** The text that describes it if it is private. */
  readonly secret: string;
  /** Asks the user, with what will be published; undefined without a user. `true` means consent is given. */
  readonly agree: true | ((what: string) => Promise<boolean>) | undefined;
}

export interface SignerOpening extends LocalSettings {
  /** The formats to write. */
  readonly formats: readonly Format[];
  readonly signal: AbortSignal;
}

/** Disposing of it closes what the signer holds open. */
export interface OpenedSigner extends AsyncDisposable {
  readonly signer: Signer | EnvelopeSigner;
  /** Whether the key is ephemeral: then it cannot have signed before. */
  readonly isEphemeral: boolean;
  /** Rejects as soon as it is known that signing cannot succeed. */
  readonly ready: Promise<unknown>;
  readonly warnings: Promise<readonly Warning[]>;
}
