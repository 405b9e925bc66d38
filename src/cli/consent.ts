/** Whether what becomes public for good may: asked where not everybody can see what is signed. */
import { TouchmarkError } from "../core/errors.ts";
import { printableText } from "../core/printable.ts";
import type { IdentityToken } from "../signers/keyless/identity/identity-token.ts";
import type { SelectedServices } from "../trust/select-services.ts";
import type { Io } from "./io.ts";

/** Those of the public sigstore; what somebody configured of their own is for them to keep private. */
export function publicHosts({ certificateAuthority, logs }: SelectedServices): readonly string[] {
  const hosts = [...(certificateAuthority ? [certificateAuthority] : []), ...logs].map(({ url }) => new URL(url).hostname);
  return [...new Set(hosts.filter((host) => host === "sigstore.dev" || host.endsWith(".sigstore.dev")))];
}

/** `secret` says what it is that not everybody can see. Throws CONSENT_REQUIRED where nobody agrees, or nobody can be asked. */
export async function askConsent(
  { challenge, issuer }: IdentityToken,
  services: SelectedServices,
  secret: string,
  { ask }: Io,
): Promise<void> {
  const where = publicHosts(services)
    .map((host) => printableText(host, 100))
    .join(" and ");
  const who = `${printableText(challenge, 200)} (${printableText(issuer, 200)})`;
  const what = `${secret}, and ${where} would tell everybody, for good, that ${who} signed now, and a hash of what`;
  const answer = await ask?.(`${what}.\nPublish that? [y/N] `);
  if (answer !== undefined && /^y(?:es)?$/i.test(answer.trim())) return;
  throw new TouchmarkError("CONSENT_REQUIRED", what);
}
