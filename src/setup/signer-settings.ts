/** Who signs, with which key and which services, as plain values. */
import type { EnvelopeSigner, Signer } from "../core/signer.ts";
import type { LogUpload } from "../core/verification-material.ts";
import type { Warning } from "../core/warning.ts";
import type { LocalSettings } from "./local-settings.ts";
import type { InstanceSettings } from "./signing-services.ts";

export interface SignerSettings {
  /** The key, or who signs without one. */
  readonly by: FileKeySettings | TokenKeySettings | PluginKeySettings | KeylessSettings;
  /** The sigstore instance whose services log and timestamp. A key asks none unless it is named; without a key, the kept one is taken. */
  readonly instance?: InstanceSettings | undefined;
  /** The authority that timestamps Notary Project signatures (RFC 3161). */
  readonly timestamps?: TimestampSettings | undefined;
  /** Now unless said otherwise. */
  readonly logUpload?: LogUpload | undefined;
}

export interface TimestampSettings {
  readonly url: string;
  /** Certificates (PEM) that its answers are checked by: a path, or `env://VAR`. */
  readonly roots: string;
}

/** A private key in a file. */
export interface FileKeySettings {
  readonly kind: "file";
  /** A path, or `env://VAR`. */
  readonly key: string;
  /** The key's certificate and those above it (PEM): a path, or `env://VAR`. */
  readonly certificateChain?: string | undefined;
  /** Asked where TOUCHMARK_PASSWORD and COSIGN_PASSWORD are not set and the key is encrypted; `name` is the key's. */
  readonly askPassword?: Ask | undefined;
}

/** A private key on a PKCS #11 token. */
export interface TokenKeySettings {
  readonly kind: "pkcs11";
  /** RFC 7512. */
  readonly uri: string;
  readonly certificateChain?: string | undefined;
  /** Asked where neither the URI nor TOUCHMARK_PKCS11_PIN nor COSIGN_PKCS11_PIN says it; `name` is the token's. */
  readonly askPin?: Ask | undefined;
}

export type Ask = (name: string) => Promise<string>;

/** A private key that a plugin of notation keeps. */
export interface PluginKeySettings {
  readonly kind: "plugin";
  readonly plugin: string;
  /** Of the key, as the plugin knows it. */
  readonly id: string;
  readonly config?: Readonly<Record<string, string>>;
  /** notation's folder. */
  readonly notationFolder?: string | undefined;
}

/** An identity in place of a key: each signing has an ephemeral key, and a certificate for the identity. */
export interface KeylessSettings {
  readonly kind: "keyless";
  /** An OIDC token, or the path of a file that holds it; no other is looked for. */
  readonly token?: { readonly value: string; readonly name?: string } | undefined;
  /** Whether the surroundings are asked for a token, as a CI job has it (true). */
  readonly ambient?: boolean;
  /** OIDC client id (sigstore). */
  readonly clientId?: string | undefined;
  /** How a person signs in where there is no token; undefined where nobody is at hand. */
  readonly login?: LoginSettings | undefined;
  /** Asks for consent before signing something private publishes the identity in a public log. */
  readonly consent: ConsentSettings;
}

export interface LoginSettings {
  readonly how: "browser" | "device";
  /** OIDC issuer; the signing config's unless it is named. */
  readonly issuer?: string | undefined;
  readonly openBrowser: (page: URL) => unknown;
  readonly say: (text: string) => void;
}

export interface ConsentSettings {
  /** Whether anybody may know of what is signed; asked only where something is to be published about it. */
  readonly isPublic: () => Promise<boolean>;
  /** What to say of it if not. */
  readonly secret: string;
  /** Asks a person, saying what will be published; undefined where nobody can be asked. `true` is consent given. */
  readonly agree: true | ((what: string) => Promise<boolean>) | undefined;
}

export interface SignerOpening extends LocalSettings {
  /** Names of the formats that will be written. */
  readonly formats: readonly string[];
  readonly signal: AbortSignal;
}

/** Disposing of it closes what the signer holds open. */
export interface OpenedSigner extends AsyncDisposable {
  readonly signer: Signer | EnvelopeSigner;
  /** The key is made for this once: it cannot have signed before. */
  readonly isEphemeral: boolean;
  /** Fails as soon as it is known that nothing can be signed. */
  readonly ready: Promise<unknown>;
  readonly warnings: Promise<readonly Warning[]>;
}
