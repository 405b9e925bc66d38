/** Signing without a key, as the flags say it: who signs, and whether what becomes public may. */
import { TouchmarkError } from "../core/errors.ts";
import { printableHost, printableText } from "../net/printable.ts";
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
import type { Io } from "./io.ts";
import { openServices } from "./services.ts";
import type { SigningContext, SigningWith } from "./signing.ts";

export async function openKeyless(args: Arguments, io: Io, context: SigningContext): Promise<SigningWith> {
  const { services, root, http } = await openServices(args, io, context);
  const token = obtainIdentityToken({
    providers: providersFor(args, io, services),
    env: io.env,
    http,
    audience: args.value("oidc-client-id") ?? "sigstore",
    now: io.now,
    signal: context.signal,
  });
  // Whether all may be seen by anybody is found out while the token is on its way.
  const isAsked = services.then(async (chosen) => publicServices(chosen).length > 0 && !args.has("yes") && !(await context.isPublic()));
  for (const promise of [token, isAsked]) promise.catch(() => undefined); // the signer hears of it
  const consent = async (who: IdentityToken, chosen: SelectedServices): Promise<void> => {
    if (await isAsked) await askConsent(who, chosen, context.secret, io);
  };
  const signer = keylessSigner({ token, services, root, consent, http, clock: io.now });
  return { signer, isEphemeral: true, ready: Promise.all([token, services, root]) };
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

/** Those of the public sigstore; what somebody configured of their own is for them to keep private. */
function publicServices({ certificateAuthority, logs }: SelectedServices): readonly string[] {
  const hosts = [...(certificateAuthority ? [certificateAuthority] : []), ...logs].map(({ url }) => new URL(url).hostname);
  return [...new Set(hosts.filter((host) => host === "sigstore.dev" || host.endsWith(".sigstore.dev")))];
}

async function askConsent({ challenge, issuer }: IdentityToken, services: SelectedServices, secret: string, { ask }: Io): Promise<void> {
  const where = publicServices(services)
    .map((host) => printableText(host, 100))
    .join(" and ");
  const who = `${printableText(challenge, 200)} (${printableHost(new URL(issuer))})`;
  const what = `${secret}, and ${where} would tell everybody, for good, that ${who} signed now, and a hash of what`;
  const answer = await ask?.(`${what}.\nPublish that? [y/N] `);
  if (answer !== undefined && /^y(?:es)?$/i.test(answer.trim())) return;
  throw new TouchmarkError("CONSENT_REQUIRED", what);
}
