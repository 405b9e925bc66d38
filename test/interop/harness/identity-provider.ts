/** A small provider of identities (OpenID Connect Discovery 1.0): it says who it is, shows its key, and signs any token by RS256. */
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { createServer } from "node:http";
import { listen, type Listening } from "./listen.ts";

export interface IdentityProvider extends Listening {
  /** A token for sigstore, good for ten minutes, that says who its bearer is. */
  token(email: string): string;
}

export async function startIdentityProvider(): Promise<IdentityProvider> {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwk = publicKey.export({ format: "jwk" });
  const kid = createHash("sha256").update(JSON.stringify(jwk)).digest("hex");
  const documents: Readonly<Record<string, (origin: string) => unknown>> = {
    "/.well-known/openid-configuration": (origin) => ({
      issuer: origin,
      jwks_uri: `${origin}/keys`,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      response_types_supported: ["id_token"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
    }),
    "/keys": () => ({ keys: [{ ...jwk, kid, use: "sig", alg: "RS256" }] }),
  };
  const listening = await listen(
    createServer((request, response) => {
      const document = documents[request.url ?? ""]?.(listening.origin);
      response.writeHead(document === undefined ? 404 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(document));
    }),
  );
  return {
    ...listening,
    token(email) {
      const now = Math.floor(Date.now() / 1000);
      const claims = { iss: listening.origin, sub: email, aud: "sigstore", email, email_verified: true, iat: now, exp: now + 600 };
      const signed = [{ typ: "JWT", alg: "RS256", kid }, claims]
        .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
        .join(".");
      return `${signed}.${sign("sha256", Buffer.from(signed), privateKey).toString("base64url")}`;
    },
  };
}
