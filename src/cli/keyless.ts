/** Signing without a key, as the flags say it: who signs, and with what. */
import { ambientProviders } from "../signers/keyless/identity/ambient.ts";
import { givenToken } from "../signers/keyless/identity/given.ts";
import type { IdentityToken } from "../signers/keyless/identity/identity-token.ts";
import { obtainIdentityToken } from "../signers/keyless/identity/obtain.ts";
import type { Provider } from "../signers/keyless/identity/provider.ts";
import { browserSignIn } from "../signers/keyless/identity/sign-in/browser.ts";
import { deviceSignIn } from "../signers/keyless/identity/sign-in/device.ts";
import { openBrowser } from "../signers/keyless/identity/sign-in/open-browser.ts";
import { keylessSigner } from "../signers/keyless/keyless-signer.ts";
import type { SelectedServices } from "../trust/select-services.ts";
import type { SigningArgs } from "./flags/signing.ts";
import { askConsent, publicHosts } from "./consent.ts";
import type { Io } from "./io.ts";
import { openServices } from "./services.ts";
import type { SigningContext, SigningWith } from "./signing-context.ts";

export async function openKeyless(args: SigningArgs, io: Io, context: SigningContext): Promise<SigningWith> {
  const { services, root, http } = await openServices(args, io, context);
  const token = obtainIdentityToken({
    providers: providersFor(args, io, services),
    env: io.env,
    http,
    audience: args.oidcClientId ?? "sigstore",
    now: io.now,
    signal: context.signal,
  });
  // Whether all may be seen by anybody is found out while the token is on its way.
  const isAsked = services.then(async (chosen) => publicHosts(chosen).length > 0 && !args.yes && !(await context.isPublic()));
  for (const promise of [token, isAsked]) promise.catch(() => undefined); // the signer hears of it
  const consent = async (who: IdentityToken, chosen: SelectedServices): Promise<void> => {
    if (await isAsked) await askConsent(who, chosen, context.secret, io);
  };
  const signer = keylessSigner({ token, services, root, logUpload: context.logUpload ?? "now", consent, http, clock: io.now });
  return { signer, isEphemeral: true, ready: signer.certify(context.signal) };
}

function providersFor(args: SigningArgs, io: Io, services: Promise<SelectedServices>): readonly Provider[] {
  const given = args.identityToken;
  if (given !== undefined) return [givenToken(given, "--identity-token")];
  return [
    ...(args.signIn !== undefined || args.oidcIssuer !== undefined ? [] : ambientProviders),
    ...(io.stderr.isTerminal ? [person(args, io, services)] : []),
  ];
}

/** Somebody at the terminal. */
function person(args: SigningArgs, io: Io, services: Promise<SelectedServices>): Provider {
  const how = args.signIn ?? "browser";
  const say = (text: string): void => io.stderr.write(text);
  return {
    name: `signing in with a ${how === "browser" ? "browser" : "code"}`,
    async token(surroundings) {
      const issuer = args.oidcIssuer ?? (await services).identityProvider?.url;
      if (issuer === undefined) return undefined;
      const open = (page: URL): unknown => openBrowser(page, { platform: process.platform, env: io.env });
      const provider = how === "browser" ? browserSignIn({ issuer, open, say }) : deviceSignIn({ issuer, say });
      return provider.token(surroundings);
    },
  };
}
