/** The settings for the signer and its services, from the flags of `sign` and `sign-blob`. */
import type { Format } from "../../formats/format.ts";
import type { ConsentSettings, KeylessSettings, LoginSettings, SignerSettings } from "../../setup/signer-settings.ts";
import type { InstanceSettings } from "../../setup/signing-services.ts";
import { checkSigning, namesServices } from "../check-signing.ts";
import type { InstanceArgs, SigningArgs } from "../flags/signing.ts";
import type { Io } from "../io.ts";
import { askPassword, askPin } from "../password.ts";
import { usageError } from "../usage-error.ts";

export interface SigningContext extends Pick<ConsentSettings, "isPublic" | "secret">, Pick<SignerSettings, "logUpload"> {
  /** The formats to write. */
  readonly formats: readonly Format[];
}

/** Throws USAGE. */
export function signerSettings(args: SigningArgs, io: Io, context: SigningContext): SignerSettings {
  checkSigning(args, context);
  const { timestampUrl: url, timestampRoot: roots } = args;
  if (url !== undefined && roots === undefined)
    throw usageError("--timestamp-url needs --timestamp-root", "Name the root of its authority, so that its answers can be proven.");
  return {
    by: keySettings(args, io) ?? keylessSettings(args, io, context),
    instance: namesServices(args) ? instanceSettings(args) : undefined,
    timestamps: url !== undefined && roots !== undefined ? { url, roots } : undefined,
    logUpload: context.logUpload,
  };
}

export function instanceSettings({ instance: name, trustedRoot, signingConfig }: InstanceArgs): InstanceSettings {
  return { name, trustedRoot, signingConfig };
}

/** The settings for a key; undefined if no flag names one. */
function keySettings(args: SigningArgs, io: Io): SignerSettings["by"] | undefined {
  const { plugin, id, key, certificateChain } = args;
  if (plugin !== undefined) {
    if (id === undefined) throw usageError("--plugin needs --id", "Name the key as the plugin knows it.");
    return { kind: "plugin", plugin, id, config: args.pluginConfig, notationFolder: args.notationConfig };
  }
  if (key === undefined) return undefined;
  return key.startsWith("pkcs11:")
    ? { kind: "pkcs11", uri: key, certificateChain, askPin: (token) => askPin(token, io) }
    : { kind: "file", key, certificateChain, askPassword: (name) => askPassword(name, io) };
}

function keylessSettings(args: SigningArgs, io: Io, { isPublic, secret }: SigningContext): KeylessSettings {
  const { identityToken: value, signIn, oidcIssuer, oidcClientId: clientId, yes } = args;
  const agree = async (what: string): Promise<boolean> => {
    const answer = await io.ask?.(`${what}.\nPublish that? [y/N] `);
    return answer !== undefined && /^y(?:es)?$/i.test(answer.trim());
  };
  return {
    kind: "keyless",
    token: value === undefined ? undefined : { value, name: "--identity-token" },
    ambient: signIn === undefined && oidcIssuer === undefined,
    clientId,
    login: io.stderr.isTerminal ? loginSettings(args, io) : undefined,
    consent: { isPublic, secret, agree: yes ? true : agree },
  };
}

/** The settings for an interactive login. */
function loginSettings({ signIn: how = "browser", oidcIssuer: issuer }: SigningArgs, { env, stderr }: Io): LoginSettings {
  return {
    how,
    issuer,
    openBrowser: async (page) => {
      const { openBrowser } = await import("../../signers/keyless/identity/sign-in/open-browser.ts");
      return openBrowser(page, { platform: process.platform, env });
    },
    say: (text) => stderr.write(text),
  };
}
