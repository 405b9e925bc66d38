/** Signs without a key: with an identity token, and the services of a sigstore instance. */
import { memoise } from "../core/async/memoise.ts";
import type { Signer } from "../core/signer.ts";
import { ambientProviders } from "../signers/keyless/identity/ambient.ts";
import { givenToken } from "../signers/keyless/identity/given.ts";
import type { IdentityToken } from "../signers/keyless/identity/identity-token.ts";
import { obtainIdentityToken } from "../signers/keyless/identity/obtain.ts";
import type { Provider } from "../signers/keyless/identity/provider.ts";
import { browserSignIn } from "../signers/keyless/identity/sign-in/browser.ts";
import { deviceSignIn } from "../signers/keyless/identity/sign-in/device.ts";
import { keylessSigner } from "../signers/keyless/keyless-signer.ts";
import type { SelectedServices } from "../trust/select-services.ts";
import { askConsent, publicHosts } from "./consent.ts";
import type { KeylessSettings, LoginSettings, OpenedSigner, SignerOpening, SignerSettings } from "./signer-settings.ts";
import { openSigningServices } from "./signing-services.ts";

export async function openKeyless(
  by: KeylessSettings,
  { instance = {}, logUpload = "now" }: Pick<SignerSettings, "instance" | "logUpload">,
  opening: SignerOpening,
): Promise<Omit<OpenedSigner, typeof Symbol.asyncDispose>> {
  const { services, root, http, warnings } = await openSigningServices(instance, opening);
  const { env, clock, signal } = opening;
  const providers = providersFor(by, services);
  const obtain = (until: AbortSignal): Promise<IdentityToken> =>
    obtainIdentityToken({ providers, env, http, audience: by.clientId ?? "sigstore", now: clock, signal: until });
  const token = memoise(obtain, { until: ({ usableUntil }) => usableUntil, clock });
  const { agree, isPublic } = by.consent;
  // Whether the subject is public is checked while the token is requested.
  const isAsked = services.then(async (chosen) => publicHosts(chosen).length > 0 && agree !== true && !(await isPublic()));
  for (const promise of [token(signal), isAsked]) promise.catch(() => undefined); // the signer throws it
  const consent = async (who: IdentityToken, chosen: SelectedServices): Promise<void> => {
    if (await isAsked) await askConsent(who, chosen, by.consent);
  };
  const signer = keylessSigner({ token, services: () => services, root: () => root, logUpload, consent, http, clock });
  const ready = signer.certify(signal);
  // The certificate is requested once: if that fails, the user is not asked to sign in again.
  const sign: Signer["sign"] = (request, until) => ready.then(() => signer.sign(request, until));
  return { signer: { ...signer, sign }, isEphemeral: true, ready, warnings };
}

function providersFor({ token, ambient = true, login }: KeylessSettings, services: Promise<SelectedServices>): readonly Provider[] {
  if (token) return [givenToken(token.value, token.name)];
  return [...(ambient ? ambientProviders : []), ...(login ? [person(login, services)] : [])];
}

/** The sign-in of a user. */
function person({ how, issuer: named, openBrowser: open, say }: LoginSettings, services: Promise<SelectedServices>): Provider {
  return {
    name: `signing in with a ${how === "browser" ? "browser" : "code"}`,
    async token(surroundings) {
      const issuer = named ?? (await services).identityProvider?.url;
      if (issuer === undefined) return undefined;
      const provider = how === "browser" ? browserSignIn({ issuer, open, say }) : deviceSignIn({ issuer, say });
      return provider.token(surroundings);
    },
  };
}
