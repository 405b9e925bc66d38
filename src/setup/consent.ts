/** Asks for consent before signing something private publishes the signer's identity in a public log. */
import { TouchmarkError } from "../core/errors.ts";
import { printableText } from "../core/printable.ts";
import type { IdentityToken } from "../signers/keyless/identity/identity-token.ts";
import type { SelectedServices } from "../trust/select-services.ts";
import type { ConsentSettings } from "./signer-settings.ts";

/** The logs of the public sigstore; a private instance is the user's own responsibility. */
export function publicHosts({ certificateAuthority, logs }: SelectedServices): readonly string[] {
  const hosts = [...(certificateAuthority ? [certificateAuthority] : []), ...logs].map(({ url }) => new URL(url).hostname);
  return [...new Set(hosts.filter((host) => host === "sigstore.dev" || host.endsWith(".sigstore.dev")))];
}

/** Throws CONSENT_REQUIRED if the user refuses, or there is no user to ask. */
export async function askConsent(
  { challenge, issuer }: IdentityToken,
  services: SelectedServices,
  { secret, agree }: ConsentSettings,
): Promise<void> {
  if (agree === true) return;
  const where = publicHosts(services)
    .map((host) => printableText(host, 100))
    .join(" and ");
  const who = `${printableText(challenge, 200)} (${printableText(issuer, 200)})`;
  const what = `${secret}, and ${where} would publish permanently that ${who} signed now, with a hash of the signed content`;
  if ((await agree?.(what)) === true) return;
  throw new TouchmarkError("CONSENT_REQUIRED", what);
}
