/** A credential for a registry. `source` is where it was found, for messages. */
export type Credential = PasswordCredential | IdentityCredential | TokenCredential;

export interface PasswordCredential {
  readonly kind: "password";
  readonly username: string;
  readonly password: string;
  readonly source: string;
}

/** An OAuth 2 refresh token, which only a token service accepts. */
export interface IdentityCredential {
  readonly kind: "identity";
  readonly token: string;
  readonly source: string;
}

/** A bearer token that the registry itself accepts. */
export interface TokenCredential {
  readonly kind: "registry-token";
  readonly token: string;
  readonly source: string;
}

/** Returns the Authorization header of RFC 7617. */
export function basicAuthorization({ username, password }: PasswordCredential): string {
  return `Basic ${Buffer.from(`${username}:${password}`, "utf8").toString("base64")}`;
}
