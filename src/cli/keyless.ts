/** Signing without a key, as the flags say it: who signs, and with what. */
import { memoise } from "../core/async/memoise.ts";
import type { Signer } from "../core/signer.ts";
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
import type { Arguments } from "./arguments.ts";
import { askConsent, publicHosts } from "./consent.ts";
import type { Io } from "./io.ts";
import { openServices } from "./services.ts";
import type { SigningContext, SigningWith } from "./signing-context.ts";

export async function openKeyless(
  args: Arguments,
  io: Io,
  context: SigningContext,
): Promise<Omit<SigningWith, typeof Symbol.asyncDispose>> {
  const { services, root, http } = await openServices(args, io, context);
  const obtain = (signal: AbortSignal): Promise<IdentityToken> =>
    obtainIdentityToken({
      providers: providersFor(args, io, services),
      env: io.env,
      http,
      audience: args.value("oidc-client-id") ?? "sigstore",
      now: io.now,
      signal,
    });
  const token = memoise(obtain, { until: ({ usableUntil }) => usableUntil, clock: io.now });
  // Whether all may be seen by anybody is found out while the token is on its way.
  const isAsked = services.then(async (chosen) => publicHosts(chosen).length > 0 && !args.has("yes") && !(await context.isPublic()));
  for (const promise of [token(context.signal), isAsked]) promise.catch(() => undefined); // the signer hears of it
  const consent = async (who: IdentityToken, chosen: SelectedServices): Promise<void> => {
    if (await isAsked) await askConsent(who, chosen, context.secret, io);
  };
  const { logUpload = "now" } = context;
  const signer = keylessSigner({ token, services: () => services, root: () => root, logUpload, consent, http, clock: io.now });
  const ready = signer.certify(context.signal);
  // A command asks for its certificate once: where that failed, nobody is asked to sign in again.
  const sign: Signer["sign"] = (request, signal) => ready.then(() => signer.sign(request, signal));
  return { signer: { ...signer, sign }, isEphemeral: true, ready };
}

function providersFor(args: Arguments, io: Io, services: Promise<SelectedServices>): readonly Provider[] {
  const given = args.value("identity-token");
  if (given !== undefined) return [givenToken(given)];
  return [
    ...(args.has("sign-in") || args.has("oidc-issuer") ? [] : ambientProviders),
    ...(io.stderr.isTerminal ? [person(args, io, services)] : []),
  ];
}

/** Somebody at the terminal. */
function person(args: Arguments, io: Io, services: Promise<SelectedServices>): Provider {
  const how = args.choice("sign-in", ["browser", "device"]);
  const say = (text: string): void => io.stderr.write(text);
  return {
    name: `signing in with a ${how === "browser" ? "browser" : "code"}`,
    async token(surroundings) {
      const issuer = args.value("oidc-issuer") ?? (await services).identityProvider?.url;
      if (issuer === undefined) return undefined;
      const open = (page: URL): unknown => openBrowser(page, { platform: process.platform, env: io.env });
      const provider = how === "browser" ? browserSignIn({ issuer, open, say }) : deviceSignIn({ issuer, say });
      return provider.token(surroundings);
    },
  };
}
