/** Flags for the signer and its services. */
import type { Duration } from "./duration.ts";
import { flag, type FlagsOf } from "./flag.ts";
import { notationConfigFlag, pluginConfigFlag, type PluginArgs } from "./plugin.ts";

/** The sigstore instance whose services are used. */
export interface InstanceArgs {
  readonly signingConfig: string | undefined;
  readonly trustedRoot: string | undefined;
  readonly instance: string | undefined;
}

export const instanceFlags: FlagsOf<InstanceArgs> = {
  signingConfig: flag.string({ value: "FILE", summary: "Services that certify, log and timestamp; with --key too" }),
  trustedRoot: flag.string({ value: "FILE", summary: "Trusted root to check the services' answers" }),
  instance: flag.string({ value: "NAME", summary: "Stored sigstore instance to sign with, as listed by 'touchmark trust show'" }),
};

export interface SigningArgs extends InstanceArgs, PluginArgs {
  readonly key: string | undefined;
  readonly identityToken: string | undefined;
  readonly oidcIssuer: string | undefined;
  readonly oidcClientId: string | undefined;
  readonly signIn: "browser" | "device" | undefined;
  readonly certificateChain: string | undefined;
  readonly plugin: string | undefined;
  readonly id: string | undefined;
  readonly envelope: "jws" | "cose" | undefined;
  readonly expiry: Duration | undefined;
  readonly timestampUrl: string | undefined;
  readonly timestampRoot: string | undefined;
  readonly yes: boolean;
}

export const signingFlags: FlagsOf<SigningArgs> = {
  key: flag.string({
    value: "KEY",
    summary: "Private key: a file (cosign's encrypted key, or PEM), env://VARIABLE, or a PKCS #11 URI",
  }),
  identityToken: flag.string({ value: "TOKEN", summary: "OIDC identity token to sign without a key: the token, or the file it is in" }),
  oidcIssuer: flag.string({ value: "URL", summary: "OIDC issuer for interactive login (the signing config's)" }),
  oidcClientId: flag.string({ value: "ID", summary: "OIDC client ID (sigstore)" }),
  signIn: flag.choice(["browser", "device"], { summary: "Interactive login (browser)" }),
  ...instanceFlags,
  certificateChain: flag.string({
    value: "FILE",
    summary: "The key's certificate and those above it up to the root (PEM), for Notary Project signatures",
  }),
  plugin: flag.string({ value: "NAME", summary: "Sign with a key that this plugin of notation keeps, in the format notation" }),
  id: flag.string({ value: "ID", summary: "Key ID passed to the plugin" }),
  pluginConfig: pluginConfigFlag("Plugin option"),
  notationConfig: notationConfigFlag("Where notation's plugins are (NOTATION_CONFIG)"),
  envelope: flag.choice(["jws", "cose"], { summary: "Form of a Notary Project signature (jws)" }),
  expiry: flag.duration({ value: "DURATION", summary: "How long a Notary Project signature is meant to be used, as 90d or 12h" }),
  timestampUrl: flag.string({ value: "URL", summary: "Have this authority timestamp Notary Project signatures (RFC 3161)" }),
  timestampRoot: flag.string({ value: "FILE", summary: "Root certificates of the timestamp authority (PEM)" }),
  yes: flag.boolean({ summary: "Publish what logs make public without asking" }),
};
